"""nbgrader's own commands and pages, on our runner: its configuration, and our steps."""
