"""Due dates (``due_dates.csv``), extensions of them, and the penalty for late work.

An extension is a new date, or one of

- ``+48h``: hours that pass, also where clocks change
- ``+2d``: days by the clock of the due date's time zone, so work is due at the same hour two days later

Both are counted from the due date for everybody, so they move with it; a date stays, and is ignored where the due date
is later. A line can be for a section of the class, and then a student's own line is counted from that section's date.
Otherwise, where two lines are about the same work, one of them for the whole term, the later date counts: they are not
added up.

The penalty is a share for each day begun after a grace period, once a bank of free days is spent.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from traitlets import Bool, Float, Int
from traitlets.config import Configurable

from autograder.course import Course, chapters_of
from autograder.instructor.course.files import Row, Table, read_table
from autograder.instructor.course.folder import CourseFolder, has_a_date_everywhere, settings_in

COLUMNS = ("assignment", "due", "time zone")
AS_WRITTEN = "2026-11-05 23:59"
LOCAL_TIME = Path("/etc/localtime")
DAY_S = 24 * 60 * 60
UNITS = ((DAY_S, "d"), (60 * 60, "h"), (60, "min"), (1, "s"))
WHOLE_TERM = "*"
FORMS = "a new date such as 2026-11-08 23:59, +48h or +2d"
LATER = re.compile(r"\+(?P<number>\d{1,4})(?P<unit>[hd])")

Work = tuple[str, str]  # a student's id and an assignment's


def assignments_of(course: Course) -> list[str]:
    return [chapter.assignment for chapter in chapters_of(course)]


def due_dates_of(folder: CourseFolder, course: Course) -> dict[str, datetime]:
    """Return when the assignments of a course are due in a course folder; as ``read_dates``."""
    return read_dates(folder.due_dates, assignments_of(course))


def read_dates(path: Path, assignments: Collection[str]) -> dict[str, datetime]:
    """Return the due date of each assignment in a table, with its time zone; empty without the file.

    Raises:
        TableError: a line names no assignment of the course, no time or no known time zone.
    """
    if not path.exists():
        return {}
    table = read_table(path)
    dates: dict[str, datetime] = {}
    for row in table.rows:
        assignment, date = row.cells.get("assignment", ""), row.cells.get("due", "")
        if assignment not in assignments:
            raise table.error(row, f"there is no assignment {assignment!r}: there are {', '.join(sorted(assignments))}")
        if assignment in dates:
            raise table.error(row, f"{assignment} has a date above already")
        if date:
            dates[assignment] = _date(table, row, date)
    return dates


def _date(table: Table, row: Row, text: str) -> datetime:
    due = date_and_time(text)
    if due is None:
        raise table.error(row, f"{text!r} is not a date with a time: write {AS_WRITTEN}")
    if due.tzinfo is not None:
        return due
    zone = row.cells.get("timezone", "")
    try:
        return due.replace(tzinfo=ZoneInfo(zone))
    except (LookupError, ValueError, OSError) as error:
        what = f"{zone!r} is not a time zone" if zone else "no time zone"
        raise table.error(row, f"{what}: write one such as Europe/Berlin or UTC") from error


def date_and_time(text: str) -> datetime | None:
    """Return a date with a time, such as ``2026-11-08 23:59``; None for another text."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    # A day alone ends at different times in different time zones.
    return when if ":" in text and has_a_date_everywhere(when) else None


def template(assignments: Collection[str]) -> str:
    """Return a table without dates yet, in the time zone of this machine."""
    _, below, zone = str(LOCAL_TIME.resolve()).partition("zoneinfo/")
    zone = zone if below else "UTC"
    return "\n".join([",".join(COLUMNS), *(f"{assignment},,{zone}" for assignment in sorted(assignments)), ""])


def in_words(when: datetime) -> str:
    """Return a date in words, with its time zone."""
    return f"{when:%A}, {when.day} {when:%B %Y, %H:%M} ({when:%Z})"


