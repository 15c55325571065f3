"""nbgrader's gradebook: the one module that knows its tables. Marks go out to it, and hand marks come in from it.

The rows follow from ``marks_of`` alone, so they can be written at any time and any number of times. Killed in the
middle, a run leaves rows that the next command sets right.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
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
from sqlalchemy import Column, DateTime, Select, Table, delete, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SAWarning, SQLAlchemyError

from autograder.instructor import hand_marks
from autograder.instructor.course.due_dates import LatePenalty, Work, late_penalty
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.roster import Student
from autograder.instructor.hand_marks import FormgraderEntry, Key
from autograder.instructor.marks import CellMark, HandMark, Mark
from autograder.user_errors import TaskFailed

NO_RESPONSE = "No response."  # nbgrader's words
# The due dates as they were last written into nbgrader's rows: another one there was entered there.
written_dates = Table(
    "written_due_date",
    hand_marks.OURS,
    Column("assignment", hand_marks.NAME, primary_key=True),
    Column("due", DateTime, nullable=False),  # in UTC
)
# Errors of a database, and what an instructor can do about them.
WAYS_OUT = {
    "database is locked": " (another program is writing to it: close that, and run this again)",
    "not a database": " (put a copy back in its place, or move it away, release and grade again)",
    "malformed": " (put a copy back in its place, or move it away, release and grade again)",
}
NAMES = ("first_name", "last_name", "email", "lms_user_id")


class GradebookError(TaskFailed):
    """The database is locked, read-only, full or broken; the message says which."""


class RowRefused(GradebookError):
    """The database is well, and does not take a row of one submission."""


class CourseGradebook:
    """The gradebook of a course folder; one connection serves a whole command."""

    def __init__(self, folder: CourseFolder) -> None:
        self.folder = folder
        self.config = folder.nbgrader_config()
        self.directory = CourseDirectory(config=self.config)
        self.late = late_penalty(self.config)
        logging.getLogger("tornado.application").setLevel(logging.CRITICAL)  # there nbgrader logs what it then raises

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
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
        """Open the rows of the course for reading, or raise GradebookError."""
        with gradebook_errors(self.folder):
            gradebook = self._gradebook
            try:
                yield Rows(gradebook, self.late)
            finally:
                gradebook.db.rollback()

    @contextmanager
    def writing(self) -> Iterator[Rows]:
        """Open the rows for writing, under a lock among our commands; commit all or nothing at the end of the block.

        Raises RowRefused where the database does not take a row of one submission, else GradebookError.
        """
        about = hand_marks.about
        with self.open() as rows:
            rows.take_in = True
            if not rows.db.execute(update(about).values(writes=about.c.writes + 1)).rowcount:
                try:
                    rows.db.execute(insert(about).values(id=1, writes=0))
                except IntegrityError:  # another program was a moment earlier
                    rows.db.rollback()
                    rows.db.execute(update(about).values(writes=about.c.writes + 1))
            yield rows
            rows.db.commit()


@dataclass
class Rows:
    """The rows of an open gradebook."""

    gradebook: Gradebook
    late: LatePenalty
    take_in: bool = False  # whether marks typed in the formgrader are kept when they are read

    @property
    def db(self) -> Any:
        """The session, for tables of ours."""
        return self.gradebook.db

    # In: facts that only the gradebook knows

    def students(self) -> dict[str, Student]:
        columns = (StudentRow.id, *(getattr(StudentRow, name) for name in NAMES))
        rows = ([value or "" for value in row] for row in self.db.execute(select(*columns)))
        return {id_: Student(id_, first, last, email, lms_user_id) for id_, first, last, email, lms_user_id in rows}

    def due_dates(self) -> dict[str, datetime]:
        """Return the due dates that were entered in the gradebook, in UTC, by assignment."""
        rows = self.db.execute(self._dates())
        return {row.name: row.duedate.replace(tzinfo=UTC) for row in rows if row.duedate not in (None, row.due)}

    def hand_marks(self, digest_of: Callable[[Key], str], student: str | None = None) -> dict[Key, HandMark]:
        """Return the hand marks of the page for marking and of the formgrader; ``digest_of`` as in ``typed``."""
        known = hand_marks.known_answers(self.db, student)
        before = hand_marks.hand_marks_of(self.db, known, student)
        entries = {key: entry for key, (_, entry) in self._cells(student)[0].items()}
        typed = hand_marks.typed(known, entries, before, digest_of)
        if self.take_in:
            hand_marks.take_in(self.db, known, typed, digest_of)
        return {key: mark for key, mark in (before | typed).items() if mark is not None}

    # Out: marks

    def write(self, marks: Sequence[Mark], student: str | None = None) -> None:
        """Write marks of all assignments into nbgrader's rows; the caller has taken hand marks in, and commits."""
        by_work = {(mark.student.id, mark.assignment): mark for mark in marks}
        self._write_cells(marks)
        self._write_submissions(by_work, student)
        grades, comments = self._cells(student)
        cells = {
            key: _cell_mark(by_work[key[:2]], key[2], entry) for key, (_, entry) in grades.items() if key[:2] in by_work
        }
        self._write_grades(grades, cells)
        self._write_comments(comments, cells, by_work)
        self._remember(grades, cells, by_work, student)

    def enter(self, student: str, assignment: str) -> None:
        """Make the rows of a submission as nbgrader does, where they are not there; the caller commits.

        They show the entries that were written last: what differs from these counts as typed in the formgrader.
        """
        if self.db.get(StudentRow, student) is None:
            self.db.add(StudentRow(id=student))
            self.db.flush()
        query = select(SubmittedAssignment.id).join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        query = query.where(SubmittedAssignment.student_id == student, Assignment.name == assignment)
        if self.db.execute(query).first():
            return
        released = self.gradebook.find_assignment(assignment)
        known = hand_marks.known_answers(self.db, student)
        with warnings.catch_warnings():
            # nbgrader's models warn under SQLAlchemy 2 about relations that are completed a line later
            warnings.simplefilter("ignore", SAWarning)
            submission = SubmittedAssignment(assignment=released, student=self.db.get(StudentRow, student))
            for notebook in released.notebooks:
                handed_in = SubmittedNotebook(notebook=notebook, assignment=submission)
                for cell in notebook.grade_cells:
                    was, shown = known.get((student, assignment, cell.name)), {}
                    if was:
                        shown = {"manual_score": was.points, "extra_credit": was.extra, "needs_manual_grade": was.waits}
                    Grade(cell_id=cell.id, notebook=handed_in, **shown)
                for cell in notebook.solution_cells:
                    was = known.get((student, assignment, cell.name))
                    Comment(cell_id=cell.id, notebook=handed_in, manual_comment=was.comment or None if was else None)
            self.db.add(submission)
            self.db.flush()

    def write_students(self, students: Sequence[Student]) -> None:
        """Write a class into nbgrader's rows; omitted names stay as they are. The caller commits."""
        known = self.students()
        for student in {student.id: student for student in students}.values():
            names = {name: value for name in NAMES if (value := getattr(student, name))}
            if student.id not in known:
                self.db.execute(insert(StudentRow.__table__).values(id=student.id, **names))
            elif any(getattr(known[student.id], name) != value for name, value in names.items()):
                self._set(StudentRow, student.id, **names)

    def write_due_dates(self, due: Mapping[str, datetime]) -> None:
        """Write the due dates, naive and in UTC, and take out those that are none any more; the caller commits."""
        for row in self.db.execute(self._dates()).all():
            when = due[row.name].astimezone(UTC).replace(tzinfo=None) if row.name in due else None
            if when != row.duedate:
                self._set(Assignment, row.id, duedate=when)
                self.db.execute(delete(written_dates).where(written_dates.c.assignment == row.name))
                if when:
                    self.db.execute(insert(written_dates).values(assignment=row.name, due=when))

    def _dates(self) -> Select[Any]:
        query = select(Assignment.name, Assignment.id, Assignment.duedate, written_dates.c.due)
        return query.outerjoin(written_dates, written_dates.c.assignment == Assignment.name)

    def _write_cells(self, marks: Sequence[Mark]) -> None:
        """Write the points that the cells count."""
        worth = {(mark.assignment, name): cell.possible for mark in marks for name, cell in mark.cells.items()}
        columns = (Assignment.name, GradeCell.name, GradeCell.id, GradeCell.max_score)
        query = select(*columns).select_from(GradeCell).join(GradeCell.notebook).join(Assignment)
        for assignment, name, id_, before in self.db.execute(query):
            points = worth.get((assignment, name), before)
            if points != before:
                self._set(GradeCell, id_, max_score=points)

    def _write_submissions(self, marks: Mapping[Work, Mark], student: str | None) -> None:
        """Write the dates and penalties of submissions, and a row for each graded one."""
        dates = (SubmittedAssignment.id, SubmittedAssignment.timestamp, SubmittedAssignment.extension)
        penalty = (SubmittedNotebook.id.label("notebook"), SubmittedNotebook.late_submission_penalty.label("penalty"))
        query = _of_submissions(select(*dates, *penalty).select_from(SubmittedNotebook), student)
        graded = {work for work, mark in marks.items() if mark.record is not None}
        for work in sorted(graded - {(row.student_id, row.assignment) for row in self.db.execute(query)}):
            self.enter(*work)
        for row in self.db.execute(query).all():
            work = row.student_id, row.assignment
            if work not in graded:
                continue
            mark = marks[work]
            extension = mark.dates.extension if mark.dates else None
            if (row.timestamp, row.extension) != (mark.submitted_at, extension):
                self._set(SubmittedAssignment, row.id, timestamp=mark.submitted_at, extension=extension)
            if (row.penalty or 0.0) != mark.penalty:
                self._set(SubmittedNotebook, row.notebook, late_submission_penalty=mark.penalty or None)

    def _write_grades(self, grades: Mapping[Key, tuple[Any, FormgraderEntry]], cells: Mapping[Key, CellMark]) -> None:
        for key, cell in cells.items():
            row, before = grades[key]
            shown = {"manual_score": cell.given, "extra_credit": cell.extra, "needs_manual_grade": cell.waits}
            if row.auto_score != cell.checked or (before.points, before.extra, before.waits) != (*shown.values(),):
                self._set(Grade, row.id, auto_score=cell.checked, **shown)

    def _write_comments(
        self, comments: Mapping[Key, Any], cells: Mapping[Key, CellMark], marks: Mapping[Work, Mark]
    ) -> None:
        for key, row in comments.items():
            if key in cells and (row.manual_comment or "") != cells[key].comment:
                self._set(Comment, row.id, manual_comment=cells[key].comment or None)
            record = marks[key[:2]].record if key[:2] in marks else None
            says = NO_RESPONSE if record and key[2] in record.blank else None  # as nbgrader says of a released answer
            if record and row.auto_comment != says:
                self._set(Comment, row.id, auto_comment=says)

    def _remember(
        self,
        grades: Collection[Key],
        cells: Mapping[Key, CellMark],
        marks: Mapping[Work, Mark],
        student: str | None,
    ) -> None:
        """Keep the answers that a person marks, and what was written of them; close those whose submission has gone."""
        known = hand_marks.known_answers(self.db, student)
        for key, cell in cells.items():
            if key in known or cell.is_open or not FormgraderEntry.of(cell).is_empty:
                mark = marks[key[:2]]
                digest = mark.record.text_digest(key[2]) if mark.record else ""
                hand_marks.remember(self.db, key, known.get(key), mark.answers.get(key[2], ""), digest, cell)
        for key in known.keys() - set(grades):
            hand_marks.close(self.db, known[key])

    def _set(self, kind: Any, id_: str, **values: Any) -> None:
        table = kind.__table__
        self.db.execute(update(table).where(table.c.id == id_).values(**values))

    def _cells(self, student: str | None) -> tuple[dict[Key, tuple[Any, FormgraderEntry]], dict[Key, Any]]:
        """Return the rows of grades, each with its entry, and of comments."""
        comments = self._of_cells(Comment, (Comment.id, Comment.auto_comment, Comment.manual_comment), student)
        columns = (Grade.id, Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade)
        grades = {}
        for key, row in self._of_cells(Grade, columns, student).items():
            text = comments[key].manual_comment if key in comments else None
            grades[key] = row, FormgraderEntry(row.manual_score, row.extra_credit, text or "", row.needs_manual_grade)
        return grades, comments

    def _of_cells(self, kind: Any, columns: Sequence[Any], student: str | None) -> dict[Key, Any]:
        """Return rows about cells in one query: nbgrader's own methods ask for each in turn."""
        query = select(*columns, BaseCell.name.label("cell")).select_from(kind)
        query = query.join(BaseCell, kind.cell_id == BaseCell.id)
        query = _of_submissions(query.join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id), student)
        return {(row.student_id, row.assignment, row.cell): row for row in self.db.execute(query)}


def _cell_mark(mark: Mark, name: str, entry: FormgraderEntry) -> CellMark:
    """Return the mark of a cell; without a check it keeps its entry, and waits if the work could not be graded."""
    ungraded = mark.record is None
    without_check = CellMark(0.0, None if ungraded else 0.0, entry.points, entry.extra, ungraded, comment=entry.comment)
    return mark.cells.get(name, without_check)


def _of_submissions(query: Select[Any], student: str | None) -> Select[Any]:
    """Return a query about submitted notebooks with the student and the assignment of each."""
    query = query.join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    query = query.join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
    query = query.add_columns(SubmittedAssignment.student_id, Assignment.name.label("assignment"))
    return query if student is None else query.where(SubmittedAssignment.student_id == student)


@contextmanager
def gradebook_errors(folder: CourseFolder) -> Iterator[None]:
    """Tell an error of the database in one line."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise GradebookError(
            f"the db_url of {folder.root / 'nbgrader_config.py'} needs a driver, {error.name}: pip install it"
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
