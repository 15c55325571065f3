"""Who was given more time: ``extensions.csv``, which the instructor writes, with the columns of ``COLUMNS``.

The reason is for the instructor alone: nothing reads it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from autograder.instructor.course.decisions import Decision
from autograder.instructor.course.extensions import FORMS, WHOLE_TERM, Work, parse_extension
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.matching import Directory, UnknownStudent, known_students, nearest
from autograder.instructor.course.roster import Student
from autograder.instructor.course.tables import Row, Table, TableError, read_table

COLUMNS = ("student", "assignment", "extension", "reason")
EXTENSION_COLUMNS = ("extension", "until", "newdate", "newduedate", "due", "date")


def extensions_of(folder: CourseFolder, assignments: Collection[str]) -> tuple[Decision, ...]:
    """Return the extensions that the table of a course folder says, of its roster and of those who handed in.

    Raises:
        TableError: it, or the roster, cannot be read. Without it there are none.
    """
    if not folder.extensions.exists():
        return ()
    return read_extensions(folder.extensions, known_students(folder), assignments)


def gives_nothing(given: Decision, due: Mapping[str, datetime], own_due: Mapping[Work, datetime]) -> str:
    """Return why an extension gives nothing; nothing where it gives something.

    Args:
        given: the extension.
        due: when assignments are due for everybody.
        own_due: when work is due, with all extensions.
    """
    if given.assignment == WHOLE_TERM:
        return "" if due else "due_dates.csv has no due date"
    if given.assignment not in due:
        return f"{given.assignment} has no due date in due_dates.csv"
    own = own_due.get((given.student, given.assignment))
    is_later = own is None or own.timestamp() > due[given.assignment].timestamp()
    return "" if is_later else f"{given.assignment} is due no earlier"


def read_extensions(path: Path, students: Sequence[Student], assignments: Collection[str]) -> tuple[Decision, ...]:
    """Return the extensions of a table, a decision for each line.

    Args:
        path: of the table.
        students: the class; any name by which the roster knows one will do.
        assignments: of the course.

    Raises:
        TableError: a line names nobody, no assignment or no extension, or the same work as one above.
        OSError: it cannot be read.
    """
    table, directory = read_table(path), Directory(students)
    if table.rows and not (table.has("student") and table.has("assignment")):
        raise TableError(f"{path} lacks a column: its columns are {', '.join(COLUMNS)}")
    found: dict[tuple[str, str], Decision] = {}
    lines: dict[tuple[str, str], int] = {}
    for row in table.rows:
        student, assignment = _student(table, row, directory), _assignment(table, row, assignments)
        written, work = row.first(*EXTENSION_COLUMNS), (student, assignment)
        if not written:
            raise table.error(row, f"it says no extension: write {FORMS} into the column “extension”")
        try:
            extension = parse_extension(written)
        except ValueError as error:
            raise table.error(row, str(error)) from None
        if work in lines:
            raise table.error(row, f"{student} has an extension for {assignment} in line {lines[work]} already")
        lines[work] = row.line
        found[work] = Decision(assignment, "extended", student=student, extension=extension.text)
    return tuple(found.values())


def _student(table: Table, row: Row, directory: Directory) -> str:
    try:
        return directory.named(row.cells.get("student", "")).id
    except UnknownStudent as error:
        raise table.error(row, str(error)) from None


def _assignment(table: Table, row: Row, assignments: Collection[str]) -> str:
    written = row.cells.get("assignment", "")
    folded = {name.casefold(): name for name in (*assignments, WHOLE_TERM)}
    if written.casefold() not in folded:
        near = nearest(written, assignments)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(sorted(assignments))}"
        raise table.error(row, f"there is no assignment {written!r}: {hint} ({WHOLE_TERM} is all of the term)")
    if written == WHOLE_TERM and _is_date(row.first(*EXTENSION_COLUMNS)):
        raise table.error(row, f"one date is no extension for {WHOLE_TERM}, the whole term: write +48h, +2d or x1.5")
    return folded[written.casefold()]


def _is_date(written: str) -> bool:
    try:
        return parse_extension(written).kind == "date"
    except ValueError:
        return False
