"""All that is known of the marks, as JSON: for a program of your own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.errors import plain_json
from autograder.instructor.gradebook.marks import Mark

STUDENT = ("id", "first_name", "last_name", "email", "lms_user_id")


def verdicts_json(marks: Sequence[Mark]) -> str:
    """Return an object ``{"marks": […]}``, for each student and assignment one, with every verdict."""
    return plain_json({"marks": [_record(mark) for mark in marks]}) + "\n"


def _record(mark: Mark) -> dict[str, Any]:
    return {
        "student": {name: getattr(mark.student, name) for name in STUDENT},
        "assignment": mark.assignment,
        "status": mark.status,
        "unmarked": mark.unmarked,
        "score": mark.score,
        "raw_score": mark.raw_score,
        "late_submission_penalty": mark.penalty,
        "max_score": mark.max_score,
        "submitted_at": mark.submitted_at.isoformat() if mark.submitted_at else None,
        "time": mark.standing or None,
        "due": mark.due.isoformat() if mark.due else None,
        "late": mark.is_late,
        "notes": list(mark.notes),
        "verdicts": [dict(verdict) for verdict in mark.verdicts],
    }
