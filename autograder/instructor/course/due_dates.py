"""When work is due: ``due_dates.csv``, a line for each assignment, with the time zone that its clock shows."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.course import Course, chapters_of
from autograder.instructor.course.decisions import extensions_in, read_decisions
from autograder.instructor.course.extensions import Work, date_and_time, own_due_dates
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.roster import by_section, students_of
from autograder.instructor.course.tables import Row, Table, read_table

COLUMNS = ("assignment", "due", "time zone")
AS_WRITTEN = "2026-11-05 23:59"
DAY_S = 24 * 60 * 60
LOCAL_TIME = Path("/etc/localtime")
UNITS = ((24 * 60 * 60, "d"), (60 * 60, "h"), (60, "min"), (1, "s"))


def read_dates(path: Path, assignments: Collection[str]) -> dict[str, datetime]:
    """Return when each assignment is due, with its time zone, where there is a table that says it.

    Raises:
        TableError: a line names no assignment of the course, no time or no zone that is known.
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


def due_dates_of(folder: CourseFolder, course: Course) -> dict[str, datetime]:
    """Return when the assignments of a course are due in a course folder; as ``read_dates``."""
    return read_dates(folder.due_dates, assignments_of(course))


def own_due_dates_of(folder: CourseFolder, course: Course) -> dict[Work, datetime]:
    """Return due dates with extensions, in their zones, by student and assignment; raise as ``read_dates``."""
    given, sections = extensions_in(read_decisions(folder.decisions)), by_section(students_of(folder))
    return own_due_dates(due_dates_of(folder, course), given, sections)


def last_dates_of(folder: CourseFolder, course: Course) -> dict[str, datetime]:
    """Return until when the last student can hand in each dated assignment in time; raise as ``own_due_dates_of``."""
    last = due_dates_of(folder, course)
    for (_, assignment), own in own_due_dates_of(folder, course).items():
        last[assignment] = max(last[assignment], own, key=lambda when: when.astimezone(UTC))
    return last


def assignments_of(course: Course) -> list[str]:
    return [chapter.assignment for chapter in chapters_of(course)]


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


def template(assignments: Collection[str]) -> str:
    """Return a table without dates yet, in the time zone of this machine."""
    _, below, zone = str(LOCAL_TIME.resolve()).partition("zoneinfo/")
    zone = zone if below else "UTC"
    return "\n".join([",".join(COLUMNS), *(f"{assignment},,{zone}" for assignment in sorted(assignments)), ""])


def seconds_late(when: datetime | None, due: datetime | None) -> float:
    """Return how late something came, as nbgrader counts: 0 where it is in time, or one of the two is not known."""
    if when is None or due is None:
        return 0.0
    # In UTC: of two times in one zone, Python compares what the clock shows, also where clocks change in between.
    return max(0.0, (when.astimezone(UTC) - due.astimezone(UTC)).total_seconds())


def days_late(seconds: float, due: datetime) -> int:
    """Return how many days have begun since a due date, each from its hour on to the same hour of the next.

    By the clock of the due date's zone: where clocks change, a day has 23 hours or 25.
    """
    when = due.astimezone(UTC) + timedelta(seconds=seconds)
    days = max(0, int(seconds // DAY_S) - 2)
    while (due + timedelta(days)).astimezone(UTC) < when:
        days += 1
    return days


def in_words(when: datetime) -> str:
    """Return a date in words, with its time zone."""
    return f"{when:%A}, {when.day} {when:%B %Y, %H:%M} ({when:%Z})"


def duration(seconds: float) -> str:
    """Return a time in its two largest units."""
    parts, rest = [], int(seconds)
    for size, unit in UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "1 s"
