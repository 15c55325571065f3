"""What late work costs, by the rule of the course, at nbgrader's own extension point.

nbgrader asks for the penalty of each notebook that came after its due date, extensions counted, and keeps it beside the
score: its formgrader, exports and gradebook show it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float, Int

from autograder.course import Course
from autograder.instructor.course.decisions import read_decisions
from autograder.instructor.course.due_dates import days_late, seconds_late
from autograder.instructor.course.extensions import uncovered
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.gradebook.dates import due_dates_of

ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class DatedWork:
    """When one student's work was due and came.

    Attributes:
        assignment: its id.
        due: for everybody, with a time zone.
        own_due: extension counted, in the same zone.
        when: it was handed in, with a time zone; None where nothing says it.
        excused: whether the student need not do it, so that it spends no late days.
    """

    assignment: str
    due: datetime
    own_due: datetime
    when: datetime | None
    excused: bool = False

    @property
    def seconds_late(self) -> float:
        return seconds_late(self.when, self.own_due)


@dataclass(frozen=True)
class Lateness:
    """How many days late a work is, begun ones counted whole, and how many of them the bank does not cover."""

    days: int
    charged: int


class LatePenalty(LateSubmissionPlugin):  # type: ignore[misc]
    """A share of what was earned for each day begun after a grace period; without one set, nbgrader's own methods.

    Before it costs anything, a bank of free days for the term is spent, in the order of the due dates for everybody.
    So what one work costs depends on those before it.
    """

    grace_minutes = Float(0, min=0, help="How late work may come without a penalty.").tag(config=True)
    percent_per_day = Float(0, min=0, max=100, help="Of the points earned, for each day begun after that.").tag(
        config=True
    )
    max_percent = Float(100, min=0, max=100, help="Of the points earned, at most.").tag(config=True)
    free_days = Int(0, min=0, help="Late days of a student in the term that cost nothing.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Return the points that come off; None where nothing does.

        Args:
            student_id: whose work it is.
            score: points earned.
            total_seconds_late: after the due date, extension counted.
        """
        step = self.parent
        if step is None:
            days = self._days(total_seconds_late, ANY_DAY)
            lateness = Lateness(days, *uncovered([days], self.free_days))
        else:
            folder = CourseFolder(Path(CourseDirectory(parent=self).root))
            works = works_of(folder, Course.installed(), step.gradebook, student_id)
            lateness = self.lateness(works)[step.assignment_id]
        return self.points_off(student_id, score, total_seconds_late, lateness)

    def points_off(self, student_id: str, score: float, seconds: float, lateness: Lateness) -> float | None:
        """Return the points that come off work whose lateness is known; None where nothing does."""
        if lateness.days and not lateness.charged:  # all of them free
            return None
        if not self.percent_per_day:
            penalty: float | None = super().late_submission_penalty(student_id, score, seconds)
            return penalty
        percent = min(self.max_percent, lateness.charged * self.percent_per_day)
        return score * percent / 100 if percent else None

    def lateness(self, works: Sequence[DatedWork]) -> Mapping[str, Lateness]:
        """Return how late the works of one student are, by assignment; the days are counted from the grace period."""
        in_order = sorted(works, key=lambda work: (work.excused, work.due.astimezone(UTC), work.assignment))
        days = [self._days(work.seconds_late, work.own_due) for work in in_order]
        charged = uncovered(days, self.free_days)  # those that a student need not do come last and take no day away
        return {work.assignment: Lateness(*pair) for work, *pair in zip(in_order, days, charged, strict=True)}

    def _days(self, seconds: float, due: datetime) -> int:
        return days_late(max(0.0, seconds - 60 * self.grace_minutes), due)


def works_of(folder: CourseFolder, course: Course, gradebook: Gradebook, student: str) -> list[DatedWork]:
    """Return the works of a student that have a due date.

    Raises:
        TableError: a table of the course folder cannot be read.
    """
    zones = due_dates_of(folder, course)
    excused = {
        one.assignment for one in read_decisions(folder.decisions) if (one.what, one.student) == ("excused", student)
    }
    columns = (Assignment.name, Assignment.duedate, SubmittedAssignment.extension, SubmittedAssignment.timestamp)
    rows = gradebook.db.query(*columns).join(SubmittedAssignment, SubmittedAssignment.assignment_id == Assignment.id)
    found = []
    for name, due, extension, timestamp in rows.filter(SubmittedAssignment.student_id == student):
        if due is None:
            continue
        zone = zones.get(name, ANY_DAY).tzinfo
        everybodys, own = (_in(zone, one) for one in (due, due + extension if extension else due))
        when = _in(zone, timestamp) if timestamp else None
        found.append(DatedWork(name, everybodys, own, when, name in excused))
    return found


def _in(zone: tzinfo | None, when: datetime) -> datetime:
    """Return a date of the gradebook's, which is in UTC and does not say so, in a time zone."""
    return when.replace(tzinfo=UTC).astimezone(zone)
