"""The commands of ``autograder``; ``options`` holds what several have."""
