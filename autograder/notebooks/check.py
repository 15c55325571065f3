"""A student's own check of a whole notebook before handing in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.checks import checks_of
from autograder.notebooks.answers import cell_errors, program_of, room_by_grade_ids, verdicts_on
from autograder.notebooks.graft import MalformedNotebook, graft, read_notebook
from autograder.records import FOLDER, RUN_SEEDS, expectations
from autograder.reference import Course
from autograder.sandbox import Program, RunResult, Sandbox
from autograder.verdicts import Verdict


@dataclass(frozen=True)
class NotebookReport:
    """The visible checks of a notebook, and what looked wrong about the file itself."""

    verdicts: Sequence[Verdict]
    notes: Sequence[str]

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def points(self) -> tuple[int, int]:
        """Points earned and points to be had from visible checks."""
        return sum(verdict.points for verdict in self.verdicts), sum(verdict.check.points for verdict in self.verdicts)


def check_notebook(path: Path) -> NotebookReport:
    """Run the answers of a notebook as the grader will and judge its visible checks.

    The answers are taken into the released notebook, so what does not count when it is graded does not count here, and
    is said. The work is the reader's own, so it is not shut in.

    Raises:
        MalformedNotebook: the file is no notebook, or none of this course.
        FileNotFoundError: there is no such file.
    """
    notebook = read_notebook(path)
    room = room_by_grade_ids(notebook)
    if room is None:
        raise MalformedNotebook(f"{path} is no notebook of this course: open the released one and answer there")
    checks = [check for check in checks_of(room) if not check.hidden]
    grafted = graft(released_notebook(room), notebook)
    result = _run(program_of(grafted.notebook, checks, RUN_SEEDS[0]))
    verdicts = verdicts_on(result, checks, expectations(room), RUN_SEEDS[0])
    return NotebookReport(verdicts, [*grafted.notes, *cell_errors(result)])


def _run(program: Program) -> RunResult:
    if not hasattr(os, "fork"):  # Windows
        from autograder.sandbox.here import run_here

        return run_here(program)
    with Sandbox(isolated=False) as sandbox:
        return sandbox.run(program)


def released_notebook(room: str) -> NotebookNode:
    """Return the notebook of a room as students got it: the one in their wheel, or else from the installed course.

    Raises:
        NoCourse: there is neither.
    """
    recorded = FOLDER / f"{room}.ipynb"
    if recorded.exists():
        return read_notebook(recorded)
    from autograder.notebooks.source import chapters_of, source_notebook, without_solutions

    course = Course.installed()
    chapter = next(chapter for chapter in chapters_of(course) if chapter.room == room)
    return nbformat.from_dict(without_solutions(source_notebook(chapter, course, course.page(room))))
