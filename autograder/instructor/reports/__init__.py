"""Reports: on a class, on similar work, and each student's feedback."""
