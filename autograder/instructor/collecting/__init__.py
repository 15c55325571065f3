"""From what learning systems give out to ``submitted/STUDENT/ASSIGNMENT/``: read, match, plan, only then write."""
