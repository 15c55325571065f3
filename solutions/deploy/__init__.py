"""What carries the trained classifier to the people who use it."""
