"""Check a whole notebook before handing in, as ``autograder check`` and ``hand_in`` do."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from autograder.checks import checks_of, rooms
from autograder.judge.expectations import RUN_SEEDS, expectations
from autograder.judge.verdicts import Verdict
from autograder.notebooks.answers import cell_errors, program_of, room_by_grade_ids, verdicts_on
from autograder.notebooks.fill import exercise_cells
from autograder.notebooks.graft import MalformedNotebook, graft, read_notebook
from autograder.notebooks.progress import Progress, progress_in
from autograder.notebooks.released import released_notebook
from autograder.notebooks.remarks import remarks_on
from autograder.sandbox import Program, RunResult, Sandbox


@dataclass(frozen=True)
class NotebookReport:
    """Verdicts on a notebook's visible checks, notes on the file, remarks on answers (see ``remarks_on``)."""

    room: str
    verdicts: Sequence[Verdict]
    notes: Sequence[str]
    remarks: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts) and not self.remarks


@contextmanager
def runner() -> Iterator[Callable[[Program], RunResult]]:
    """Yield a function that runs programs which the user trusts; where it forks, it is warm from the second on."""
    if hasattr(os, "fork"):
        with Sandbox(isolated=False) as sandbox:
            sandbox.start()  # it imports what the checks need while this process does
            yield sandbox.run
    else:  # Windows
        from autograder.sandbox.without_fork import run_without_fork

        yield run_without_fork


def check_notebook(path: Path) -> NotebookReport:
    """Run the answers of a notebook as the grader will and judge its visible checks.

    The answers are grafted into the released notebook: what would not count when it is graded does not count here, and
    a note says so. The work is the user's own, so it runs without walls.

    Raises:
        MalformedNotebook: the file is not a notebook of this course.
        FileNotFoundError: there is no such file.
    """
    return check_read(path, read_notebook(path))


def check_read(path: Path, notebook: NotebookNode) -> NotebookReport:
    """Do the same with a parsed notebook; the path is for messages."""
    with runner() as run:
        return _checked(path, notebook, run)


def notebooks_in(where: Path) -> list[Path]:
    """Return a notebook, or the course's notebooks in a folder, in order.

    Raises:
        MalformedNotebook: the folder holds no notebook of this course.
        FileNotFoundError: there is no such file or folder.
    """
    if not where.is_dir():
        return [where]
    names = {f"[!.]*-{room}.ipynb" for room in rooms()}  # without macOS's notes on them, ._2-layers.ipynb
    notebooks = sorted(path for name in names for path in where.glob(name))
    if not notebooks:
        raise MalformedNotebook(f"{where} holds no notebook of this course: name the folder that you unzipped")
    return notebooks


def progress_of_notebook(path: Path, run: Callable[[Program], RunResult]) -> Progress:
    """Return the progress of a notebook, by its visible checks.

    Raises:
        MalformedNotebook: the file is not a notebook of this course.
    """
    report = _checked(path, read_notebook(path), run)
    return progress_in(report.room, report.verdicts, report.remarks)


def _checked(path: Path, notebook: NotebookNode, run: Callable[[Program], RunResult]) -> NotebookReport:
    room = room_by_grade_ids(notebook)
    if room is None:
        raise MalformedNotebook(f"{path} is not a notebook of this course: open the released one and answer there")
    released = released_notebook(room)
    place = {exercise: at for at, exercise in enumerate(exercise_cells(released))}
    visible = (check for check in checks_of(room) if not check.hidden)
    checks = sorted(visible, key=lambda check: place.get(check.exercise, len(place)))
    grafted = graft(released, notebook)
    result = run(program_of(grafted.notebook, checks, RUN_SEEDS[0]))
    verdicts = verdicts_on(result, checks, expectations(room), RUN_SEEDS[0])
    answers = {exercise: cell.source for exercise, cell in exercise_cells(grafted.notebook).items()}
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return NotebookReport(room, verdicts, [*grafted.notes, *cell_errors(result)], remarks_on(room, answers, texts))
