"""What bringing extensions.csv into force does: who gains what, and whose mark changes by it. Runs no code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from autograder.course import Course
from autograder.instructor.course.dates import assignments_of
from autograder.instructor.course.decisions import Decision
from autograder.instructor.course.extensions import WHOLE_TERM, NoReleaseDate, Work
from autograder.instructor.course.extensions_table import COLUMNS, extensions_of
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.facts import facts_of
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.marks import marks_of, own_due_of


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
        changes: by student and assignment.
        idle: the extensions that give nothing, each with the reason.
        learned: whether decisions are others than before.
    """

    decisions: Sequence[Decision]
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
    with gradebook.open() as rows:
        facts = facts_of(folder, course, rows)
    given = () if undo else extensions_of(folder, assignments_of(course))
    now = replace(facts, decisions=(*(one for one in facts.decisions if one.what != "extended"), *given))
    own_due, own_before = own_due_of(now), dict[Work, datetime]()
    points = {(mark.student.id, mark.assignment): mark.score for mark in marks_of(now)}
    scores = dict(points)
    with suppress(NoReleaseDate):  # which only what is given now may not lack
        own_before = own_due_of(facts)
        scores = {(mark.student.id, mark.assignment): mark.score for mark in marks_of(facts)}
    changes = {}
    for work in sorted({*own_before, *own_due, *(work for work in points if points[work] != scores[work])}):
        due = facts.due[work[1]]
        was, is_ = scores.get(work), points.get(work)
        change = ExtensionChange(*work, own_before.get(work, due), own_due.get(work, due))
        if was is not None and is_ is not None and was != is_:
            change = replace(change, points=(was, is_))
        if change.moves or change.points:
            changes[work] = change
    return ExtensionPlan(
        now.decisions,
        list(changes.values()),
        [(one, why) for one in given if (why := _why_idle(one, facts.due, own_due))],
        set(now.decisions) != set(facts.decisions) or bool(changes),
    )


def _why_idle(given: Decision, due: Mapping[str, datetime], own_due: Mapping[Work, datetime]) -> str:
    """Return why an extension gives nothing; nothing where it gives something."""
    if given.assignment == WHOLE_TERM:
        return "" if due else "due_dates.csv has no due date"
    if given.assignment not in due:
        return f"{given.assignment} has no due date in due_dates.csv"
    is_later = own_due[given.student, given.assignment].timestamp() > due[given.assignment].timestamp()
    return "" if is_later else f"{given.assignment} is due no earlier"
