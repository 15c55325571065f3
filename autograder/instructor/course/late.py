"""The penalty for late work: a share for each day begun after a grace period, once a bank of free days is spent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from traitlets import Bool, Float, Int
from traitlets.config import Configurable

from autograder.instructor.course.due_dates import days_late, seconds_late
from autograder.instructor.course.folder import settings_in


@dataclass(frozen=True)
class DatedWork:
    """When one student's work was due and came."""

    assignment: str
    due: datetime  # for everybody, with a time zone
    own_due: datetime  # with the extension, in the same zone
    when: datetime | None  # it was handed in, with a time zone; None where nothing says it
    excused: bool = False  # whether the student need not do it, so that it spends no late days

    @property
    def seconds_late(self) -> float:
        return seconds_late(self.when, self.own_due)

    @property
    def extension(self) -> timedelta | None:
        """The time by which the work is due later than for everybody, in seconds that pass; None for none."""
        more = self.own_due.astimezone(UTC) - self.due.astimezone(UTC)
        return more if more.total_seconds() > 0 else None


@dataclass(frozen=True)
class Lateness:
    """Days of lateness, begun ones counted whole, and those of them that the bank does not cover."""

    days: int
    charged: int


class LatePenalty(Configurable):  # type: ignore[misc]
    """The rule of a course, in ``nbgrader_config.py`` such as ``c.LatePenalty.percent_per_day = 10``."""

    grace_minutes = Float(0, min=0, help="Lateness that costs nothing.").tag(config=True)
    percent_per_day = Float(0, min=0, max=100, help="Of the points earned, for each day begun.").tag(config=True)
    max_percent = Float(100, min=0, max=100, help="Of the points earned, at most.").tag(config=True)
    free_days = Int(0, min=0, help="Late days of a student in the term that cost nothing.").tag(config=True)
    # Whether late work earns nothing where no percentage is set, which is nbgrader's method ``zero``.
    all_points = Bool(False)

    def lateness(self, works: Sequence[DatedWork]) -> Mapping[str, Lateness]:
        """Return the lateness of one student's works, by assignment, in days from the end of the grace period.

        Free days are spent in the order of the due dates for everybody: what one work costs depends on those before it.
        """
        in_order = sorted(works, key=lambda work: (work.excused, work.due.astimezone(UTC), work.assignment))
        left, lateness = self.free_days, {}
        for work in in_order:  # those that a student need not do come last and take no day away
            days = days_late(max(0.0, work.seconds_late - 60 * self.grace_minutes), work.own_due)
            lateness[work.assignment] = Lateness(days, max(0, days - left))
            left = max(0, left - days)
        return lateness

    def penalty(self, score: float, lateness: Lateness) -> float:
        """Return the points that come off, never more than were earned."""
        if not lateness.charged:
            return 0.0
        if not self.percent_per_day:
            return max(0.0, score) if self.all_points else 0.0
        return float(max(0.0, score) * min(self.max_percent, lateness.charged * self.percent_per_day) / 100)


def late_penalty(config: Any) -> LatePenalty:
    """Return a configuration's rule, or else nbgrader's own option; raise CourseFolderError for other than numbers."""
    rule: LatePenalty = settings_in(config, LatePenalty, "c.LatePenalty takes numbers")
    rule.all_points = config.LateSubmissionPlugin.get("penalty_method") == "zero"
    return rule
