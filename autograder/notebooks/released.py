"""The released notebook of a room, on a student's machine and on an instructor's."""

from __future__ import annotations

import json
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from autograder.course import Course, NoCourse
from autograder.judge.expectations import released_file

if TYPE_CHECKING:
    from nbformat import NotebookNode


def released_notebook(room: str) -> NotebookNode:
    """Return the notebook of a room as released: from the students' wheel, or else from the installed course.

    Raises:
        NoCourse: this machine has neither.
    """
    from autograder.notebooks.graft import read_notebook

    recorded = released_file(room)
    if recorded.exists():
        return read_notebook(recorded)
    for makes_it in entry_points(group="autograder.released"):  # the instructor's half, which students do not have
        released: NotebookNode = makes_it.load()(Course.installed(), room)
        return released
    raise NoCourse(f"the released notebook of {room} is not here: install the wheel of the course's zip again")


def released_cells(room: str) -> list[dict[str, Any]]:
    """Return its cells, on a student's machine without the libraries for notebooks, whose import takes seconds.

    Raises:
        NoCourse: this machine has neither a released notebook of the room nor the course.
    """
    recorded = released_file(room)
    if recorded.exists():
        cells: list[dict[str, Any]] = json.loads(recorded.read_text(encoding="utf-8"))["cells"]
        return cells
    return list(released_notebook(room).cells)
