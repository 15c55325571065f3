"""nbgrader's gradebook: the one module that knows its tables. Marks go out to it, and hand marks come in from it.

What is written follows from ``marks_of`` alone, so it may be written at any time and any number of times. Killed in
the middle, a run leaves rows that the next command sets right.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    InvalidEntry,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.api import Student as StudentRow
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SAWarning, SQLAlchemyError

from autograder.errors import WorkFailed
from autograder.instructor import hand_marks
from autograder.instructor.course.extensions import Work
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.late import LateRule, late_rule
from autograder.instructor.course.roster import Student
from autograder.instructor.hand_marks import Held, Key
from autograder.instructor.marks import CellMark, HandMark, Mark

NO_RESPONSE = "No response."  # nbgrader's words
# What a database says, and what an instructor can do about it.
WAYS_OUT = {
    "database is locked": " (another program is writing to it: close that, and run this again)",
    "not a database": " (put a copy back in its place, or move it away, release and grade again)",
    "malformed": " (put a copy back in its place, or move it away, release and grade again)",
}
NAMES = ("first_name", "last_name", "email", "lms_user_id")


class GradebookError(WorkFailed):
    """The database is locked, read-only, full or broken; the message says which."""


class RowRefused(GradebookError):
    """The database is well, and does not take what is written of one submission."""


class CourseGradebook:
    """The gradebook of a course folder; one connection serves a whole command."""

    def __init__(self, folder: CourseFolder) -> None:
        self.folder = folder
        self.config = folder.nbgrader_config()
        self.directory = CourseDirectory(config=self.config)
        self.late_rule = late_rule(self.config)
        logging.getLogger("tornado.application").setLevel(logging.CRITICAL)  # there nbgrader logs what it then raises

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "_gradebook" in vars(self):
            self._gradebook.close()

    @cached_property
    def _gradebook(self) -> Gradebook:
        gradebook = Gradebook(self.directory.db_url, self.directory.course_id)
        hand_marks.OURS.create_all(gradebook.engine)
        return gradebook

    def require_assignment(self, assignment: str) -> None:
        """Raise CourseFolderError unless the gradebook knows the assignment of this course, as a release makes it."""
        unknown = CourseFolderError(
            f"the gradebook does not know {assignment}: run `autograder release {assignment}` first"
        )
        address = make_url(self.directory.db_url)
        if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
            raise unknown  # opening it would make an empty one
        with self.open() as rows:
            try:
                course_id = rows.gradebook.find_notebook(assignment, assignment).assignment.course_id
            except MissingEntry as error:
                raise unknown from error
        if course_id != self.directory.course_id:
            raise CourseFolderError(  # for nbgrader, equal names are one assignment, whose marks it would mix
                f"the gradebook holds {assignment} of the course {course_id}, and this folder's is "
                f"{self.directory.course_id}: give each a database of its own, db_url in nbgrader_config.py"
            )

    @contextmanager
    def open(self) -> Iterator[Rows]:
        """Give the rows of the course, to read.

        Raises:
            GradebookError: it cannot be read.
        """
        with gradebook_errors(self.folder):
            gradebook = self._gradebook
            try:
                yield Rows(gradebook, self.late_rule)
            finally:
                gradebook.db.rollback()

    @contextmanager
    def writing(self) -> Iterator[Rows]:
        """Give rows to which nobody else of ours writes meanwhile; commit at the end of the block, all or nothing.

        Raises:
            GradebookError: the gradebook does not take it.
        """
        about = hand_marks.about
        with self.open() as rows:
            if not rows.db.execute(update(about).values(writes=about.c.writes + 1)).rowcount:
                try:
                    rows.db.execute(insert(about).values(id=1, writes=0))
                except IntegrityError:  # another program was a moment earlier
                    rows.db.rollback()
                    rows.db.execute(update(about).values(writes=about.c.writes + 1))
            yield rows
            rows.db.commit()

    def enter(self, student: str, assignment: str) -> None:
        """Let the gradebook have a row for a submission.

        Raises:
            RowRefused: the database does not take this student.
            GradebookError: it takes nothing.
        """
        with self.writing() as rows:
            rows.enter(student, assignment)


@dataclass
class Rows:
    """The rows of an open gradebook."""

    gradebook: Gradebook
    late_rule: LateRule

    @property
    def db(self) -> Any:
        """The session, for tables of ours."""
        return self.gradebook.db

    # In: what is known here alone

    def students(self) -> dict[str, Student]:
        """Return who is in the gradebook, by id."""
        columns = (StudentRow.id, *(getattr(StudentRow, name) for name in NAMES))
        found = ([value or "" for value in row] for row in self.db.execute(select(*columns)))
        return {who: Student(who, first, last, email, lms) for who, first, last, email, lms in found}

    def due_dates(self) -> dict[str, datetime]:
        """Return the due dates that the gradebook has, in UTC, by assignment."""
        found = self.db.execute(select(Assignment.name, Assignment.duedate))
        return {name: due.replace(tzinfo=UTC) for name, due in found if due is not None}

    def hand_marks(self, digest_of: Callable[[Key], str], student: str | None = None) -> dict[Key, HandMark]:
        """Return what people gave, on the page for marking and in the formgrader, of one student or of all.

        Args:
            digest_of: returns a digest of the answer that a cell is about.
            student: an id; None for everybody.
        """
        known, found = hand_marks.stored(self.db, student)
        there = {key: row.held for key, row in self._grades(student).items()}
        for key, mark in hand_marks.typed(known, there, found, digest_of).items():
            if mark is None:
                del found[key]
            else:
                found[key] = mark
        return found

    # Out: what marks say

    def write(self, marks: Sequence[Mark], student: str | None = None) -> None:
        """Let nbgrader's rows be what marks say; the caller commits.

        Args:
            marks: of all assignments, of the class or of one student.
            student: whose they are; None for the class.
        """
        by_work = {(mark.student.id, mark.assignment): mark for mark in marks}
        self._write_cells(marks)
        self._write_submissions(by_work, student)
        grades = self._grades(student)
        known, given = hand_marks.stored(self.db, student)

        def digest_of(key: Key) -> str:
            record = by_work[key[:2]].record if key[:2] in by_work else None
            return record.text_digest(key[2]) if record else ""

        news = hand_marks.typed(known, {key: row.held for key, row in grades.items()}, given, digest_of)
        for key in news.keys() - known.keys():
            hand_marks.remember(self.db, key, None, "", digest_of(key), CellMark(0.0))
        if news:
            known, _ = hand_marks.stored(self.db, student)
            hand_marks.take_in(self.db, known, news)
        for key, row in grades.items():
            mark = by_work.get(key[:2])
            if mark is None:
                continue
            cell = mark.cells.get(key[2]) or _no_longer_checked(row, waits=mark.record is None)
            self._write_grade(row, cell)
            if key in known or cell.is_open or cell.given is not None or cell.extra is not None or cell.comment:
                text = mark.answers.get(key[2], "")
                hand_marks.remember(self.db, key, known.get(key), text, digest_of(key), cell)
        for key, answer in known.items():
            if key not in grades:
                hand_marks.close(self.db, answer)
        self._write_auto_comments(by_work, student)

    def enter(self, student: str, assignment: str) -> None:
        """Make the rows of a submission as nbgrader does, where they are not there; the caller commits."""
        if self.db.get(StudentRow, student) is None:
            self.db.add(StudentRow(id=student))
            self.db.flush()
        found = select(SubmittedAssignment.id).join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        if self.db.execute(
            found.where(SubmittedAssignment.student_id == student, Assignment.name == assignment)
        ).first():
            return
        released = self.gradebook.find_assignment(assignment)
        with warnings.catch_warnings():
            # nbgrader's models warn under SQLAlchemy 2 about relations that are completed a line later
            warnings.simplefilter("ignore", SAWarning)
            submission = SubmittedAssignment(assignment=released, student=self.db.get(StudentRow, student))
            for notebook in released.notebooks:
                handed_in = SubmittedNotebook(notebook=notebook, assignment=submission)
                for cell in notebook.grade_cells:
                    Grade(cell_id=cell.id, notebook=handed_in)
                for cell in notebook.solution_cells:
                    Comment(cell_id=cell.id, notebook=handed_in)
            self.db.add(submission)
            self.db.flush()

    def write_students(self, students: Sequence[Student]) -> None:
        """Let nbgrader know a class; a name that is left out stays as it is. The caller commits."""
        known = self.students()
        for student in {student.id: student for student in students}.values():
            said = {name: value for name in NAMES if (value := getattr(student, name))}
            if student.id not in known:
                self.db.execute(insert(StudentRow.__table__).values(id=student.id, **said))
            elif any(getattr(known[student.id], name) != value for name, value in said.items()):
                self.db.execute(update(StudentRow.__table__).where(StudentRow.id == student.id).values(**said))

    def _write_cells(self, marks: Sequence[Mark]) -> None:
        """Let the points of the cells be those that they count."""
        worth = {(mark.assignment, name): cell.possible for mark in marks for name, cell in mark.cells.items()}
        columns = (Assignment.name, GradeCell.name, GradeCell.id, GradeCell.max_score)
        query = select(*columns).select_from(GradeCell).join(GradeCell.notebook).join(Assignment)
        for assignment, name, id_, points in self.db.execute(query):
            if worth.get((assignment, name), points) != points:
                table = GradeCell.__table__
                self.db.execute(update(table).where(table.c.id == id_).values(max_score=worth[assignment, name]))

    def _write_submissions(self, marks: Mapping[Work, Mark], student: str | None) -> None:
        """Let submissions have the dates and the penalties of their marks, and those that were graded a row."""
        query = (
            select(
                SubmittedAssignment.student_id,
                Assignment.name,
                SubmittedAssignment.id,
                SubmittedAssignment.timestamp,
                SubmittedAssignment.extension,
                SubmittedNotebook.id.label("notebook"),
                SubmittedNotebook.late_submission_penalty.label("penalty"),
            )
            .select_from(SubmittedNotebook)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        )
        if student is not None:
            query = query.where(SubmittedAssignment.student_id == student)
        graded = {work for work, mark in marks.items() if mark.record is not None}
        missing = graded - {(row.student_id, row.name) for row in self.db.execute(query)}
        for work in sorted(missing):
            self.enter(*work)
        submissions, notebooks = SubmittedAssignment.__table__, SubmittedNotebook.__table__
        for row in self.db.execute(query).all():
            work = row.student_id, row.name
            if work not in graded:
                continue
            mark = marks[work]
            dates = {"timestamp": mark.submitted_at, "extension": _extension(mark)}
            if (row.timestamp, row.extension) != tuple(dates.values()):
                self.db.execute(update(submissions).where(submissions.c.id == row.id).values(**dates))
            if (row.penalty or 0.0) != mark.penalty:
                penalty = {"late_submission_penalty": mark.penalty or None}
                self.db.execute(update(notebooks).where(notebooks.c.id == row.notebook).values(**penalty))

    def write_due_dates(self, due: Mapping[str, datetime]) -> None:
        """Let nbgrader have the due dates, in UTC without saying so; the caller commits."""
        for name, id_, before in self.db.execute(select(Assignment.name, Assignment.id, Assignment.duedate)):
            when = due[name].astimezone(UTC).replace(tzinfo=None) if name in due else before
            if when != before:
                self.db.execute(update(Assignment.__table__).where(Assignment.id == id_).values(duedate=when))

    def _write_grade(self, row: Any, cell: CellMark) -> None:
        now = Held(cell.given, cell.extra, cell.comment, cell.waits)
        if (row.auto_score, replace(row.held, comment=now.comment)) != (cell.checked, now):
            values = {"auto_score": cell.checked, "manual_score": now.points, "extra_credit": now.extra}
            this = update(Grade.__table__).where(Grade.id == row.id)
            self.db.execute(this.values(**values, needs_manual_grade=now.waits))
        if row.comment and row.held.comment != now.comment:
            this = update(Comment.__table__).where(Comment.id == row.comment)
            self.db.execute(this.values(manual_comment=now.comment or None))

    def _write_auto_comments(self, marks: Mapping[Work, Mark], student: str | None) -> None:
        """Say of an answer that is as it was released what nbgrader says of it."""
        for key, comment in self._comments(student).items():
            mark = marks.get(key[:2])
            if mark is None or mark.record is None:
                continue
            said = NO_RESPONSE if key[2] in mark.record.blank else None
            if comment.auto_comment != said:
                self.db.execute(update(Comment.__table__).where(Comment.id == comment.id).values(auto_comment=said))

    def _grades(self, student: str | None) -> dict[Key, _GradeRow]:
        """Return nbgrader's grades."""
        comments = self._comments(student)
        columns = (Grade.id, Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade)
        found = {}
        for key, row in self._of_cells(Grade, columns, student).items():
            comment = comments.get(key)
            text = (comment.manual_comment or "") if comment else ""
            held = Held(row.manual_score, row.extra_credit, text, row.needs_manual_grade)
            found[key] = _GradeRow(row.id, row.auto_score, held, comment.id if comment else "")
        return found

    def _comments(self, student: str | None) -> dict[Key, Any]:
        return self._of_cells(Comment, (Comment.id, Comment.auto_comment, Comment.manual_comment), student)

    def _of_cells(self, kind: Any, columns: Sequence[Any], student: str | None) -> dict[Key, Any]:
        """Return rows about cells in one query: nbgrader's own methods ask for each in turn."""
        whose = (SubmittedAssignment.student_id, Assignment.name.label("assignment"), BaseCell.name.label("cell"))
        query = (
            select(*columns, *whose)
            .select_from(kind)
            .join(BaseCell, kind.cell_id == BaseCell.id)
            .join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        )
        if student is not None:
            query = query.where(SubmittedAssignment.student_id == student)
        return {(row.student_id, row.assignment, row.cell): row for row in self.db.execute(query)}


@dataclass(frozen=True)
class _GradeRow:
    """A row of nbgrader's grades, and the id of the comment beside it; empty where there is none."""

    id: str
    auto_score: float | None
    held: Held
    comment: str


def _extension(mark: Mark) -> timedelta | None:
    """Return how much later work is due than its assignment, in seconds that pass."""
    if mark.dates is None:
        return None
    more = mark.dates.own_due.astimezone(UTC) - mark.dates.due.astimezone(UTC)
    return more if more.total_seconds() > 0 else None


def _no_longer_checked(row: _GradeRow, *, waits: bool) -> CellMark:
    """Return the mark of a cell about which no check says anything: of work that could not be graded, it waits."""
    held = row.held
    return CellMark(0.0, None if waits else 0.0, held.points, held.extra, waits, False, held.comment)


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
