"""The points of the gradebook's cells, where a check's points, or the set of checks, are not those of the release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nbgrader.api import Gradebook, GradeCell

from autograder.checks import Check
from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.gradebook.writer import CourseGradebook


@dataclass(frozen=True)
class CellChange:
    """A check's cell whose points are others than the check's.

    Attributes:
        cell: its id.
        name: of the check, ``Exercise.check``.
        before: points in the gradebook.
        now: points of the check, 0 where there is none any more.
    """

    cell: str
    name: str
    before: float
    now: float

    def __str__(self) -> str:
        return f"{self.name}: {self.before:g} to {self.now:g} points"


def changed_cells(gradebook: CourseGradebook, assignment: str, checks: Sequence[Check]) -> list[CellChange]:
    """Return the cells whose points are not their check's.

    Raises:
        CourseFolderError: a check has no cell.
    """
    with gradebook.open() as rows:
        held = {cell.name: cell.max_score for cell in _cells(rows, assignment)}
    worth = {check.id: float(check.points) for check in checks}
    for check in checks:
        if check.id not in held:
            raise CourseFolderError(
                f"{assignment} has no cell for {check.exercise}.{check.name}: run `autograder release {assignment} "
                "--force`, which can add one as long as nothing has been graded"
            )
    return [
        CellChange(cell, ".".join(cell.split("-", 2)[1:]), before, worth.get(cell, 0.0))
        for cell, before in held.items()
        if before != worth.get(cell, 0.0)
    ]


def write_cells(gradebook: CourseGradebook, assignment: str, changes: Sequence[CellChange]) -> None:
    """Give cells the points of their checks.

    Raises:
        GradebookError: the gradebook does not take them.
    """
    with gradebook.open() as rows:
        set_cells(rows, assignment, changes)
        rows.db.commit()


def set_cells(rows: Gradebook, assignment: str, changes: Sequence[CellChange]) -> None:
    """Give cells the points of their checks; the caller commits."""
    now: Mapping[str, float] = {change.cell: change.now for change in changes}
    for cell in _cells(rows, assignment):
        cell.max_score = now.get(cell.name, cell.max_score)


def _cells(rows: Gradebook, assignment: str) -> list[GradeCell]:
    """Return the cells that a check decides on."""
    cells = rows.find_notebook(assignment, assignment).grade_cells
    return [cell for cell in cells if cell.cell_type == "code"]
