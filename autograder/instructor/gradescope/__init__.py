"""Gradescope's own autograder: the zip to upload there, and what grades in its container."""
