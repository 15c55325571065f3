"""Checks that teach, and a grader that cannot be talked into points.

In a notebook: ``from autograder import check``, then ``check(Linear)``;
``progress("layers")`` says how far you are. In a terminal: ``autograder --help``.
"""

from autograder.student import check, progress

__all__ = ["check", "progress"]
__version__ = "0.1.0"
