"""Course folders of the first edition ask for ``autograder.grading.nbgrader_config``, its zips for ``.gradescope``."""

from pathlib import Path

__path__ = [str(Path(__file__).with_name("instructor") / "first_edition")]
