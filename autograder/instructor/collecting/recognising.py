"""Which assignment a file is: by the cells that it holds, and only then by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.instructor.collecting.archive import Entry, EntryRefused
from autograder.instructor.course.folder import CourseFolder
from autograder.notebooks.graft import (
    MAX_NOTEBOOK_BYTES,
    MalformedNotebook,
    grade_id_of,
    is_answer,
    parse_notebook,
    read_notebook,
)

NO_NOTEBOOK = "it is no notebook of this course"
HEAD_BYTES = 64


@dataclass(frozen=True)
class Recognised:
    """What a file is.

    Attributes:
        assignment: its id; empty where it is none of the course's.
        content: of the file; empty where it is none.
        note: what an instructor should know of it: why it is none, or what is odd about it; or empty.
    """

    assignment: str
    content: bytes = b""
    note: str = ""


class Assignments:
    """The assignments of a course, by the ids of the cells in which their exercises are answered."""

    def __init__(self, answers: Mapping[str, frozenset[str]]) -> None:
        self.answers = answers

    @classmethod
    def of(cls, folder: CourseFolder) -> Assignments:
        """Return the released assignments of a course folder."""
        return cls({name: _answers(read_notebook(folder.released(name))) for name in folder.assignments()})

    def recognise(self, entry: Entry) -> Recognised:
        """Return what a file of a download is."""
        named = self._named(entry.parts[-1]) if entry.parts else ""
        if entry.refused:
            return Recognised("", note=entry.refused)
        try:
            # What begins like JSON, under whatever name, and what is called a notebook.
            if not named and not entry.read(HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
                return Recognised("", note=NO_NOTEBOOK)
            content = entry.read(MAX_NOTEBOOK_BYTES + 1)
        except EntryRefused as refused:
            return Recognised("", note=str(refused))
        try:
            held = _cells(parse_notebook(content, entry.parts[-1]))
        except MalformedNotebook as error:
            note = str(error).removeprefix(f"{entry.parts[-1]} ")
            return Recognised(named, content, note) if named else Recognised("", note=NO_NOTEBOOK)
        shares = {name: len(held & answers) for name, answers in self.answers.items()}
        most = max(shares.values(), default=0)
        best = [name for name, share in shares.items() if share == most]
        if most == 0:
            note = f"it holds none of the cells of {named}"
            return Recognised(named, content, note) if named else Recognised("", note=NO_NOTEBOOK)
        if len(best) > 1:
            return Recognised("", note=f"it holds as much of {' as of '.join(best)}")
        return Recognised(best[0], content, f"it is called {named}" if named not in ("", best[0]) else "")

    def _named(self, file: str) -> str:
        """Return the assignment that a notebook's file is called after; empty where that is none."""
        if ".ipynb" not in file.casefold():
            return ""
        # The longest first: one assignment's name may begin with another's.
        names = sorted(self.answers, key=len, reverse=True)
        return next(
            (name for name in names if re.search(rf"(?<![\w]){re.escape(name)}(?!\w)|_{re.escape(name)}(?!\w)", file)),
            "",
        )


def _cells(notebook: NotebookNode) -> frozenset[str]:
    return frozenset(grade_id for cell in notebook.cells if (grade_id := grade_id_of(cell)))


def _answers(notebook: NotebookNode) -> frozenset[str]:
    return frozenset(grade_id for cell in notebook.cells if is_answer(cell) and (grade_id := grade_id_of(cell)))
