"""From verdicts to scores: points go from the record of a graded notebook to the gradebook, whatever its cells show."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import BaseCell, Comment, Grade, Gradebook
from nbgrader.utils import compute_checksum, determine_grade

from autograder.instructor.gradebook.adjusting import GIVEN
from autograder.notebooks.graft import grade_id_of, is_answer, is_written, record_of

NO_RESPONSE = "No response."  # nbgrader's words


def save_verdicts(
    gradebook: Gradebook, assignment: str, student: str, graded: NotebookNode, unchanged: Collection[str] = ()
) -> None:
    """Write a submission's scores and automatic comments; what a person has given stays.

    It waits to be looked at again, unless it is of an answer that reads as it did when it was marked.

    Args:
        gradebook: nbgrader's, with a row for the submission; the caller commits.
        assignment: its id.
        student: whose work.
        graded: the notebook in which the verdicts are recorded.
        unchanged: cells of written answers that read as in the notebook that was graded before.
    """
    scores, comments, given = points_of(graded), comments_of(graded), record_of(graded).get(GIVEN, ())
    notebook = gradebook.find_submission_notebook(assignment, assignment, student)
    for grade, cell in rows_of(gradebook, Grade, notebook.id):
        grade.auto_score = scores.get(cell, 0.0)  # of a check that is no more, nothing, and nobody waits for it
        if grade.manual_score is None or cell in given or cell not in unchanged:
            waits = grade.manual_score is not None or grade.auto_score is None
            grade.needs_manual_grade = waits and cell not in given
    for comment, cell in rows_of(gradebook, Comment, notebook.id):
        comment.auto_comment = comments.get(cell)


def unchanged_answers(before: NotebookNode, graded: NotebookNode) -> set[str]:
    """Return the cells of written answers whose text is the same in two graded notebooks."""
    earlier, now = (
        {grade_id_of(cell): cell.source for cell in filter(is_written, one.cells)} for one in (before, graded)
    )
    return {str(cell) for cell, text in now.items() if earlier.get(cell) == text}


def points_of(graded: NotebookNode) -> dict[str, float | None]:
    """Return the score of each graded cell; None where a person has to give it."""
    record = record_of(graded)
    scores: dict[str, float | None] = {
        f"{record['room']}-{verdict['exercise']}-{verdict['check']}": verdict["points"]
        for verdict in record["verdicts"]
    }
    # nbgrader's own rule for a written answer: nothing for the text that was released, and else a person decides.
    for cell in filter(is_written, graded.cells):
        given = grade_id_of(cell) in record.get(GIVEN, ())  # to everybody, as the question was dropped
        scores[str(grade_id_of(cell))] = float(cell.metadata.nbgrader.points) if given else determine_grade(cell)[0]
    return scores


def comments_of(graded: NotebookNode) -> dict[str, str]:
    """Return what nbgrader says of an answer that is still as it was released."""
    unchanged = (cell for cell in graded.cells if is_answer(cell) and _is_as_released(cell))
    return {str(grade_id_of(cell)): NO_RESPONSE for cell in unchanged}


def _is_as_released(cell: NotebookNode) -> bool:
    return bool(cell.metadata.nbgrader.get("checksum") == compute_checksum(cell))


def rows_of(gradebook: Gradebook, kind: Any, notebook: str) -> Any:
    """Return the grades or comments of a submitted notebook, each with its cell's id, in one query."""
    rows = gradebook.db.query(kind, BaseCell.name).join(BaseCell, kind.cell_id == BaseCell.id)
    return rows.filter(kind.notebook_id == notebook).all()
