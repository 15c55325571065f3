"""What an instructor may decide about marks in ``nbgrader_config.py``: ``c.Grading.from_scratch = True``."""

from __future__ import annotations

from typing import Any

from traitlets import Bool, TraitError
from traitlets.config import Configurable

from autograder.instructor.course.folder import CourseFolderError


class Grading(Configurable):  # type: ignore[misc]
    """The course's rules for what a check earns."""

    from_scratch = Bool(False, help="Whether a check that passed by calling PyTorch's own part earns nothing.").tag(
        config=True
    )


def is_from_scratch(config: Any) -> bool:
    """Return whether nbgrader's configuration of a course folder lets a pass by delegation earn nothing.

    Raises:
        CourseFolderError: it says something else than yes or no.
    """
    try:
        return bool(Grading(config=config).from_scratch)
    except TraitError as error:
        raise CourseFolderError(f"nbgrader_config.py: c.Grading.from_scratch is True or False: {error}") from error
