"""Written answers that are graded without running anything, for whatever is about marking them alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import nbformat

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.gradebook.writer import CourseGradebook
from autograder.notebooks.graft import RECORD, is_written, read_notebook, room_of


def grade_written(root: Path, assignment: str, texts: Mapping[str, str]) -> None:
    """Let students have handed in a notebook with a written answer and no exercise, and let it be graded.

    Args:
        root: of a course folder.
        assignment: that has been released there.
        texts: of the answers, by student.
    """
    folder = CourseFolder(root)
    released = read_notebook(folder.released(assignment))
    with CourseGradebook(folder) as gradebook:
        for student, text in texts.items():
            notebook = nbformat.from_dict(released)
            next(filter(is_written, notebook.cells)).source = text
            about = {"assignment": assignment, "room": room_of(released), "unreadable": ""}
            notebook.metadata[RECORD] = about | {"verdicts": [], "notes": [], "receipt": ""}
            submission = folder.submission(student, assignment)
            submission.notebook.parent.mkdir(parents=True, exist_ok=True)
            gradebook.write(submission, notebook, None)
