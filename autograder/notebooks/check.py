"""A student's own check of a whole notebook before handing in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from autograder.checks import checks_of, rooms
from autograder.expectations.recorded import RUN_SEEDS, expectations
from autograder.notebooks.answers import cell_errors, program_of, room_by_grade_ids, verdicts_on
from autograder.notebooks.fill import exercise_cells
from autograder.notebooks.graft import MalformedNotebook, grade_id_of, graft, read_notebook
from autograder.notebooks.progress import progress_in
from autograder.notebooks.released import released_notebook
from autograder.notebooks.remarks import remarks_on
from autograder.reports.progress import Progress
from autograder.sandbox import Program, RunResult, Sandbox
from autograder.verdicts import Verdict


@dataclass(frozen=True)
class NotebookReport:
    """The visible checks of a notebook of some room, and what looked wrong about the file itself."""

    room: str  # whose exercises these are
    verdicts: Sequence[Verdict]  # on its visible checks
    notes: Sequence[str]  # on the file
    # on answers, by exercise, such as that a stub is left (see ``remarks_on``)
    remarks: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts) and not self.remarks


@contextmanager
def runner() -> Iterator[Callable[[Program], RunResult]]:
    """Give a function that runs programs which the reader trusts; where it forks, warm from the second one on."""
    if hasattr(os, "fork"):
        with Sandbox(isolated=False) as sandbox:
            sandbox.start()  # it imports what the checks need while this process does
            yield sandbox.run
    else:  # Windows
        from autograder.sandbox.here import run_here

        yield run_here


def check_notebook(path: Path) -> NotebookReport:
    """Run the answers of a notebook as the grader will and judge its visible checks.

    The answers are taken into the released notebook, so what does not count when it is graded does not count here, and
    is said. The work is the reader's own, so it is not shut in.

    Raises:
        MalformedNotebook: the file is no notebook, or none of this course.
        FileNotFoundError: there is no such file.
    """
    return check_read(path, read_notebook(path))


def check_read(path: Path, notebook: NotebookNode, others: Sequence[str] = ()) -> NotebookReport:
    """Do the same with a notebook that has been read; the path is for messages, others are cells that it lacks."""
    with runner() as run:
        return _checked(path, notebook, run, others)


def check_answers(room: str, answers: Mapping[str, str], others: Sequence[str] = ()) -> NotebookReport:
    """Do the same with answers alone: the text of each exercise's cell, by the exercise's name; others ran beside."""
    notebook = released_notebook(room)
    cells = {f"{room}-{name}": text for name, text in answers.items()}
    for cell in notebook.cells:
        cell.source = cells.get(grade_id_of(cell) or "", cell.source)
    return check_read(Path(f"{room}.ipynb"), notebook, others)


def notebooks_in(where: Path) -> list[Path]:
    """Return a notebook, or the course's notebooks in a folder, in order.

    Raises:
        MalformedNotebook: there is none of this course.
        FileNotFoundError: there is no such file or folder.
    """
    if not where.is_dir():
        return [where]
    names = {f"*-{room}.ipynb" for room in rooms()}
    found = sorted(path for name in names for path in where.glob(name))
    if not found:
        raise MalformedNotebook(f"{where} holds no notebook of this course: name the folder that you unzipped")
    return found


def progress_of_notebook(path: Path, run: Callable[[Program], RunResult]) -> Progress:
    """Return how far a notebook is, by its visible checks.

    Raises:
        MalformedNotebook: the file is no notebook, or none of this course.
    """
    report = _checked(path, read_notebook(path), run)
    return progress_in(report.room, report.verdicts, report.remarks)


def _checked(
    path: Path, notebook: NotebookNode, run: Callable[[Program], RunResult], others: Sequence[str] = ()
) -> NotebookReport:
    room = room_by_grade_ids(notebook)
    if room is None:
        raise MalformedNotebook(f"{path} is no notebook of this course: open the released one and answer there")
    released = released_notebook(room)
    place = {exercise: at for at, exercise in enumerate(exercise_cells(released))}
    visible = (check for check in checks_of(room) if not check.hidden)
    checks = sorted(visible, key=lambda check: place.get(check.exercise, len(place)))
    grafted = graft(released, notebook)
    result = run(program_of(grafted.notebook, checks, RUN_SEEDS[0]))
    verdicts = verdicts_on(result, checks, expectations(room), RUN_SEEDS[0])
    answers = {exercise: cell.source for exercise, cell in exercise_cells(grafted.notebook).items()}
    others = [*others, *(cell.source for cell in notebook.cells if cell.cell_type == "code")]
    return NotebookReport(room, verdicts, [*grafted.notes, *cell_errors(result)], remarks_on(room, answers, others))
