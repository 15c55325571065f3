"""Ten submissions with which the course shows its grader; see __main__."""
