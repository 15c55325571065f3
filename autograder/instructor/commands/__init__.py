"""The instructor's commands of ``autograder``, one to a file."""
