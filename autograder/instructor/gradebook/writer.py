"""The one writer of nbgrader's gradebook, and the order in which a mark becomes durable."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import nbformat
from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    InvalidEntry,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, LimitOutput
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SAWarning, SQLAlchemyError

from autograder.course import Course
from autograder.errors import WorkFailed
from autograder.instructor.course.extensions import Work
from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder, CourseFolderError, Submission
from autograder.instructor.gradebook.dates import own_due_dates_of, set_extension
from autograder.instructor.gradebook.late_penalties import LatePenalty
from autograder.instructor.gradebook.saving import save_verdicts, unchanged_answers
from autograder.notebooks.graft import MalformedNotebook, read_notebook

# What a database says, and what an instructor can do about it.
WAYS_OUT = {
    "database is locked": " (another program is writing to it: close that, and run this again)",
    "not a database": " (put a copy back in its place, or move it away, release and grade again)",
    "malformed": " (put a copy back in its place, or move it away, release and grade again)",
}


class GradebookError(WorkFailed):
    """The database is locked, read-only, full or broken; the message says which."""


class RowRefused(GradebookError):
    """The database is well, and does not take what is written of one submission."""


class CourseGradebook:
    """Writes graded notebooks as nbgrader's autograde does: the scores first, then the notebook.

    The notebook's arrival under its final name is what says that a submission is done. Killed before it, a run grades
    that submission again and overwrites its scores with the same ones.

    One connection serves the whole run, and the scores of a submission are one transaction; nbgrader's steps would
    open several connections for each submission.
    """

    def __init__(self, folder: CourseFolder) -> None:
        self.folder = folder
        self.config = config = folder.nbgrader_config()
        self.directory = CourseDirectory(config=config)
        self.limit_output, self.late_penalties, self.check_metadata = (
            step(config=config) for step in (LimitOutput, AssignLatePenalties, CheckCellMetadata)
        )
        for step in (self.limit_output, self.late_penalties, self.check_metadata):
            step.log.setLevel(logging.ERROR)  # a late penalty or a cut output is no news in a class run
        logging.getLogger("tornado.application").setLevel(logging.CRITICAL)  # there nbgrader logs what it then raises
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

    @cached_property
    def _own_due(self) -> Mapping[Work, datetime]:
        return own_due_dates_of(self.folder, Course.installed())

    def require_assignment(self, assignment: str) -> None:
        """Raise CourseFolderError unless the gradebook knows the assignment of this course, as a release makes it."""
        unknown = CourseFolderError(
            f"the gradebook does not know {assignment}: run `autograder release {assignment}` first"
        )
        address = make_url(self.directory.db_url)
        if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
            raise unknown  # opening it would make an empty one
        with self.open() as gradebook:
            try:
                course_id = gradebook.find_notebook(assignment, assignment).assignment.course_id
            except MissingEntry as error:
                raise unknown from error
        if course_id != self.directory.course_id:
            raise CourseFolderError(  # for nbgrader, equal names are one assignment, whose marks it would mix
                f"the gradebook holds {assignment} of the course {course_id}, and this folder's is "
                f"{self.directory.course_id}: give each a database of its own, db_url in nbgrader_config.py"
            )

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

    def write(self, submission: Submission, notebook: NotebookNode, timestamp: datetime | None) -> None:
        """Write the scores of a graded notebook, then the notebook itself.

        Args:
            submission: whose scores they are.
            notebook: in which its verdicts are recorded.
            timestamp: when it was handed in, in UTC, where that is known.

        Raises:
            GradebookError: the gradebook does not take them.
            OSError: the notebook cannot be written.
        """
        resources = self._resources(submission)
        notebook, _ = self.limit_output.preprocess(notebook, resources)
        with warnings.catch_warnings():
            # nbgrader's models warn under SQLAlchemy 2 about relations that it completes a line later
            warnings.simplefilter("ignore", SAWarning)
            with self.open() as gradebook, one_transaction(gradebook):
                is_late = self._save(gradebook, submission, notebook, timestamp)
            if is_late:
                self._penalize(submission, notebook)
        if submission.assignment not in self._valid:  # the metadata is the instructor's, the same in all notebooks
            self.check_metadata.preprocess(notebook, resources)
            self._valid.add(submission.assignment)
        target = self.folder.autograded(submission.student, submission.assignment)
        target.parent.mkdir(parents=True, exist_ok=True)
        if timestamp is not None:
            write_atomically(target.parent / "timestamp.txt", f"{timestamp} UTC\n")
        write_atomically(target, nbformat.writes(notebook))

    def update_penalty(self, submission: Submission, notebook: NotebookNode) -> None:
        """Let the late penalty of work that keeps its verdicts follow a changed due date, rule or hand-given mark.

        Raises:
            GradebookError: the gradebook does not take it.
        """
        with warnings.catch_warnings(), self.open() as gradebook:
            warnings.simplefilter("ignore", SAWarning)
            handed_in = gradebook.find_submission(submission.assignment, submission.student)
            penalties = [submitted.late_submission_penalty for submitted in handed_in.notebooks]
            is_late = handed_in.total_seconds_late > 0
        if is_late or any(penalties):
            self._penalize(submission, notebook)

    def update_penalties(self, students: Collection[str]) -> None:
        """Let the late penalties on all work of some students follow: one may depend on the others.

        Raises:
            GradebookError: the gradebook does not take it.
        """
        with self.open() as gradebook:
            columns = (SubmittedAssignment.student_id, Assignment.name)
            rows = gradebook.db.query(*columns).join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
            works = [tuple(row) for row in rows if row.student_id in students]
        for student, assignment in works:
            self.update_penalty(self.folder.submission(student, assignment), nbformat.v4.new_notebook())

    def settle_late_days(self, students: Collection[str]) -> None:
        """Spend the bank of late days anew where there is one: what came in now changes what later work costs.

        Raises:
            GradebookError: the gradebook does not take it.
        """
        if LatePenalty(config=self.config).free_days:
            self.update_penalties(students)

    def _penalize(self, submission: Submission, notebook: NotebookNode) -> None:
        """Run nbgrader's step, which takes back first what an earlier one took off."""
        with warnings.catch_warnings(), gradebook_errors(self.folder):
            warnings.simplefilter("ignore", SAWarning)
            self.late_penalties.preprocess(notebook, self._resources(submission))

    def _resources(self, submission: Submission) -> dict[str, Any]:
        return {
            "nbgrader": {
                "student": submission.student,
                "assignment": submission.assignment,
                "notebook": submission.assignment,
                "db_url": self.directory.db_url,
            }
        }

    def withdraw(self, submission: Submission) -> None:
        """Let no earlier score stand for work that could not be graded: each waits for a person.

        Raises:
            GradebookError: the gradebook does not take it.
        """
        with self.open() as gradebook:
            try:
                earlier = gradebook.find_submission(submission.assignment, submission.student)
            except (MissingEntry, UnicodeError):
                return  # nor was it graded before, or ever could be under such a name
            for notebook in earlier.notebooks:
                for grade in notebook.grades:
                    grade.auto_score, grade.needs_manual_grade = None, True
            gradebook.db.commit()
        with contextlib.suppress(OSError):
            self.folder.autograded(submission.student, submission.assignment).unlink()

    def _save(
        self, gradebook: Gradebook, submission: Submission, notebook: NotebookNode, timestamp: datetime | None
    ) -> bool:
        """Write student, submission and scores, and return whether the work came late."""
        gradebook.update_or_create_student(submission.student)
        fields: dict[str, Any] = {"timestamp": timestamp} if timestamp else {}
        handed_in = gradebook.update_or_create_submission(submission.assignment, submission.student, **fields)
        work = submission.student, submission.assignment
        if work in self._own_due:  # the first work of a student arrives after the extension was given
            set_extension(handed_in, self._own_due[work])
        for submitted in handed_in.notebooks:
            submitted.late_submission_penalty = None
        save_verdicts(
            gradebook, submission.assignment, submission.student, notebook, self._unchanged(submission, notebook)
        )
        return bool(handed_in.total_seconds_late > 0)

    def _unchanged(self, submission: Submission, notebook: NotebookNode) -> set[str]:
        try:
            before = read_notebook(self.folder.autograded(submission.student, submission.assignment))
        except (OSError, MalformedNotebook):
            return set()
        return unchanged_answers(before, notebook)

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
    except ModuleNotFoundError as error:
        raise GradebookError(
            f"the db_url of {folder.root / 'nbgrader_config.py'} needs a driver, {error.name}: "
            'pip install -e ".[postgresql]", and write postgresql+psycopg://'
        ) from error
    except (SQLAlchemyError, InvalidEntry) as error:  # some that nbgrader meets while it commits arrive as its own
        cause = error.__context__ if isinstance(error, InvalidEntry) else error
        reason = str(getattr(cause, "orig", None) or cause).splitlines()[0]
        if not isinstance(cause, DBAPIError) or isinstance(cause, DataError | IntegrityError):
            raise RowRefused(f"the gradebook of {folder.root} does not take it: {reason}") from error
        way_out = next((way for what, way in WAYS_OUT.items() if what in reason), "")
        raise GradebookError(
            f"the gradebook of {folder.root} fails: {reason}{way_out}; what was graded so far is kept"
        ) from error
