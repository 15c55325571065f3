"""The instructor's commands of ``autograder``, a module for each group."""
