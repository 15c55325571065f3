"""The one writer of nbgrader's gradebook, and the order in which a mark becomes durable."""

from __future__ import annotations

import logging
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning

from autograder.grading.course_folder import CourseFolder, CourseFolderError, Submission
from autograder.grading.nbgrader_config import SAVE


class GradebookWriter:
    """Writes graded notebooks as nbgrader's autograde does: the scores first, then the notebook.

    The notebook's arrival under its final name is what says that a submission is done. Killed before it, a run grades
    that submission again and overwrites its scores with the same ones.
    """

    def __init__(self, folder: CourseFolder) -> None:
        self.folder = folder
        config = folder.nbgrader_config()
        self.directory = CourseDirectory(config=config)
        self.steps = [step(config=config) for step in SAVE]
        for step in self.steps:
            step.log.setLevel(logging.ERROR)  # a late penalty or a cut output is no news in a class run

    def require_assignment(self, assignment: str) -> None:
        """Raise CourseFolderError unless the gradebook knows the assignment, as a release makes it."""
        with self._gradebook() as gradebook:
            try:
                gradebook.find_notebook(assignment, assignment)
            except MissingEntry as error:
                raise CourseFolderError(
                    f"the gradebook does not know {assignment}: run `autograder release {assignment}` first"
                ) from error

    def write(self, submission: Submission, notebook: NotebookNode) -> None:
        """Write the scores of a graded notebook, then the notebook itself."""
        with warnings.catch_warnings():
            # nbgrader's models warn under SQLAlchemy 2 about relations that it completes a line later
            warnings.simplefilter("ignore", SAWarning)
            notebook = self._save(submission, notebook)
        target = self.folder.autograded(submission.student, submission.assignment)
        target.parent.mkdir(parents=True, exist_ok=True)
        timestamp = submission.notebook.parent / "timestamp.txt"
        if timestamp.exists():
            shutil.copyfile(timestamp, target.parent / "timestamp.txt")
        write_atomically(target, nbformat.writes(notebook))

    def _save(self, submission: Submission, notebook: NotebookNode) -> NotebookNode:
        stamp = self.directory.get_existing_timestamp(str(submission.notebook.parent))
        with self._gradebook() as gradebook:
            gradebook.update_or_create_student(submission.student)
            fields: dict[str, Any] = {"timestamp": stamp} if stamp else {}
            gradebook.update_or_create_submission(submission.assignment, submission.student, **fields)
        resources = {
            "nbgrader": {
                "student": submission.student,
                "assignment": submission.assignment,
                "notebook": submission.assignment,
                "db_url": self.directory.db_url,
            }
        }
        for step in self.steps:
            notebook, _ = step.preprocess(notebook, resources)
        return notebook

    def _gradebook(self) -> Gradebook:
        return Gradebook(self.directory.db_url, self.directory.course_id)


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a reader, or the next run, sees the whole of it or the one before."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
