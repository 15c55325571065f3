"""Moodle's grading worksheet of one assignment: "Offline grading worksheet" in MoodleDocs.

What Moodle reads is ``mod/assign/feedback/offline/importgradeslib.php`` in github.com/moodle/moodle: the columns
``Identifier`` (``Participant 657737``, a number that only Moodle knows), ``Grade``, ``Last modified (grade)`` and
``Feedback comments``, by these names. A grade above the maximum is passed over.

The number is known where the class was read from a worksheet of Moodle's. Otherwise let that file be filled; or take
this one to Grades, Import, CSV file, which finds students by their e-mail address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import groupby

from autograder.instructor.exporting import ExportError
from autograder.instructor.exporting.tables import csv_text
from autograder.instructor.marks import Mark, number

PARTICIPANT = "Participant "
TIME = "%A, %-d %B %Y, %-I:%M %p"


def moodle_csv(marks: Sequence[Mark]) -> str:
    """Return the marks of one assignment as a worksheet.

    Raises:
        ExportError: they are of several.
    """
    if len({mark.assignment for mark in marks}) > 1:
        raise ExportError("Moodle takes the marks of one assignment at a time: name one")
    return csv_text([tuple(COLUMNS), *([cell(mark) for cell in COLUMNS.values()] for mark in marks)])


def comment(mark: Mark) -> str:
    """Return what a student is told beside the mark, as HTML without tags: points by exercise, and what did not pass.

    Of a hidden check it tells the title, as the feedback page does.
    """
    said = []
    for exercise, checks in groupby(mark.verdicts, key=lambda verdict: verdict["exercise"]):
        verdicts = list(checks)
        points, possible = (sum(verdict[key] for verdict in verdicts) for key in ("points", "max_points"))
        failed = [verdict["title"] for verdict in verdicts if verdict["outcome"] != "pass"]
        lost = f"; not passed: {'; '.join(failed)}" if failed else ""
        said.append(f"{exercise}: {points} of {possible} points{lost}")
    said += [mark.lateness] if mark.lateness else []
    return escape(". ".join(said) + "." if said else "", quote=False)


COLUMNS: Mapping[str, Callable[[Mark], str]] = {
    "Identifier": lambda mark: mark.student.lms_user_id and f"{PARTICIPANT}{mark.student.lms_user_id}",
    "Full name": lambda mark: mark.student.name,
    "ID number": lambda mark: mark.student.id,
    "Email address": lambda mark: mark.student.email,
    "Status": lambda mark: "Submitted for grading" if mark.handed_in else "No submission",
    "Grade": lambda mark: "" if mark.final_score is None else number(mark.final_score),
    "Maximum grade": lambda mark: number(mark.max_score),
    "Grade can be changed": lambda mark: "Yes",
    "Last modified (submission)": lambda mark: f"{mark.submitted_at:{TIME}}" if mark.submitted_at else "-",
    "Last modified (grade)": lambda mark: "-",
    "Feedback comments": comment,
}
