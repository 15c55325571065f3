"""The commands of ``autograder``, one to a file; ``options`` holds what several have."""
