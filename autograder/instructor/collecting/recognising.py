"""Recognise the assignment of a file by its cells, and only then by its name."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from nbformat import NotebookNode

from autograder.instructor.collecting.archive import EntryRefused
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.course.folder import CourseFolder
from autograder.notebooks.graft import (
    MAX_NOTEBOOK_BYTES,
    MalformedNotebook,
    grade_id_of,
    is_answer,
    parse_notebook,
    read_notebook,
)

NO_NOTEBOOK = "it is not a notebook of this course"
NONE_OF_THE_CELLS = "it holds none of the cells of"
HEAD_BYTES = 64


Answers = Mapping[str, frozenset[str]]  # the ids of answer cells by assignment


def answers_of(folder: CourseFolder) -> dict[str, frozenset[str]]:
    """Return the ids of the answer cells of each released assignment."""
    notebooks = {name: read_notebook(folder.released(name)) for name in folder.assignments()}
    return {name: _grade_ids(filter(is_answer, notebook.cells)) for name, notebook in notebooks.items()}


def recognise(file: DownloadedFile, answers: Answers) -> DownloadedFile:
    """Return a file of a download with its assignment, once it is read."""
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
