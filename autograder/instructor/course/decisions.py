"""An instructor's decisions about marks, beside the checks: ``decisions.csv``, a line for each, so that each can go.

A check counts other points; everybody who handed in has the points of a question; a student is excused, or has more
time. The commands ``points``, ``drop``, ``excuse`` and ``extend`` write the table, and every later grading follows it.

Extensions the instructor writes into a table of their own, ``extensions.csv``, from which ``extend`` copies all but the
reason, which is for the instructor alone.
"""

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, cast, get_args

from autograder.instructor.course.directory import Directory, UnknownStudent, known_students, nearest
from autograder.instructor.course.extensions import FORMS, WHOLE_TERM, Extension, Work, parse_extension
from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.roster import by_section
from autograder.instructor.course.tables import Row, Table, TableError, read_table

What = Literal["points", "dropped", "excused", "extended"]
COLUMNS = ("assignment", "decision", "question", "student", "points", "extension")
TABLE_COLUMNS = ("student", "assignment", "extension", "reason")  # of extensions.csv
EXTENSION_COLUMNS = ("extension", "until", "newdate", "newduedate", "due", "date")


@dataclass(frozen=True)
class Decision:
    """One decision."""

    assignment: str  # its id; ``*`` for more time in the whole term
    what: What
    cell: str = ""  # the id of the question's cell; empty for ``excused`` and ``extended``
    student: str = ""  # who is ``excused`` or ``extended``; or empty
    points: int = 0  # what a check counts; 0 for the others
    extension: str = ""  # in one of the forms of ``extensions.py``; empty for the others

    @property
    def question(self) -> str:
        """The question as people call it: ``Linear.affine_map``, or ``written``."""
        return ".".join(self.cell.split("-")[1:])

    @property
    def about(self) -> tuple[str, str, str, str]:
        """The subject: of two decisions on the same, the later counts."""
        return self.assignment, self.what, self.cell, self.student

    def __str__(self) -> str:
        """Return it in words for a student."""
        if self.what == "extended":
            return f"due later: {self.extension}"
        if self.what == "points":
            return f"{self.question} counts {self.points} point{'' if self.points == 1 else 's'} in this course"
        return "excused" if self.what == "excused" else f"{self.question}: everybody who handed in has its points"


def read_decisions(path: Path, assignment: str | None = None) -> tuple[Decision, ...]:
    """Return the decisions on an assignment, or all, and none without the file; raise TableError for another line."""
    if not path.exists():
        return ()
    table = read_table(path)
    decisions = [_decision(table, row) for row in table.rows]
    return tuple(decision for decision in decisions if assignment in (None, decision.assignment))


def _decision(table: Table, row: Row) -> Decision:
    what, points = row.cells.get("decision", ""), row.cells.get("points") or "0"
    if what not in get_args(What) or not points.isdecimal():
        raise table.error(
            row, f"{what!r}, {points!r} is not a decision: the commands points, drop, excuse and extend write one"
        )
    assignment, cell, student, extension = (
        row.cells.get(column, "") for column in ("assignment", "question", "student", "extension")
    )
    if what == "extended":
        _parsed(table, row, extension)
    return Decision(assignment, cast(What, what), cell, student, int(points), extension)


def decisions_in_words(decisions: Iterable[Decision]) -> list[str]:
    """Describe, for students, the decisions on an assignment that change a question's points for everybody."""
    return sorted(str(decision) for decision in decisions if decision.what in ("points", "dropped"))


def excused_in(decisions: Iterable[Decision]) -> set[Work]:
    return {(decision.student, decision.assignment) for decision in decisions if decision.what == "excused"}


def extensions_in(decisions: Iterable[Decision]) -> list[tuple[str, str, Extension]]:
    """Return all extensions: student, assignment or ``*``, and extension."""
    return [
        (decision.student, decision.assignment, parse_extension(decision.extension))
        for decision in decisions
        if decision.what == "extended"
    ]


def with_decisions(before: Sequence[Decision], new: Iterable[Decision], *, undo: bool) -> tuple[Decision, ...]:
    """Return decisions with new ones in the place of those on the same; undoing, without them."""
    wanted = {decision.about: decision for decision in new}
    stay = [decision for decision in before if decision.about not in wanted]
    return (*stay, *(() if undo else wanted.values()))


def write_decisions(path: Path, decisions: Sequence[Decision]) -> None:
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for decision in decisions:
        table.writerow([*decision.about, decision.points or "", decision.extension])
    write_atomically(path, out.getvalue())


# The instructor's table of extensions


def extensions_of(folder: CourseFolder, assignments: Collection[str]) -> tuple[Decision, ...]:
    """Return the extensions in the table of a course folder, a decision for each line; without the table, none.

    A student of the roster goes by any name that it knows; so does an id of which work was handed in. A line can be for
    a section of the roster.

    Raises:
        TableError: the table or the roster cannot be read, or a line names an unknown student or assignment,
            no extension, or the same work as one above.
    """
    if not folder.extensions.exists():
        return ()
    students = known_students(folder)
    table, directory, sections = read_table(folder.extensions), Directory(students), by_section(students)
    if table.rows and not (table.has("student") and table.has("assignment")):
        raise TableError(f"{folder.extensions} lacks a column: its columns are {', '.join(TABLE_COLUMNS)}")
    decisions: list[Decision] = []
    lines: dict[Work, int] = {}
    for row in table.rows:
        named, assignment = row.cells.get("student", ""), _assignment(table, row, assignments)
        student = named if named in sections else _student(table, row, directory)
        written = row.first(*EXTENSION_COLUMNS)
        if not written:
            raise table.error(row, f"it says no extension: write {FORMS} into the column “extension”")
        extension = _parsed(table, row, written)
        if assignment == WHOLE_TERM and extension.kind == "date":
            raise table.error(row, "one date cannot be an extension for *, the whole term: write +48h or +2d")
        if before := lines.get((student, assignment)):
            raise table.error(row, f"{student} has an extension for {assignment} in line {before} already")
        lines[student, assignment] = row.line
        decisions.append(Decision(assignment, "extended", student=student, extension=extension.text))
    return tuple(decisions)


def gives_nothing(given: Decision, due: Mapping[str, datetime], own_due: Mapping[Work, datetime]) -> str:
    """Return the reason why an extension gives no time; empty if it gives some.

    ``due`` is when assignments are due for everybody, and ``own_due`` when work is, with all extensions.
    """
    if given.assignment == WHOLE_TERM:
        return "" if due else "due_dates.csv has no due date"
    if given.assignment not in due:
        return f"{given.assignment} has no due date in due_dates.csv"
    own = own_due.get((given.student, given.assignment))
    is_later = own is None or own.timestamp() > due[given.assignment].timestamp()
    return "" if is_later else f"{given.assignment} is due no earlier"


def _parsed(table: Table, row: Row, text: str) -> Extension:
    try:
        return parse_extension(text)
    except ValueError as error:
        raise table.error(row, str(error)) from None


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
    return folded[written.casefold()]
