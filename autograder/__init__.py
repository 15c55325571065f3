"""Checks that teach, and a grader that cannot be talked into points.

In a notebook: ``from autograder import check``, then ``check(Linear)``;
``progress("layers")`` says how far you are, and ``check_all()`` runs
all that you wrote anew before you hand in. In a terminal: ``autograder --help``.
"""

from autograder.student import check, check_all, progress

__all__ = ["check", "check_all", "progress"]
__version__ = "0.1.0"
