"""The one writer of nbgrader's gradebook, and the order in which a mark becomes durable."""

from __future__ import annotations

import logging
import os
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import nbformat
from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from autograder.grading.course_folder import CourseFolder, CourseFolderError, Submission
from autograder.grading.nbgrader_config import SAVE


class GradebookError(Exception):
    """The database is locked, read-only, full or broken; the message says which."""


class GradebookWriter:
    """Writes graded notebooks as nbgrader's autograde does: the scores first, then the notebook.

    The notebook's arrival under its final name is what says that a submission is done. Killed before it, a run grades
    that submission again and overwrites its scores with the same ones.

    One connection serves the whole run, and the scores of a submission are one transaction; nbgrader's steps would
    open several connections for each submission, and commit after each cell.
    """

    def __init__(self, folder: CourseFolder) -> None:
        self.folder = folder
        config = folder.nbgrader_config()
        self.directory = CourseDirectory(config=config)
        self.limit_output, self.save_grades, self.late_penalties, self.check_metadata = (
            step(config=config) for step in SAVE
        )
        for step in (self.limit_output, self.save_grades, self.late_penalties, self.check_metadata):
            step.log.setLevel(logging.ERROR)  # a late penalty or a cut output is no news in a class run
        self._valid: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "_gradebook" in vars(self):
            self._gradebook.close()

    @cached_property
    def _gradebook(self) -> Gradebook:
        return Gradebook(self.directory.db_url, self.directory.course_id)

    def require_assignment(self, assignment: str) -> None:
        """Raise CourseFolderError unless the gradebook knows the assignment, as a release makes it."""
        with self.open() as gradebook:
            try:
                gradebook.find_notebook(assignment, assignment)
            except MissingEntry as error:
                raise CourseFolderError(
                    f"the gradebook does not know {assignment}: run `autograder release {assignment}` first"
                ) from error

    def scores(self, assignment: str) -> dict[str, dict[str, float | None]]:
        """Return the automatic scores of all submissions to an assignment, by student and cell."""
        found: dict[str, dict[str, float | None]] = {}
        with self.open() as gradebook:
            rows = (
                gradebook.db.query(SubmittedAssignment.student_id, BaseCell.name, Grade.auto_score)
                .select_from(Grade)
                .join(BaseCell, Grade.cell_id == BaseCell.id)
                .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
                .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
                .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
                .filter(Assignment.name == assignment)
            )
            for student, cell, score in rows:
                found.setdefault(student, {})[cell] = score
        return found

    def write(self, submission: Submission, notebook: NotebookNode) -> None:
        """Write the scores of a graded notebook, then the notebook itself.

        Raises:
            GradebookError: the gradebook does not take them.
        """
        resources = {
            "nbgrader": {
                "student": submission.student,
                "assignment": submission.assignment,
                "notebook": submission.assignment,
                "db_url": self.directory.db_url,
            }
        }
        notebook, _ = self.limit_output.preprocess(notebook, resources)
        with warnings.catch_warnings():
            # nbgrader's models warn under SQLAlchemy 2 about relations that it completes a line later
            warnings.simplefilter("ignore", SAWarning)
            with self.open() as gradebook, one_transaction(gradebook):
                is_late = self._save(gradebook, submission, notebook, resources)
            if is_late:
                with gradebook_errors(self.folder):
                    self.late_penalties.preprocess(notebook, resources)
        if submission.assignment not in self._valid:  # the metadata is the instructor's, the same in all notebooks
            self.check_metadata.preprocess(notebook, resources)
            self._valid.add(submission.assignment)
        target = self.folder.autograded(submission.student, submission.assignment)
        target.parent.mkdir(parents=True, exist_ok=True)
        timestamp = submission.notebook.parent / "timestamp.txt"
        if timestamp.exists():
            shutil.copyfile(timestamp, target.parent / "timestamp.txt")
        write_atomically(target, nbformat.writes(notebook))

    def _save(
        self, gradebook: Gradebook, submission: Submission, notebook: NotebookNode, resources: dict[str, Any]
    ) -> bool:
        """Write scores and comments as nbgrader's step decides them, and return whether the work came late."""
        stamp = self.directory.get_existing_timestamp(str(submission.notebook.parent))
        gradebook.update_or_create_student(submission.student)
        fields: dict[str, Any] = {"timestamp": stamp} if stamp else {}
        handed_in = gradebook.update_or_create_submission(submission.assignment, submission.student, **fields)
        step = self.save_grades
        step.student_id = submission.student
        step.assignment_id = step.notebook_id = submission.assignment
        for one in handed_in.notebooks:
            one.late_submission_penalty = None
        step.gradebook = _Entries(gradebook, [one.id for one in handed_in.notebooks])
        for at, cell in enumerate(notebook.cells):
            step.preprocess_cell(cell, resources, at)
        return bool(handed_in.total_seconds_late > 0)

    @contextmanager
    def open(self) -> Iterator[Gradebook]:
        """Give nbgrader's gradebook of the course; what the block does not commit is undone.

        Raises:
            GradebookError: it cannot be read, or does not take what the block writes.
        """
        with gradebook_errors(self.folder):
            gradebook = self._gradebook
            try:
                yield gradebook
            finally:
                gradebook.db.rollback()


class _Uncommitted:
    """A session whose commits wait: what is written can be read in it, and is not yet there for others."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, "flush" if name == "commit" else name)


class _Entries:
    """What nbgrader's step asks a gradebook for, of one submission, in two queries rather than one for each cell.

    Its ``db.commit()`` after each cell does nothing: the transaction ends when all cells are done.
    """

    def __init__(self, gradebook: Gradebook, notebooks: Sequence[str]) -> None:
        self.db, self._gradebook = self, gradebook
        self._grades, self._comments = (
            {
                name: row
                for row, name in gradebook.db.query(kind, BaseCell.name)
                .join(BaseCell, kind.cell_id == BaseCell.id)
                .filter(kind.notebook_id.in_(notebooks))
            }
            for kind in (Grade, Comment)
        )

    def commit(self) -> None:
        """Wait (see above)."""

    def find_grade(self, cell: str, *where: str) -> Grade:
        return self._grades.get(cell) or self._gradebook.find_grade(cell, *where)

    def find_comment(self, cell: str, *where: str) -> Comment:
        return self._comments.get(cell) or self._gradebook.find_comment(cell, *where)


@contextmanager
def one_transaction(gradebook: Gradebook) -> Iterator[None]:
    """Commit once, at the end of the block, what nbgrader's methods would commit one by one."""
    session = gradebook.db
    gradebook.db = _Uncommitted(session)
    try:
        yield
        session.commit()
    finally:
        gradebook.db = session


@contextmanager
def gradebook_errors(folder: CourseFolder) -> Iterator[None]:
    """Tell an error of the database in one line."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise GradebookError(
            f"the gradebook of {folder.root} fails: {reason}; what was graded so far is kept"
        ) from error


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a reader, or the next run, sees the whole of it or the one before."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
