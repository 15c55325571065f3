"""The work of another term, to compare with: from that course's folder, of which nothing is run and nothing changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from autograder.instructor.course.folder import CourseFolderError, Submission
from autograder.notebooks.graft import MalformedNotebook, grade_id_of, is_answer

LABEL = "last term: "


def earlier_answers(folder: Path, assignment: str) -> Mapping[str, Mapping[str, str]]:
    """Return the answers that were handed in, by student, whose id ``last term: `` stands before, and grade id.

    What cannot be read as a notebook is left out: it has nothing to compare.

    Args:
        folder: another course's, with its works in ``submitted/STUDENT/ASSIGNMENT/``.
        assignment: the id, which has to be the same there.

    Raises:
        CourseFolderError: nothing was ever submitted there.
    """
    submitted = folder / "submitted"
    if not submitted.is_dir():
        raise CourseFolderError(f"{folder} holds no submitted/: --last-term wants the course folder of another term")
    found = {}
    for path in sorted(submitted.glob(f"*/{assignment}")):
        try:
            notebook = Submission(path.parent.name, assignment, path / f"{assignment}.ipynb").read().notebook()
        except (MalformedNotebook, OSError):
            continue
        answers = {str(grade_id_of(cell)): cell.source for cell in notebook.cells if is_answer(cell)}
        if answers:
            found[f"{LABEL}{path.parent.name}"] = answers
    return found
