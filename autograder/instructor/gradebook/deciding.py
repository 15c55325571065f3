"""Let the gradebook and the graded notebooks follow the instructor's decisions. Runs nobody's code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Assignment, Grade, Gradebook, SubmittedAssignment

from autograder.checks import checks_of
from autograder.instructor.course.decisions import Decision
from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.gradebook.adjusting import GIVEN, adjust, worth_now
from autograder.instructor.gradebook.cells import changed_cells, set_cells
from autograder.instructor.gradebook.saving import points_of, rows_of
from autograder.instructor.gradebook.writer import CourseGradebook
from autograder.notebooks.graft import RECORD, MalformedNotebook, read_notebook, record_of, room_of


@dataclass(frozen=True)
class MarkChange:
    """A student's points in the gradebook, before late penalties, without some decisions and with them."""

    student: str
    before: float
    now: float


@dataclass(frozen=True)
class _Graded:
    """A graded notebook that follows the decisions, and what was given to everybody before."""

    student: str
    path: Path
    notebook: NotebookNode
    given_before: Sequence[str]


def follow_decisions(
    folder: CourseFolder, assignment: str, decisions: Sequence[Decision], cells: Sequence[str], *, write: bool
) -> list[MarkChange]:
    """Return whose points change where decisions on an assignment are followed, and follow them.

    Args:
        folder: the course folder.
        assignment: its id.
        decisions: all that hold on it.
        cells: the ids of those whose points may change.
        write: False to only say what would change.

    Raises:
        CourseFolderError: the gradebook does not know the assignment, or a check has no cell.
        GradebookError: the gradebook does not take it.
    """
    released = folder.instructor_notebook(assignment)
    graded = _graded(folder, assignment, decisions)
    with CourseGradebook(folder) as gradebook:
        gradebook.require_assignment(assignment)
        checks = worth_now(checks_of(room_of(released)), decisions)
        changes = [one for one in changed_cells(gradebook, assignment, checks) if one.cell in cells]
        with gradebook.open() as rows:
            before = _scores(rows, assignment)
            set_cells(rows, assignment, changes)
            for one in graded:
                _save(rows, assignment, one)
            rows.db.flush()
            now = _scores(rows, assignment)
            if write:
                rows.db.commit()
        for one in graded if write else ():
            write_atomically(one.path, nbformat.writes(one.notebook))
            gradebook.update_penalty(folder.submission(one.student, assignment), one.notebook)
        if write:  # whoever is excused spends no late days on it
            gradebook.settle_late_days({one.student for one in graded})
    return [MarkChange(who, before[who], now[who]) for who in sorted(before) if before[who] != now[who]]


def _graded(folder: CourseFolder, assignment: str, decisions: Sequence[Decision]) -> list[_Graded]:
    """Return the graded notebooks, with the decisions in their records; those of an earlier grader are left."""
    found = []
    for path in sorted((folder.root / "autograded").glob(f"*/{assignment}/{assignment}.ipynb")):
        try:
            notebook = read_notebook(path)
            record = record_of(notebook)
        except MalformedNotebook:
            continue
        given = record.get(GIVEN, ())
        adjust(record, decisions)
        notebook.metadata[RECORD] = nbformat.from_dict(record)
        found.append(_Graded(path.parent.parent.name, path, notebook, given))
    return found


def _save(rows: Gradebook, assignment: str, graded: _Graded) -> None:
    """Give the cells of one student their points; what a person has given, and need not look at again, stays so."""
    submitted = rows.find_submission_notebook(assignment, assignment, graded.student)
    scores, given = points_of(graded.notebook), record_of(graded.notebook).get(GIVEN, ())
    for grade, cell in rows_of(rows, Grade, submitted.id):
        if cell not in scores:
            continue
        grade.auto_score = scores[cell]
        if cell in given:
            grade.needs_manual_grade = False
            grade.extra_credit = _missing(grade, scores[cell])
        elif cell in graded.given_before:
            grade.extra_credit = None
            grade.needs_manual_grade = grade.auto_score is None and grade.manual_score is None


def _missing(grade: Any, possible: float | None) -> float | None:
    """Return what a person's mark lacks of all points."""
    return None if grade.manual_score is None else max(0.0, (possible or 0.0) - grade.manual_score)


def _scores(rows: Gradebook, assignment: str) -> Mapping[str, float]:
    query = rows.db.query(SubmittedAssignment.student_id, SubmittedAssignment.score)
    found = query.join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
    return {row.student_id: row.score for row in found.filter(Assignment.name == assignment)}
