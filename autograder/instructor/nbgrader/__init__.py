"""How nbgrader's own commands and pages run our pipeline: its configuration, and our steps."""
