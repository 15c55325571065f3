"""From submissions to verdicts, for a class."""