def duration(seconds: float) -> str:
    """Return a duration in its two largest units."""
    parts, rest = [], int(seconds)
    for size, unit in UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "1 s"


# Python compares two times of one zone by what the clock shows, also where clocks change in between: hence UTC.


def instant(when: datetime) -> datetime:
    return when.astimezone(UTC)


def seconds_late(when: datetime | None, due: datetime | None) -> float:
    """Return how late something came, as nbgrader counts: 0 where it is in time, or one of the two is not known."""
    return 0.0 if when is None or due is None else max(0.0, (instant(when) - instant(due)).total_seconds())


def days_late(seconds: float, due: datetime) -> int:
    """Return how many days have begun since a due date, each from its hour on to the same hour of the next.

    By the clock of the due date's zone: where clocks change, a day has 23 hours or 25.
    """
    when = instant(due) + timedelta(seconds=seconds)
    days = max(0, int(seconds // DAY_S) - 2)
    while instant(due + timedelta(days)) < when:
        days += 1
    return days


@dataclass(frozen=True)
class Extension:
    """An extension: a number of hours, or of days, or a new date."""

    text: str
    hours: int = 0
    days: int = 0
    until: datetime | None = None  # the new date; without a time zone, in that of the due date; None for the others

    def own_due(self, due: datetime) -> datetime:
        """Return when work is due with this extension, in the time zone of the due date and never before it."""
        if self.until:
            return max(due, _on_the_clock_of(due, self.until), key=instant)
        if self.days:
            return _on_the_clock_of(due, due.replace(tzinfo=None) + timedelta(days=self.days))
        return (instant(due) + timedelta(hours=self.hours)).astimezone(due.tzinfo)


def _on_the_clock_of(due: datetime, when: datetime) -> datetime:
    """Return a time in the due date's zone; one that its clock leaves out in spring is the hour after it."""
    return instant(when if when.tzinfo else when.replace(tzinfo=due.tzinfo)).astimezone(due.tzinfo)


def parse_extension(text: str) -> Extension:
    """Return an extension as an instructor writes it; raise ValueError, with the right forms, for another text."""
    later = LATER.fullmatch(text)
    if later and int(later["number"]):
        number = int(later["number"])
        return Extension(text, hours=number) if later["unit"] == "h" else Extension(text, days=number)
    if until := date_and_time(text):
        return Extension(text, until=until)
    raise ValueError(f"{text!r} is not an extension: write {FORMS}")


def own_due_dates(
    due: Mapping[str, datetime],
    given: Iterable[tuple[str, str, Extension]],
    sections: Mapping[str, Collection[str]],
) -> dict[Work, datetime]:
    """Return the due dates with extensions, by student or section and assignment.

    Args:
        due: when each assignment is due for everybody, with a time zone.
        given: student or section, assignment or ``*``, and extension. One for an assignment without a due date gives
            nothing.
        sections: their students.
    """
    lines = [
        (who, assignment, extension)
        for who, named, extension in given
        for assignment in (due if named == WHOLE_TERM else {named} & due.keys())
    ]
    of_sections: dict[Work, datetime] = {}
    for who, assignment, extension in lines:
        for student in (who, *sections.get(who, ())) if who in sections else ():
            _postpone(of_sections, (student, assignment), extension.own_due(due[assignment]))
    dates = dict(of_sections)
    for who, assignment, extension in lines:
        if who not in sections:
            work = who, assignment
            _postpone(dates, work, extension.own_due(of_sections.get(work, due[assignment])))
    return dates


def _postpone(dates: dict[Work, datetime], work: Work, own: datetime) -> None:
    """Record a due date unless a later one is recorded."""
    dates[work] = max(dates.get(work, own), own, key=instant)


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
        """The time by which the work is due later than for everybody, in seconds that pass; or None."""
        more = instant(self.own_due) - instant(self.due)
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
        in_order = sorted(works, key=lambda work: (work.excused, instant(work.due), work.assignment))
        left, lateness = self.free_days, {}
        for work in in_order:  # excused works come last and take no day away
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
