"""What people read about a class: its report, similar work, each student's feedback."""
