"""Checks that teach, and a grader that cannot be talked into points.

In a notebook: ``from autograder import check``, then ``check(Linear)``;
``progress("layers")`` says how far you are, and ``hand_in("layers")``
runs all that you wrote anew and packs what you hand in.
In a terminal: ``autograder --help``.
"""

from autograder.student import check, progress
from autograder.student.handing_in import hand_in

__all__ = ["check", "hand_in", "progress"]
__version__ = "0.1.0"
