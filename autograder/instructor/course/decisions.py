"""What an instructor decides about marks, beside the checks: ``decisions.csv``, a line for each, so that each can go.

A check counts other points; everybody who handed in has the points of a question; a student is excused, or has more
time. The commands ``points``, ``drop``, ``excuse`` and ``extend`` write the table, and every later grading follows it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from autograder.instructor.course.extensions import Extension, parse_extension
from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.tables import Row, Table, read_table

What = Literal["points", "dropped", "excused", "extended"]
COLUMNS = ("assignment", "decision", "question", "student", "points", "extension")


@dataclass(frozen=True)
class Decision:
    """One decision.

    Attributes:
        assignment: which it is about; ``*`` for more time in the whole term.
        what: is decided.
        cell: the id of the question's cell; empty for ``excused`` and ``extended``.
        student: who is ``excused`` or ``extended``; or empty.
        points: what a check counts; 0 for the others.
        extension: how much later the work is due, in one of the forms of ``extensions.py``; empty for the others.
    """

    assignment: str
    what: What
    cell: str = ""
    student: str = ""
    points: int = 0
    extension: str = ""

    @property
    def question(self) -> str:
        """The question as people call it: ``Linear.affine_map``, or ``written``."""
        return ".".join(self.cell.split("-")[1:])

    @property
    def about(self) -> tuple[str, str, str, str]:
        """What it decides on: of two decisions on the same, the later counts."""
        return self.assignment, self.what, self.cell, self.student

    @property
    def is_about_points(self) -> bool:
        """Whether it changes what a question gives to everybody."""
        return self.what in ("points", "dropped")

    def __str__(self) -> str:
        """Return it as a student is told."""
        if self.what == "extended":
            return f"due later: {self.extension}"
        if self.what == "points":
            return f"{self.question} counts {self.points} point{'' if self.points == 1 else 's'} in this course"
        return "excused" if self.what == "excused" else f"{self.question}: everybody who handed in has its points"


def read_decisions(path: Path, assignment: str | None = None) -> tuple[Decision, ...]:
    """Return the decisions on an assignment, or all; no file is none.

    Raises:
        TableError: a line is no decision.
        OSError: it cannot be read.
    """
    if not path.exists():
        return ()
    table = read_table(path)
    found = [_decision(table, row) for row in table.rows]
    return tuple(one for one in found if assignment in (None, one.assignment))


def _decision(table: Table, row: Row) -> Decision:
    what, points = row.cells.get("decision", ""), row.cells.get("points") or "0"
    if what not in get_args(What) or not points.isdecimal():
        raise table.error(
            row, f"{what!r}, {points!r} is no decision: the commands points, drop, excuse and extend write one"
        )
    cell, student = (row.cells.get(column, "") for column in ("question", "student"))
    extension = row.cells.get("extension", "")
    if what == "extended":
        try:
            parse_extension(extension)
        except ValueError as error:
            raise table.error(row, str(error)) from None
    return Decision(row.cells.get("assignment", ""), cast(What, what), cell, student, int(points), extension)


def extensions_in(decisions: Iterable[Decision]) -> list[tuple[str, str, Extension]]:
    """Return who was given more time: student, assignment or ``*``, and extension."""
    return [
        (one.student, one.assignment, parse_extension(one.extension)) for one in decisions if one.what == "extended"
    ]


def with_decisions(before: Sequence[Decision], new: Iterable[Decision], *, undo: bool) -> tuple[Decision, ...]:
    """Return decisions with new ones in the place of those on the same; undoing, without them."""
    wanted = {one.about: one for one in new}
    kept = [one for one in before if one.about not in wanted]
    return (*kept, *(() if undo else wanted.values()))


def write_decisions(path: Path, decisions: Sequence[Decision]) -> None:
    """Write the table."""
    out = io.StringIO(newline="")
    rows = [(one.assignment, one.what, one.cell, one.student, one.points or "", one.extension) for one in decisions]
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows])
    write_atomically(path, out.getvalue())
