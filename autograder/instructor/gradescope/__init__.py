"""Gradescope's own autograder: the zip to upload there, and the program that grades in its container."""
