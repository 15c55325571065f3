"""Arithmetic of extensions: how much later one student's work is due.

An extension is a new date, or one of

- ``+48h``: hours that pass, also where clocks change
- ``+2d``: days by the clock of the due date's time zone, so work is due at the same hour two days later

Both are counted from the due date for everybody, so they move with it; a date stays, and is none where the due date is
later. A line can be for a section of the class, and then a student's own line is counted from that section's date.
Otherwise, where two lines are about the same work, one of them for the whole term, the later date counts: they are not
added up.
"""

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Literal

from autograder.instructor.course.folder import has_a_date_everywhere

WHOLE_TERM = "*"
FORMS = "a new date such as 2026-11-08 23:59, +48h or +2d"
NUMBER = r"(?P<number>\d{1,4}(?:[.,]\d{1,3})?)"
# A spreadsheet takes a plus in front for a formula, so it may be left out.
LATER = re.compile(rf"\+?\s*{NUMBER}\s*(?P<unit>h|hours?|d|days?)", re.IGNORECASE)

Work = tuple[str, str]  # a student's id and an assignment's


@dataclass(frozen=True)
class Extension:
    """An extension: a number of hours or days, or a new date."""

    text: str
    kind: Literal["hours", "days", "date"]
    number: Fraction = Fraction(0)  # of hours or days; 0 for a date
    until: datetime | None = None  # the new date; without a time zone, in that of the due date; None for the others
    whole_day: bool = False  # whether the date has no time, so that work is due at the hour of the due date

    def own_due(self, due: datetime) -> datetime:
        """Return when work is due with this extension, in the time zone of the due date and never before it.

        ``due`` is for everybody, with a time zone.
        """
        if self.kind == "date":
            assert self.until is not None
            until = self.until.replace(hour=due.hour, minute=due.minute, second=due.second) if self.whole_day else None
            return max(due, _on_the_clock_of(due, until or self.until), key=_instant)
        if self.kind == "days":
            return _on_the_clock_of(due, due.replace(tzinfo=None) + timedelta(days=int(self.number)))
        minutes = math.ceil(self.number * 60)
        return (due.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(due.tzinfo)


def parse_extension(text: str) -> Extension:
    """Return an extension as an instructor writes it; raise ValueError, with the right forms, for another text."""
    written = " ".join(text.split())
    if later := LATER.fullmatch(written):
        kind = "hours" if later["unit"][0] in "hH" else "days"
        number = Fraction(later["number"].replace(",", "."))
        if kind == "days" and number.denominator != 1:
            raise ValueError(f"{text!r}: days are whole; write hours, such as +36h")
        if not number:
            raise ValueError(f"{text!r} gives nothing: write {FORMS}")
        return Extension(written, "hours" if kind == "hours" else "days", number)
    try:
        until = datetime.fromisoformat(written)
    except ValueError:
        until = None
    if until is None or not has_a_date_everywhere(until):
        raise ValueError(f"{text!r} is not an extension: write {FORMS}")
    return Extension(written, "date", until=until, whole_day=_is_day(written))


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


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _instant(when: datetime) -> datetime:
    return when.astimezone(UTC)


def _on_the_clock_of(due: datetime, when: datetime) -> datetime:
    """Return a time in the due date's zone; one that its clock leaves out in spring is the hour after it."""
    return (when if when.tzinfo else when.replace(tzinfo=due.tzinfo)).astimezone(UTC).astimezone(due.tzinfo)
