"""Fixtures for notebooks: the released assignment, filled and open, and another."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.course import Course
from autograder.notebooks.fill import exercise_cells, fill
from autograder.notebooks.graft import read_notebook
from tests import warm

ROOM, ASSIGNMENT = "layers", "2-layers"


@pytest.fixture(scope="session")
def untouched(released: Path) -> NotebookNode:
    """The notebook as students get it. Read it only."""
    return read_notebook(released / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")


def with_answers(notebook: NotebookNode, **sources: str) -> NotebookNode:
    """Return a copy with the cells of some exercises replaced."""
    copy = nbformat.from_dict(notebook)
    for name, text in sources.items():
        exercise_cells(copy)[name].source = text
    return copy


def half_written(written: str, stubs: str, at: str = "    def __len__") -> str:
    """Return an answer as far as a method, and stubs from there on."""
    return written.partition(at)[0] + at + stubs.partition(at)[2]


@pytest.fixture(scope="session")
def right(untouched: NotebookNode, course: Course) -> NotebookNode:
    """The notebook filled with the reference. Read it only."""
    return fill(untouched, course.source(ROOM)).notebook


@pytest.fixture(scope="module", autouse=True)
def warm_servers() -> Iterator[None]:
    with warm.servers():
        yield
