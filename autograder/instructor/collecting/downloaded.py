"""A file of a download: its learning system's facts, the parts of its path that the system gave, its assignment."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from nbformat import NotebookNode

from autograder.instructor.collecting.archive import DownloadEntry, EntryRefused
from autograder.instructor.course.directory import Clue
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.records import CLAIMED, Standing
from autograder.notebooks.graft import (
    MAX_NOTEBOOK_BYTES,
    MalformedNotebook,
    grade_id_of,
    is_answer,
    parse_notebook,
    read_notebook,
)

BY_HAND = "by hand"  # the system of files that the instructor has given to one student
NO_NOTEBOOK = "it is not a notebook of this course"
NONE_OF_THE_CELLS = "it holds none of the cells of"
HEAD_BYTES = 64

Answers = Mapping[str, frozenset[str]]  # the ids of answer cells by assignment


@dataclass(frozen=True)
class Ownership:
    """The student named by a folder or file, and its owners' accounts on this machine, where known."""

    named: str
    accounts: tuple[str, ...] = ()

    @property
    def is_proved(self) -> bool:
        """Whether it is the named student's, by nbgrader's own rule."""
        return set(self.accounts) == {self.named}


@dataclass(frozen=True)
class DownloadedFile:
    """A file that was handed in."""

    entry: DownloadEntry
    system: str
    owners: tuple[tuple[Clue, ...], ...]  # the clues to each person whose work it is; several for a group
    when: datetime | None = None  # it was handed in, with a time zone; None where the system does not say it
    standing: Standing = CLAIMED
    late: bool = False
    upload: int = 0  # grows from upload to upload, where the system numbers them
    ownership: Ownership | None = None  # on the disk, where students choose the name that says whose it is
    other_readings: tuple[DownloadedFile, ...] = ()  # of other systems, of the same file's name
    assignment: str = ""  # recognised by its cells; empty for a file of another kind, and until it is read
    digest: str = ""  # of its content, SHA-256 in hex; empty for a file of another kind
    note: str = ""  # why it is of another kind, or its oddity; or empty

    @property
    def name(self) -> str:
        """The name of the file, without its folders."""
        return self.entry.name.rpartition("/")[2]


# Only names at the outermost level, just below the folders that all entries lie in, are the system's; a student chose
# the others.


def given_parts(entry: DownloadEntry) -> tuple[str, ...]:
    """Return the parts of an entry's path that its student has not named: all, but of a clone those that lead to it.

    Only a folder shows its clones: in a zip ``.git`` is passed over with the rest of the litter.
    """
    return entry.parts[: entry.given]


def outermost_folders(entry: DownloadEntry, depth: int) -> tuple[str, ...]:
    """Return the names of an entry's folders that the system can have given."""
    return entry.parts[:-1][: depth + 1]


def outermost_file(entry: DownloadEntry, depth: int) -> str:
    """Return an entry's file name where the system can have given it, or else an empty text."""
    return entry.parts[-1] if 0 < len(entry.parts) <= depth + 1 else ""


# Its assignment, by its cells, and only then by its name


def answers_of(folder: CourseFolder) -> dict[str, frozenset[str]]:
    """Return the ids of the answer cells of each released assignment."""
    notebooks = {name: read_notebook(folder.released(name)) for name in folder.assignments()}
    return {name: _grade_ids(filter(is_answer, notebook.cells)) for name, notebook in notebooks.items()}


def recognise(file: DownloadedFile, answers: Answers, keep: Callable[[str, bytes], object]) -> DownloadedFile:
    """Return a file of a download with its assignment; keep the content of a notebook of the course, by its digest."""
    entry = file.entry
    if entry.refused:
        return replace(file, note=entry.refused)
    name = entry.parts[-1]
    named = _named(name, answers)
    try:
        # A file that begins like JSON, under any name, or is called a notebook.
        if not named and not entry.read(HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
            return replace(file, note=NO_NOTEBOOK)
        content = entry.read(MAX_NOTEBOOK_BYTES + 1)
    except EntryRefused as refused:
        return replace(file, note=str(refused))
    try:
        assignment, note = _by_cells(_grade_ids(parse_notebook(content, name).cells), named, answers)
    except MalformedNotebook as error:
        assignment, note = named, str(error).removeprefix(f"{name} ") if named else NO_NOTEBOOK
    digest = hashlib.sha256(content).hexdigest() if assignment else ""
    if digest:
        keep(digest, content)
    return replace(file, assignment=assignment, digest=digest, note=note)


def _by_cells(cell_ids: frozenset[str], named: str, answers: Answers) -> tuple[str, str]:
    """Return the assignment of most of some cells, or else the one that their file is called after, and a note."""
    shares = {name: len(cell_ids & ids) for name, ids in answers.items()}
    most = max(shares.values(), default=0)
    best = [name for name, share in shares.items() if share == most]
    if most == 0:
        return named, f"{NONE_OF_THE_CELLS} {named}" if named else NO_NOTEBOOK
    if len(best) > 1:
        return "", f"it holds as much of {' as of '.join(best)}"
    return best[0], f"it is called {named}" if named not in ("", best[0]) else ""


def _named(file: str, assignments: Iterable[str]) -> str:
    """Return the assignment after which a notebook's file is named; empty without one."""
    if ".ipynb" not in file.casefold():
        return ""
    # The longest first: one assignment's name can begin with another's.
    names = sorted(assignments, key=len, reverse=True)
    return next((name for name in names if re.search(rf"(?:(?<!\w)|_){re.escape(name)}(?!\w)", file)), "")


def _grade_ids(cells: Iterable[NotebookNode]) -> frozenset[str]:
    return frozenset(filter(None, map(grade_id_of, cells)))
