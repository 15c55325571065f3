"""Moodle's grading worksheet of one assignment: "Offline grading worksheet" in MoodleDocs.

What Moodle reads is ``mod/assign/feedback/offline/importgradeslib.php`` in github.com/moodle/moodle: the columns
``Identifier`` (``Participant 657737``, a number that only Moodle knows), ``Grade``, ``Last modified (grade)`` and
``Feedback comments``, by these names. A grade above the maximum is passed over.

The number is known where the class was read from a worksheet of Moodle's. Otherwise let that file be filled; or take
this one to Grades, Import, CSV file, which finds students by their e-mail address.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from autograder.instructor.exporting import ExportError
from autograder.instructor.exporting.tables import csv_text
from autograder.instructor.marks import Mark, number

PARTICIPANT = "Participant "
HEADER = (
    *("Identifier", "Full name", "ID number", "Email address", "Status", "Grade", "Maximum grade"),
    *("Grade can be changed", "Last modified (submission)", "Last modified (grade)", "Feedback comments"),
)


def moodle_csv(marks: Sequence[Mark]) -> str:
    """Return the marks of one assignment as a worksheet.

    Raises:
        ExportError: they are of several.
    """
    if len({mark.assignment for mark in marks}) > 1:
        raise ExportError("Moodle takes the marks of one assignment at a time: name one")
    return csv_text([HEADER, *(_row(mark) for mark in marks)])


def _row(mark: Mark) -> tuple[str, ...]:
    student = mark.student
    return (
        f"{PARTICIPANT}{student.lms_user_id}" if student.lms_user_id else "",
        student.name,
        student.id,
        student.email,
        "Submitted for grading" if mark.handed_in else "No submission",
        "" if mark.final_score is None else number(mark.final_score),
        number(mark.max_score),
        "Yes",
        f"{mark.submitted_at:%A, %-d %B %Y, %-I:%M %p}" if mark.submitted_at else "-",
        "-",
        comment(mark),
    )


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
