"""The class and its dates in nbgrader's gradebook, as the tables of the course folder say."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from nbgrader.api import Student as Row
from sqlalchemy.exc import SAWarning

from autograder.instructor.course.due_dates import in_utc
from autograder.instructor.course.extensions import Work
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.roster import Student, read_roster
from autograder.instructor.gradebook.dates import set_extension
from autograder.instructor.gradebook.writer import CourseGradebook, one_transaction


def students_of(folder: CourseFolder) -> tuple[Student, ...]:
    """Return the class of a course folder, nobody where it has no roster.

    Raises:
        TableError: the roster cannot be read.
    """
    return read_roster(folder.roster) if folder.roster.exists() else ()


def enter_term(
    gradebook: CourseGradebook,
    students: Sequence[Student],
    due: Mapping[str, datetime],
    own_due: Mapping[Work, datetime],
) -> None:
    """Write students and dates into the gradebook, where it does not say the same already.

    A name or address that the roster leaves out stays as the gradebook has it, and so does a student who has left the
    roster, the due date of an assignment without one in the table, and the extension of a work without one there.

    Args:
        gradebook: of the course.
        students: the class.
        due: when each assignment is due, with a time zone.
        own_due: when work is due of which an extension is in force, with a time zone.

    Raises:
        GradebookError: the gradebook cannot be read or written.
    """
    if not students and not due:
        return
    with gradebook.open() as rows, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's models warn under SQLAlchemy 2
        with one_transaction(rows):
            _enter_students(rows, students)
            _enter_due_dates(rows, in_utc(due))
            _enter_extensions(rows, own_due)


def _enter_students(rows: Gradebook, students: Sequence[Student]) -> None:
    known = {row.id: row for row in rows.db.query(Row)}
    for student in students:
        fields = {
            "first_name": student.first_name,
            "last_name": student.last_name,
            "email": student.email,
            "lms_user_id": student.lms_user_id,
        }
        said = {name: value for name, value in fields.items() if value}
        row = known.get(student.id)
        if row is None or any(getattr(row, name) != value for name, value in said.items()):
            rows.update_or_create_student(student.id, **said)


def _enter_due_dates(rows: Gradebook, due: Mapping[str, datetime]) -> None:
    for row in rows.db.query(Assignment):
        if row.name in due:
            row.duedate = due[row.name]


def _enter_extensions(rows: Gradebook, own_due: Mapping[Work, datetime]) -> None:
    if not own_due:
        return
    for row in rows.db.query(SubmittedAssignment):
        work = row.student_id, row.assignment.name
        if work in own_due:
            set_extension(row, own_due[work])
