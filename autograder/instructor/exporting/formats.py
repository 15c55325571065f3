"""Marks in the forms that other systems take: CSV, Canvas, Moodle, Gradescope and JSON.

Canvas reads its gradebook by ``lib/gradebook_importer.rb`` in github.com/instructure/canvas-lms: the first cell holds
``Student`` and the second ``ID``; ``SIS User ID`` and ``SIS Login ID`` can follow, then ``Section``, then assignments,
called ``Title (number)`` or by a title that the course has. A row whose first cell holds ``Points Possible`` says what
each is worth. A student is found by ID, else by SIS User ID, else by SIS Login ID, else by name. An empty cell changes
nothing. Without Canvas's own numbers Canvas goes by ids and titles; it is surer to fill the file that it exported.

Moodle reads the grading worksheet of one assignment by ``mod/assign/feedback/offline/importgradeslib.php`` in
github.com/moodle/moodle: the columns ``Identifier`` (``Participant 657737``, a number that only Moodle knows),
``Grade`` and ``Last modified (grade)``, by these names. It passes over a grade above the maximum. The number is known
where the class was read from such a worksheet. Otherwise fill Moodle's own file; or take this one to Grades, Import,
CSV file, which finds students by their e-mail address.

Gradescope takes a ``results.json`` for each submission (gradescope-autograders.readthedocs.io, "Autograder
Specifications", "Output format"). The score at the top overrides the sum of the tests: it contains written answers and
the late penalty, too.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from autograder.instructor.course.files import zipped
from autograder.instructor.course.roster import POINTS_POSSIBLE
from autograder.instructor.exporting.spreadsheet import csv_text
from autograder.instructor.marks import Mark, number
from autograder.judge.verdicts import VerdictRecord, labelled_lines, shown_diagnosis
from autograder.user_errors import UsageError, plain_json

Columns = Mapping[str, Callable[[Mark], str]]
EXCUSED = "EX"  # in Canvas
PARTICIPANT = "Participant "  # before Moodle's number
MOODLE_TIME = "%A, %-d %B %Y, %-I:%M %p"
MAX_OUTPUT = 4000  # characters that Gradescope shows of one test


class ExportError(UsageError):
    """Marks cannot be written in this form; the message says why, and what to do."""


def _table(columns: Columns, marks: Sequence[Mark]) -> str:
    return csv_text([tuple(columns), *([cell(mark) for cell in columns.values()] for mark in marks)])


PLAIN_COLUMNS: Columns = {
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
STUDENT_FIELDS = ("id", "first_name", "last_name", "email", "lms_user_id")


def plain_csv(marks: Sequence[Mark]) -> str:
    """Return one row for each student and assignment, in the columns of nbgrader's own export, and four more.

    Columns: ``nbgrader.plugins.export.CsvExportPlugin``; the score has the late penalty taken off, as there. Unlike
    there, names can hold commas, and work that was not handed in has an empty score and not 0: its worth is the
    instructor's to say. So has work with an unmarked answer; its raw score says what it has so far. The last column
    says how the timestamp is known: ``proved``, ``entered by the instructor`` or ``claimed``.
    """
    return _table(PLAIN_COLUMNS, marks)


def verdicts_json(marks: Sequence[Mark]) -> str:
    """Return an object ``{"marks": […]}`` with one for each student and assignment, every verdict included."""
    return plain_json({"marks": [_record(mark) for mark in marks]}) + "\n"


def _record(mark: Mark) -> dict[str, Any]:
    return {
        "student": {name: getattr(mark.student, name) for name in STUDENT_FIELDS},
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


def canvas_csv(marks: Sequence[Mark]) -> str:
    """Return marks as a gradebook: a row for each student, a column for each assignment."""
    possible = {mark.assignment: mark.max_score for mark in marks}
    students = {mark.student.id: mark.student for mark in marks}
    cells = {(mark.student.id, mark.assignment): _canvas_cell(mark) for mark in marks}
    header = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    rows: list[Sequence[str]] = [(*header, *possible)]
    rows.append((f"    {POINTS_POSSIBLE}", *[""] * (len(header) - 1), *map(number, possible.values())))
    for student in students.values():
        known = (student.sortable_name, student.lms_user_id, student.id, student.login or student.id, student.section)
        rows.append((*known, *(cells.get((student.id, assignment), "") for assignment in possible)))
    return csv_text(rows)


def _canvas_cell(mark: Mark) -> str:
    if mark.excused:
        return EXCUSED
    return "" if mark.final_score is None else number(mark.final_score)


def moodle_csv(marks: Sequence[Mark]) -> str:
    """Return the marks of one assignment as a worksheet; raise ExportError for those of several."""
    if len({mark.assignment for mark in marks}) > 1:
        raise ExportError("Moodle takes the marks of one assignment at a time: name one")
    return _table(MOODLE_COLUMNS, marks)


MOODLE_COLUMNS: Columns = {
    "Identifier": lambda mark: mark.student.lms_user_id and f"{PARTICIPANT}{mark.student.lms_user_id}",
    "Full name": lambda mark: mark.student.name,
    "ID number": lambda mark: mark.student.id,
    "Email address": lambda mark: mark.student.email,
    "Status": lambda mark: "Submitted for grading" if mark.handed_in else "No submission",
    "Grade": lambda mark: "" if mark.final_score is None else number(mark.final_score),
    "Maximum grade": lambda mark: number(mark.max_score),
    "Grade can be changed": lambda mark: "Yes",
    "Last modified (submission)": lambda mark: f"{mark.submitted_at:{MOODLE_TIME}}" if mark.submitted_at else "-",
    "Last modified (grade)": lambda mark: "-",
}


def results(mark: Mark, hidden: str = "visible") -> dict[str, Any]:
    """Return the results of one graded submission, as JSON values.

    ``hidden`` says in Gradescope's words when students see how hidden checks went, such as ``after_due_date``. A hidden
    check is a test with a name and points; its output names at most the part of PyTorch that the student's code called.
    """
    tests = []
    for place, (_, checks) in enumerate(groupby(mark.verdicts, key=lambda verdict: verdict["exercise"]), 1):
        for at, verdict in enumerate(checks, 1):
            tests.append(_test(verdict, f"{place}.{at}", hidden if verdict["hidden"] else "visible"))
    output = [*mark.notes]
    output += [f"{mark.lateness}."] if mark.lateness else []
    output += ["An answer waits for a person; it counts 0 so far."] if mark.unmarked else []
    return {
        "score": mark.score,
        # Of visible checks alone: while a hidden one runs, a student's code knows it, and could tell it by a time.
        "execution_time": round(sum(verdict["duration_s"] for verdict in mark.verdicts if not verdict["hidden"]), 3),
        "output": "\n".join(output)[:MAX_OUTPUT],
        "output_format": "text",  # else it is HTML, and a note can hold the name of a student's file
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def _test(verdict: VerdictRecord, place: str, visibility: str) -> dict[str, Any]:
    return {
        "number": place,
        "name": f"{verdict['exercise']}: {verdict['title']}{' (hidden)' if verdict['hidden'] else ''}",
        "score": verdict["points"],
        "max_score": verdict["max_points"],
        "status": "passed" if verdict["outcome"] == "pass" else "failed",
        "output": "\n".join(labelled_lines(shown_diagnosis(verdict)))[:MAX_OUTPUT],
        "visibility": visibility,
    }


def gradescope_zip(marks: Sequence[Mark]) -> bytes:
    """Return a zip with ``ASSIGNMENT/STUDENT/results.json`` for each graded submission."""
    return zipped(
        {
            f"{mark.assignment}/{mark.student.id}/results.json": json.dumps(results(mark), indent=1, ensure_ascii=False)
            for mark in marks
            if mark.score is not None
        }
    )


@dataclass(frozen=True)
class Format:
    """One form of export; ``why_filled`` says why marks should be filled into the system's own file, where they can."""

    ending: str
    write: Callable[[Sequence[Mark]], str | bytes]
    is_archive: bool = False
    blank_while_unmarked: bool = False
    why_filled: str = ""


FORMATS: Mapping[str, Format] = {
    "csv": Format(".csv", plain_csv, blank_while_unmarked=True),
    "canvas": Format(
        "-canvas.csv",
        canvas_csv,
        blank_while_unmarked=True,
        why_filled="Canvas takes a column without its own number for a new assignment",
    ),
    "moodle": Format(
        "-moodle.csv",
        moodle_csv,
        blank_while_unmarked=True,
        why_filled="Moodle finds students by a number that it alone knows",
    ),
    "gradescope": Format("-gradescope.zip", gradescope_zip, is_archive=True),
    "json": Format(".json", verdicts_json),
}
