"""An instructor's decisions about marks, beside the checks: ``decisions.csv``, a line for each, so that each can go.

A check counts other points; everybody who handed in has the points of a question; a student is excused, or has more
time. The commands ``points``, ``drop``, ``excuse`` and ``extend`` write the table, and every later grading follows it.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, cast, get_args

from autograder.course import Course
from autograder.instructor.course.due_dates import (
    Extension,
    Work,
    due_dates_of,
    instant,
    own_due_dates,
    parse_extension,
)
from autograder.instructor.course.files import Row, Table, read_table, write_atomically
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.roster import by_section, students_of

What = Literal["points", "dropped", "excused", "extended"]
COLUMNS = ("assignment", "decision", "question", "student", "points", "extension")


@dataclass(frozen=True)
class Decision:
    """One decision."""

    assignment: str  # its id; ``*`` for more time in the whole term
    what: What
    cell: str = ""  # the id of the question's cell; empty for ``excused`` and ``extended``
    student: str = ""  # who is ``excused`` or ``extended``; or empty
    points: int = 0  # what a check counts; 0 for the others
    extension: str = ""  # in one of the forms of ``due_dates.py``; empty for the others

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
            return f"due later: {self.extension}".removesuffix(": ")
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
        try:
            parse_extension(extension)
        except ValueError as error:
            raise table.error(row, str(error)) from None
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


def own_due_dates_of(folder: CourseFolder, course: Course) -> dict[Work, datetime]:
    """Return due dates with extensions, in their zones, by student and assignment; raise TableError for broken ones."""
    given, sections = extensions_in(read_decisions(folder.decisions)), by_section(students_of(folder))
    return own_due_dates(due_dates_of(folder, course), given, sections)


def last_dates_of(folder: CourseFolder, course: Course) -> dict[str, datetime]:
    """Return until when the last student can hand in each dated assignment in time; raise as ``own_due_dates_of``."""
    last = due_dates_of(folder, course)
    for (_, assignment), own in own_due_dates_of(folder, course).items():
        last[assignment] = max(last[assignment], own, key=instant)
    return last
