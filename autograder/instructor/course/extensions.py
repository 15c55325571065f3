"""Arithmetic of extensions: how much later one student's work is due.

An extension is a new date, or one of

- ``+48h``: hours that pass, also where clocks change
- ``+2d``: days by the clock of the due date's time zone, so work is due at the same hour two days later

Both are counted from the due date for everybody, so they move with it; a date stays, and is none where the due date is
later. A line can be for a section of the class, and then a student's own line is counted from that section's date.
Otherwise, where two lines are about the same work, one of them for the whole term, the later date counts: they are not
added up.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from autograder.instructor.course.folder import has_a_date_everywhere

WHOLE_TERM = "*"
FORMS = "a new date such as 2026-11-08 23:59, +48h or +2d"
LATER = re.compile(r"\+(?P<number>\d{1,4})(?P<unit>[hd])")

Work = tuple[str, str]  # a student's id and an assignment's


@dataclass(frozen=True)
class Extension:
    """An extension: a number of hours, or of days, or a new date."""

    text: str
    hours: int = 0
    days: int = 0
    until: datetime | None = None  # the new date; without a time zone, in that of the due date; None for the others

    def own_due(self, due: datetime) -> datetime:
        """Return when work is due with this extension, in the time zone of the due date and never before it.

        ``due`` is for everybody, with a time zone.
        """
        if self.until:
            return max(due, _on_the_clock_of(due, self.until), key=_instant)
        if self.days:
            return _on_the_clock_of(due, due.replace(tzinfo=None) + timedelta(days=self.days))
        return (due.astimezone(UTC) + timedelta(hours=self.hours)).astimezone(due.tzinfo)


def parse_extension(text: str) -> Extension:
    """Return an extension as an instructor writes it; raise ValueError, with the right forms, for another text."""
    later = LATER.fullmatch(text)
    if later and int(later["number"]):
        number = int(later["number"])
        return Extension(text, hours=number) if later["unit"] == "h" else Extension(text, days=number)
    if until := date_and_time(text):
        return Extension(text, until=until)
    raise ValueError(f"{text!r} is not an extension: write {FORMS}")


def date_and_time(text: str) -> datetime | None:
    """Return a date with a time, such as ``2026-11-08 23:59``; None for another text."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    # A day alone is over at different times for different people.
    return when if ":" in text and has_a_date_everywhere(when) else None


def own_due_dates(
    due: Mapping[str, datetime],
    given: Iterable[tuple[str, str, Extension]],
    sections: Mapping[str, Collection[str]],
) -> dict[Work, datetime]:
    """Return the due dates of students, and of sections, with extensions, by student or section and assignment.

    Args:
        due: when each assignment is due for everybody, with a time zone.
        given: student or section, assignment or ``*``, and extension. One for an assignment without a due date gives
            nothing.
        sections: their students.
    """
    of_sections: dict[Work, datetime] = {}
    dates: dict[Work, datetime] = {}
    for who, named, extension in sorted(given, key=lambda line: line[0] not in sections):  # they come first
        for assignment in due if named == WHOLE_TERM else [named] if named in due else []:
            theirs = None if who in sections else of_sections.get((who, assignment))
            own = extension.own_due(theirs or due[assignment])
            for student in (who, *sections.get(who, ())):
                work = student, assignment
                dates[work] = max(dates.get(work, own), own, key=_instant)
                if who in sections:
                    of_sections[work] = dates[work]
    return dates


def _instant(when: datetime) -> datetime:
    return when.astimezone(UTC)


def _on_the_clock_of(due: datetime, when: datetime) -> datetime:
    """Return a time in the due date's zone; one that its clock leaves out in spring is the hour after it."""
    return (when if when.tzinfo else when.replace(tzinfo=due.tzinfo)).astimezone(UTC).astimezone(due.tzinfo)
