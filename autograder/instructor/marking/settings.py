"""What an instructor may decide about marking in ``nbgrader_config.py``: ``c.Marking.double_percent = 10``."""

from __future__ import annotations

from typing import Any

from traitlets import Float, TraitError
from traitlets.config import Configurable

from autograder.instructor.course.folder import CourseFolderError


class Marking(Configurable):  # type: ignore[misc]
    """The course's rules for those who mark together."""

    double_percent = Float(0, min=0, max=100, help="Of the answers to each question, how many two people mark.").tag(
        config=True
    )
    decide_over = Float(1, min=0, help="By how many points two marks may differ before the instructor decides.").tag(
        config=True
    )


def marking_settings(config: Any) -> Marking:
    """Return what nbgrader's configuration of a course folder says of marking.

    Raises:
        CourseFolderError: it says no number, or one that cannot be.
    """
    try:
        return Marking(config=config)
    except TraitError as error:
        raise CourseFolderError(f"nbgrader_config.py: c.Marking takes numbers: {error}") from error
