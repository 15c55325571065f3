"""One row for each student and assignment, in the columns of nbgrader's own export, and four more.

Columns: ``nbgrader.plugins.export.CsvExportPlugin``; the score has the late penalty taken off, as there. Unlike there,
names may hold commas, and what was not handed in has an empty score and not 0: what that is worth is yours to say. So
has work of which an answer is unmarked; its raw score says what it has so far.
The last column says of the timestamp whether it is ``proved`` or ``claimed``.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.instructor.exporting.tables import csv_text
from autograder.instructor.gradebook.marks import Mark

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score", "status", "late", "lms_user_id", "time"),
)


def plain_csv(marks: Sequence[Mark]) -> str:
    """Return marks as CSV."""
    return csv_text([COLUMNS, *(_row(mark) for mark in marks)])


def _row(mark: Mark) -> tuple[str, ...]:
    student = mark.student
    return (
        mark.assignment,
        str(mark.due or ""),
        str(mark.submitted_at or ""),
        student.id,
        student.last_name,
        student.first_name,
        student.email,
        "" if mark.raw_score is None else repr(mark.raw_score),
        repr(mark.penalty),
        "" if mark.final_score is None else repr(mark.final_score),
        repr(mark.max_score),
        mark.status,
        "yes" if mark.is_late else "no",
        student.lms_user_id,
        mark.standing,
    )
