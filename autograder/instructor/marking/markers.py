"""Who marks: ``markers.csv``, which the instructor writes, with the columns of ``COLUMNS``.

A cell under ``section`` or ``question`` names one or more, with semicolons between them; an empty one means all. A
question is called by its assignment, such as ``2-layers``, or by its cell, such as ``layers-written``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from autograder.instructor.course.tables import Row, Table, TableError, read_table

COLUMNS = ("marker", "section", "question")
INSTRUCTOR, FORMGRADER = "instructor", "formgrader"  # who else gives marks, so that no marker is called so
NAME = re.compile(r"[\w.@+' -]{1,100}")


class Question(NamedTuple):
    """A written question: its assignment's id, and the id of its cell."""

    assignment: str
    cell: str


@dataclass(frozen=True)
class Marker:
    """Somebody who marks.

    Attributes:
        name: as the table has it.
        sections: of the class, whose answers they mark; none for all.
        questions: assignments and cells that they mark; none for all.
    """

    name: str
    sections: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()

    def knows(self, question: Question) -> bool:
        """Whether a question is one of theirs."""
        return not self.questions or not self.questions.isdisjoint(question)

    def may_mark(self, question: Question, section: str) -> bool:
        """Whether an answer from a section of the class to a question is one that they may get."""
        return self.knows(question) and (not self.sections or section in self.sections)


def read_markers(path: Path, questions: Sequence[Question], sections: Collection[str]) -> tuple[Marker, ...]:
    """Return the markers of a table; without one there are none, and the instructor marks alone.

    Args:
        path: of the table.
        questions: that can be marked.
        sections: of the class.

    Raises:
        TableError: it is empty, or a line names nobody, somebody twice, or a question or a section that is not there.
        OSError: it cannot be read.
    """
    if not path.exists():
        return ()
    table = read_table(path)
    if not table.rows:  # as it also is for a moment while somebody saves it
        raise TableError(f"{path} names nobody: write a line for each marker, or delete it to mark alone")
    if not table.has("marker"):
        raise TableError(f"{path} lacks a column: its columns are {', '.join(COLUMNS)}")
    names = {name for question in questions for name in question}
    found: dict[str, Marker] = {}
    for row in table.rows:
        marker = _marker(table, row, names, sections)
        if marker.name.casefold() in found:
            raise table.error(row, f"{marker.name} stands above already: put all that they mark into one line")
        found[marker.name.casefold()] = marker
    return tuple(found.values())


def _marker(table: Table, row: Row, questions: Collection[str], sections: Collection[str]) -> Marker:
    name = row.first("marker")
    if not NAME.fullmatch(name) or name.casefold() in (INSTRUCTOR, FORMGRADER):
        raise table.error(row, f"{name!r} is no name for a marker: letters, digits, spaces and .@+'- will do")
    mine = frozenset(_listed(row.first("section", "sections")))
    marks = frozenset(_listed(row.first("question", "questions")))
    for what, named, known in (("section", mine, sections), ("question", marks, questions)):
        if strange := sorted(named - set(known)):
            raise table.error(row, f"there is no {what} {strange[0]!r}: there are {', '.join(sorted(known)) or 'none'}")
    return Marker(name, mine, marks)


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]
