"""A student's own check of a whole notebook before handing in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.checks import Check, checks_of
from autograder.judge import judge
from autograder.notebooks.graft import MalformedNotebook, grade_id_of, read_notebook
from autograder.observe import seed_of
from autograder.records import RUN_SEEDS, expectations
from autograder.sandbox import Cell, PlannedCheck, Program, Sandbox
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
    """Run the answers of a notebook from top to bottom in a fresh process and judge its visible checks.

    The work is the reader's own, so it is not shut in.

    Raises:
        MalformedNotebook: the file is no notebook, or none of this course.
        FileNotFoundError: there is no such file.
    """
    notebook = read_notebook(path)
    room = notebook.metadata.get("autograder", {}).get("room")
    if room is None:
        raise MalformedNotebook(f"{path} is no notebook of this course: open the released one and answer there")
    checks = [check for check in checks_of(room) if not check.hidden]
    expect = expectations(room)
    cells = tuple(
        Cell(str(grade_id_of(cell)), cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code" and grade_id_of(cell) and not cell.metadata["nbgrader"].get("grade")
    )
    seeds = [seed_of(RUN_SEEDS[0], check) for check in checks]
    plan = [PlannedCheck(room, check.exercise, check.name, seed) for check, seed in zip(checks, seeds, strict=True)]
    with Sandbox(isolated=False) as sandbox:
        result = sandbox.run(Program(cells, tuple(plan)))
    verdicts: list[Verdict] = []
    for exercise in dict.fromkeys(check.exercise for check in checks):
        mine = [check for check in checks if check.exercise == exercise]
        answers = [result.answers[check.exercise, check.name] for check in mine]
        verdicts += judge(mine, answers, [seed_of(RUN_SEEDS[0], check) for check in mine], expect)
    return NotebookReport(verdicts, _notes(notebook, checks))


def _notes(notebook: NotebookNode, checks: Sequence[Check]) -> list[str]:
    found = Counter(grade_id_of(cell) for cell in notebook.cells)
    expected = list(dict.fromkeys(f"{check.room}-{check.exercise}" for check in checks))
    lost = [grade_id for grade_id in expected if not found[grade_id]]
    twice = [grade_id for grade_id, count in found.items() if grade_id and count > 1]
    return [f"the cell {grade_id} is missing: copy it back from the released notebook" for grade_id in lost] + [
        f"the cell {grade_id} occurs {found[grade_id]} times: the grader takes the first" for grade_id in twice
    ]
