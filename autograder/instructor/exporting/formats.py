"""Formats of exported marks by name; the two that no other system prescribes, CSV and JSON, are written here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.errors import plain_json
from autograder.instructor.exporting.canvas import canvas_csv
from autograder.instructor.exporting.gradescope import gradescope_zip
from autograder.instructor.exporting.moodle import moodle_csv
from autograder.instructor.exporting.tables import csv_text
from autograder.instructor.marks import Mark

COLUMNS: Mapping[str, Callable[[Mark], str]] = {
    "assignment": lambda mark: mark.assignment,
    "duedate": lambda mark: str(mark.due or ""),
    "timestamp": lambda mark: str(mark.submitted_at or ""),
    "student_id": lambda mark: mark.student.id,
    "last_name": lambda mark: mark.student.last_name,
    "first_name": lambda mark: mark.student.first_name,
    "email": lambda mark: mark.student.email,
    "raw_score": lambda mark: "" if mark.raw_score is None else repr(mark.raw_score),
    "late_submission_penalty": lambda mark: repr(mark.penalty),
    "score": lambda mark: "" if mark.final_score is None else repr(mark.final_score),
    "max_score": lambda mark: repr(mark.max_score),
    "status": lambda mark: mark.status,
    "late": lambda mark: "yes" if mark.is_late else "no",
    "lms_user_id": lambda mark: mark.student.lms_user_id,
    "time": lambda mark: mark.standing,
}


def plain_csv(marks: Sequence[Mark]) -> str:
    """Return one row for each student and assignment, in the columns of nbgrader's own export, and four more.

    Columns: ``nbgrader.plugins.export.CsvExportPlugin``; the score has the late penalty taken off, as there. Unlike
    there, names may hold commas, and work that was not handed in has an empty score and not 0: its worth is the
    instructor's to say. So has work with an unmarked answer; its raw score says what it has so far. The last column
    says how the timestamp is known: ``proved``, ``entered by the instructor`` or ``claimed``.
    """
    return csv_text([tuple(COLUMNS), *([cell(mark) for cell in COLUMNS.values()] for mark in marks)])


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


@dataclass(frozen=True)
class Format:
    ending: str  # of its files
    write: Callable[[Sequence[Mark]], str | bytes]  # returns marks in it
    is_archive: bool = False  # whether that is a zip, and no text
    blank_while_unmarked: bool = False  # whether it leaves a mark out while an answer is unmarked
    can_be_filled: bool = False  # whether marks can be put into a file that the system gave out


FORMATS: Mapping[str, Format] = {
    "csv": Format(".csv", plain_csv, blank_while_unmarked=True),
    "canvas": Format("-canvas.csv", canvas_csv, blank_while_unmarked=True, can_be_filled=True),
    "moodle": Format("-moodle.csv", moodle_csv, blank_while_unmarked=True, can_be_filled=True),
    "gradescope": Format("-gradescope.zip", gradescope_zip, is_archive=True),
    "json": Format(".json", verdicts_json),
}
