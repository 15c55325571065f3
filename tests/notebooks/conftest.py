"""Fixtures for notebooks: the released assignment, filled and open, and a sandbox for trusted work."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.checks import checks_of
from autograder.course import Course
from autograder.judge.live import LiveExpectations
from autograder.judge.verdicts import Verdict
from autograder.notebooks.answers import program_of, verdicts_on
from autograder.notebooks.fill import exercise_cells, fill
from autograder.notebooks.graft import graft, read_notebook
from autograder.sandbox import Cell, Limits, Program, Sandbox

ROOM, ASSIGNMENT = "layers", "2-layers"
SEED = 5


@pytest.fixture(scope="session")
def untouched(released: Path) -> NotebookNode:
    """The notebook as students get it. Read it only."""
    return read_notebook(released / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")


@dataclass(frozen=True)
class Graders:
    """Run work in a process of its own and judge it by all checks, also the hidden ones."""

    sandbox: Sandbox
    released: NotebookNode
    live: LiveExpectations

    def notebook(self, submitted: NotebookNode) -> list[Verdict]:
        return self._verdicts(program_of(graft(self.released, submitted).notebook, checks_of(ROOM), SEED))

    def file(self, source: str) -> list[Verdict]:
        """Run a file in one piece, and judge it as a notebook is judged."""
        planned = program_of(self.released, checks_of(ROOM), SEED)
        return self._verdicts(Program((Cell("file", source),), planned.checks))

    def _verdicts(self, program: Program) -> list[Verdict]:
        return verdicts_on(self.sandbox.run(program), checks_of(ROOM), self.live, SEED)


@pytest.fixture(scope="session")
def graders(untouched: NotebookNode, live: LiveExpectations) -> Iterator[Graders]:
    with Sandbox(Limits(cell_s=5, check_s=1), isolated=False) as sandbox:
        yield Graders(sandbox, untouched, live)


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
