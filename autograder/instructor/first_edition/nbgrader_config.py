"""For the ``nbgrader_config.py`` of a course folder that the first edition made."""

from autograder.instructor.nbgrader.config import configure as configure
