"""A page for each student. Hidden checks appear by title and result alone; everything is escaped."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder.grading.course_folder import CourseFolder
from autograder.grading.gradebook import GradebookWriter, write_atomically
from autograder.grading.submission import RECORD
from autograder.notebooks.graft import grade_id_of, is_written, read_notebook
from autograder.reports.html import render

MAX_TEXT = 4000


def write_feedback(folder: CourseFolder, assignment: str, student: str | None = None) -> list[Path]:
    """Write the pages of an assignment, for one student or all, and return them."""
    directory = GradebookWriter(folder).directory
    written = []
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        for path in sorted((folder.root / "autograded").glob(f"{student or '*'}/{assignment}/{assignment}.ipynb")):
            name = path.parent.parent.name
            page = feedback_page(name, assignment, read_notebook(path), gradebook)
            target = folder.feedback(name, assignment)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, page)
            written.append(target)
    return written


def feedback_page(student: str, assignment: str, notebook: NotebookNode, gradebook: Gradebook) -> str:
    """Return one student's page as HTML."""
    record = notebook.metadata[RECORD]
    submission = gradebook.find_submission(assignment, student)
    exercises = [
        (exercise, [_check(verdict) for verdict in verdicts])
        for exercise, verdicts in groupby(record["verdicts"], key=lambda verdict: verdict["exercise"])
    ]
    return render(
        "feedback.html.j2",
        student=student,
        assignment=assignment,
        points=submission.score,
        max_points=submission.max_score,
        waiting=submission.needs_manual_grade,
        notes=record["notes"],
        exercises=exercises,
        written=[_written(cell, assignment, student, gradebook) for cell in notebook.cells if is_written(cell)],
    )


def _check(verdict: dict[str, Any]) -> dict[str, Any]:
    lines = [] if verdict["hidden"] else verdict["message"].splitlines()[1:]
    links = [line.partition(": ")[2] for line in lines if line.strip().startswith("read: https://")]
    rows = [line.strip()[:MAX_TEXT] for line in lines if not line.strip().startswith("read: ")]
    return verdict | {"rows": rows, "link": links[0] if links else ""}


def _written(cell: NotebookNode, assignment: str, student: str, gradebook: Gradebook) -> dict[str, Any]:
    where = (str(grade_id_of(cell)), assignment, assignment, student)
    grade, comment = gradebook.find_grade(*where), gradebook.find_comment(*where)
    return {
        "text": cell.source[:MAX_TEXT],
        "score": None if grade.needs_manual_grade else grade.score,
        "max_score": grade.max_score,
        "comment": comment.comment,
    }
