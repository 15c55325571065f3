"""Canvas's gradebook as CSV: "How do I import grades in the Gradebook?" in the Canvas Instructor Guide.

What Canvas reads is ``lib/gradebook_importer.rb`` in github.com/instructure/canvas-lms: the first cell holds
``Student`` and the second ``ID``; ``SIS User ID`` and ``SIS Login ID`` may follow, then ``Section``, then assignments,
called ``Title (number)`` or by a title that the course has. A row whose first cell holds ``Points Possible`` says what
each is worth. A student is found by ID, else by SIS User ID, else by SIS Login ID, else by name. An empty cell changes
nothing.

Without Canvas's own numbers for students and assignments Canvas goes by the ids and titles. To be sure, export the
gradebook from Canvas and let that file be filled.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.instructor.course.roster import POINTS_POSSIBLE
from autograder.instructor.exporting.tables import csv_text
from autograder.instructor.marks import Mark, number

EXCUSED = "EX"
HEADER = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


def canvas_csv(marks: Sequence[Mark]) -> str:
    """Return marks as a gradebook: a row for each student, a column for each assignment."""
    possible = {mark.assignment: mark.max_score for mark in marks}
    by_student: dict[str, dict[str, Mark]] = {}
    for mark in marks:
        by_student.setdefault(mark.student.id, {})[mark.assignment] = mark
    rows = [_row(mine, tuple(possible)) for mine in by_student.values()]
    worth = (f"    {POINTS_POSSIBLE}", *[""] * (len(HEADER) - 1), *map(number, possible.values()))
    return csv_text([(*HEADER, *possible), worth, *rows])


def _cell(mark: Mark) -> str:
    if mark.excused:
        return EXCUSED
    return "" if mark.final_score is None else number(mark.final_score)


def _row(mine: dict[str, Mark], assignments: Sequence[str]) -> tuple[str, ...]:
    student = next(iter(mine.values())).student
    marks = (_cell(mine[assignment]) if assignment in mine else "" for assignment in assignments)
    login = student.login or student.id
    return (student.sortable_name, student.lms_user_id, student.id, login, student.section, *marks)
