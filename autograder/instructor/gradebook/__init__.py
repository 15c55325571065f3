"""nbgrader's gradebook: what is written into it, and what is read from it."""
