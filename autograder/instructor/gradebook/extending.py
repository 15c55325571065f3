"""Bring extensions.csv into force: who gains what, whose mark changes by it, and nbgrader's own field. Runs no code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from nbgrader.api import Gradebook, SubmittedAssignment

from autograder.course import Course
from autograder.instructor.course.decisions import Decision, read_decisions, write_decisions
from autograder.instructor.course.due_dates import seconds_late
from autograder.instructor.course.extensions import WHOLE_TERM, NoReleaseDate, Work
from autograder.instructor.course.extensions_table import COLUMNS, extensions_of
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.gradebook.dates import assignments_of, due_dates_of, own_due_dates_of, set_extension
from autograder.instructor.gradebook.late_penalties import LatePenalty, works_of
from autograder.instructor.gradebook.term import enter_term, students_of
from autograder.instructor.gradebook.writer import CourseGradebook


@dataclass(frozen=True)
class ExtensionChange:
    """A work that is due at another time than before, or whose mark is another.

    Attributes:
        student: whose it is.
        assignment: its id.
        before: until when the student had time, with a time zone.
        now: until when now, in the same zone.
        points: with late penalties taken off, before and now; None where they stay, or nothing is graded.
    """

    student: str
    assignment: str
    before: datetime
    now: datetime
    points: tuple[float, float] | None = None

    @property
    def moves(self) -> bool:
        """Whether the date is another, and not just the mark."""
        return self.before.timestamp() != self.now.timestamp()


@dataclass(frozen=True)
class ExtensionPlan:
    """What bringing a table of extensions into force does.

    Attributes:
        decisions: all of the course, with these extensions.
        own_due: until when work may be handed in of which an extension is in force.
        changes: by student and assignment.
        idle: the extensions that give nothing, each with the reason.
        learned: whether decisions or dates are others than before.
    """

    decisions: Sequence[Decision]
    own_due: Mapping[Work, datetime]
    changes: Sequence[ExtensionChange]
    idle: Sequence[tuple[Decision, str]]
    learned: bool


def plan_extensions(folder: CourseFolder, course: Course, gradebook: CourseGradebook, *, undo: bool) -> ExtensionPlan:
    """Return what bringing extensions.csv into force would do; undoing, what being without one would do.

    Raises:
        TableError: a table cannot be read.
        NoReleaseDate: an extension needs the release date of an assignment that has none.
        CourseFolderError: there is no extensions.csv.
        GradebookError: the gradebook cannot be read.
    """
    if not undo and not folder.extensions.exists():
        columns = ", ".join(COLUMNS)
        raise CourseFolderError(f"there is no extensions.csv: make one with the columns {columns}, or --undo all")
    before = read_decisions(folder.decisions)
    given = () if undo else extensions_of(folder, assignments_of(course))
    now = (*(one for one in before if one.what != "extended"), *given)
    written, own_due = due_dates_of(folder, course), own_due_dates_of(folder, course, now)
    due = dict(written)
    own_before: Mapping[Work, datetime] = {}
    with suppress(NoReleaseDate):  # which only what is given now may not lack
        own_before = own_due_dates_of(folder, course, before)
    penalty = LatePenalty(config=gradebook.config)
    with gradebook.open() as rows:
        submitted = {(row.student_id, row.assignment.name): row for row in rows.db.query(SubmittedAssignment)}
        for (_, assignment), row in submitted.items():
            if row.assignment.duedate is not None:
                due.setdefault(assignment, row.assignment.duedate.replace(tzinfo=UTC))
        dates = {}
        for work in sorted({*own_before, *own_due, *(work for work, row in submitted.items() if row.extension)}):
            everybodys = due[work[1]]
            was = _later(everybodys, submitted[work].extension) if work in submitted else own_before.get(work)
            dates[work] = ExtensionChange(*work, was or everybodys, own_due.get(work, everybodys))
        changes = {work: one for work, one in dates.items() if one.moves}
        for student in sorted({student for student, _ in changes}):
            for assignment, points in _points(folder, course, rows, penalty, student, due, own_due).items():
                work, everybodys = (student, assignment), due[assignment]
                one = changes.get(work) or dates.get(work) or ExtensionChange(*work, everybodys, everybodys)
                if points[0] != points[1]:
                    changes[work] = replace(one, points=points)
    return ExtensionPlan(
        now,
        own_due,
        [changes[work] for work in sorted(changes)],
        [(one, why) for one in given if (why := _why_idle(one, written, own_due))],
        set(now) != set(before) or bool(changes),
    )


def _later(due: datetime, extension: timedelta | None) -> datetime:
    return (due.astimezone(UTC) + (extension or timedelta())).astimezone(due.tzinfo)


def _why_idle(given: Decision, due: Mapping[str, datetime], own_due: Mapping[Work, datetime]) -> str:
    """Return why an extension gives nothing; nothing where it gives something."""
    if given.assignment == WHOLE_TERM:
        return "" if due else "due_dates.csv has no due date"
    if given.assignment not in due:
        return f"{given.assignment} has no due date in due_dates.csv"
    is_later = own_due[given.student, given.assignment].timestamp() > due[given.assignment].timestamp()
    return "" if is_later else f"{given.assignment} is due no earlier"


def _points(
    folder: CourseFolder,
    course: Course,
    rows: Gradebook,
    penalty: LatePenalty,
    student: str,
    due: Mapping[str, datetime],
    own_due: Mapping[Work, datetime],
) -> dict[str, tuple[float, float]]:
    """Return a student's points with late penalties taken off, as stored and with these dates, by assignment."""
    works = [
        replace(work, due=due[work.assignment], own_due=own_due.get((student, work.assignment), due[work.assignment]))
        for work in works_of(folder, course, rows, student)
    ]
    lateness, found = penalty.lateness(works), {}
    for work in works:
        row = rows.find_submission(work.assignment, student)
        late = seconds_late(work.when, work.own_due)
        off = penalty.points_off(student, row.score, late, lateness[work.assignment]) if late else None
        now = row.score - min(row.score, max(0.0, off or 0.0))
        found[work.assignment] = row.score - row.late_submission_penalty, now
    return found


def carry_out(folder: CourseFolder, course: Course, gradebook: CourseGradebook, plan: ExtensionPlan) -> None:
    """Write extensions: the table of decisions, nbgrader's own field, and the late penalties that follow.

    Killed at any moment, the same command or the next grading sets right what is missing.

    Raises:
        GradebookError: the gradebook does not take it.
        OSError: the table cannot be written.
    """
    write_decisions(folder.decisions, plan.decisions)
    enter_term(gradebook, students_of(folder), due_dates_of(folder, course), plan.own_due)
    with gradebook.open() as rows:
        for row in rows.db.query(SubmittedAssignment).filter(SubmittedAssignment.extension.is_not(None)):
            if (row.student_id, row.assignment.name) not in plan.own_due:
                set_extension(row, None)
        rows.db.commit()
    gradebook.update_penalties({change.student for change in plan.changes})
