"""Checks that teach, and a grader that cannot be talked into points.

In a notebook: ``from autograder import check``, then ``check(Linear)``. In a terminal: ``autograder --help``.
"""

from autograder.student import check

__all__ = ["check"]
__version__ = "0.1.0"
