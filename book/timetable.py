"""The directives `timetable`, a term of weeks, and `intensive`, the course without a break.

    :::{timetable}
    - meeting: What happens in class, in Markdown.
      home: [0-start, 1-approximation]
    :::

A page that several weeks name is spread over them evenly. All times are the pages' own estimates, which
`book/chapters.py` makes, so they agree whatever is written into a chapter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import yaml
from sphinx.application import Sphinx

from autograder.course import Course
from book.chapters import WRITTEN_MINUTES, BookChapter, chapters, exercise_minutes, hours
from book.tables import Table

TIMETABLE = re.compile(r"^:::\{timetable\}\n(.+?)\n:::$", re.MULTILINE | re.DOTALL)
BEFORE, AFTER = "0-start", ("how-far", "you-built-it")  # pages without an exercise that a student reads as well
SET_UP_MINUTES = 15
MEETING_MINUTES = 90
SESSION_MINUTES = 90
SESSIONS_A_DAY = 4


@dataclass(frozen=True)
class Week:
    """One week of a term.

    Attributes:
        meeting: what happens in class, in Markdown.
        home: the pages that a student works on at home, by the stems of their files.
    """

    meeting: str
    home: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """What is not divided between two sessions.

    Attributes:
        page: that it belongs to, by the stem of its file.
        says: what it is, in Markdown.
        minutes: that it takes.
    """

    page: str
    says: str
    minutes: float


def page(stem: str) -> BookChapter:
    """Return a page of the book, whether it has exercises or not."""
    return BookChapter(Course.installed().chapters / f"{stem}.md", stem.partition("-")[2])


def estimates() -> dict[str, int]:
    """Return how many minutes each page takes a student, by the stem of its file."""
    times = {chapter.assignment: chapter.minutes for chapter in chapters()}
    before = page(BEFORE).reading_minutes + SET_UP_MINUTES
    return {BEFORE: before, **times, **{stem: page(stem).reading_minutes for stem in AFTER}}


def weeks_of(content: str) -> list[Week]:
    """Return the weeks that a directive's content plans."""
    return [Week(one["meeting"], tuple(one["home"])) for one in yaml.safe_load(content)]


def home_minutes(weeks: Sequence[Week]) -> list[float]:
    """Return how long each week takes a student at home.

    Raises:
        LookupError: a week names a page that has no estimate.
    """
    minutes, times = estimates(), Counter(stem for week in weeks for stem in week.home)
    unknown = [stem for stem in times if stem not in minutes]
    if unknown:
        raise LookupError(f"{unknown[0]} is no page with an estimate: there are {', '.join(minutes)}")
    return [sum(minutes[stem] / times[stem] for stem in week.home) for week in weeks]


def parts() -> list[Part]:
    """Return all that a student does, in order."""
    minutes = estimates()
    found = [Part(BEFORE, "set-up and first steps", minutes[BEFORE])]
    for chapter in chapters():
        stem = chapter.assignment
        found.append(Part(stem, "the text", chapter.reading_minutes))
        found += [Part(stem, f"`{one.name}`", exercise_minutes(one)) for one in chapter.exercises]
        found.append(Part(stem, "the written question", WRITTEN_MINUTES))
    return [*found, *(Part(stem, "the text", minutes[stem]) for stem in AFTER)]


def sessions(all_parts: Iterable[Part]) -> list[list[Part]]:
    """Return the parts in sessions, each as full as it can be without breaking the order."""
    found: list[list[Part]] = [[]]
    for part in all_parts:
        if found[-1] and sum(one.minutes for one in found[-1]) + part.minutes > SESSION_MINUTES:
            found.append([])
        found[-1].append(part)
    return found


def intensive_days() -> int:
    """Return how many days the course takes without a break."""
    return -(-len(sessions(parts())) // SESSIONS_A_DAY)


class TimetableDirective(Table):
    has_content = True
    columns = ("Week", "In class", "At home", "Time at home")
    widths = (8, 47, 30, 15)

    def rows(self) -> list[tuple[str, ...]]:
        weeks = weeks_of("\n".join(self.content))
        times = home_minutes(weeks)
        return [
            (str(at), week.meeting, ", ".join(map(link, week.home)), hours(round(minutes)))
            for at, (week, minutes) in enumerate(zip(weeks, times, strict=True), start=1)
        ]


class IntensiveDirective(Table):
    columns = ("Session", "What", "Time")
    widths = (20, 65, 15)

    def rows(self) -> list[tuple[str, ...]]:
        return [
            (f"day {at // SESSIONS_A_DAY + 1}, session {at % SESSIONS_A_DAY + 1}", said(session), hours(total(session)))
            for at, session in enumerate(sessions(parts()))
        ]


def total(session: Sequence[Part]) -> int:
    return round(sum(part.minutes for part in session))


def said(session: Sequence[Part]) -> str:
    """Return what a session is made of, page by page."""
    return "; ".join(
        f"{link(stem)}: {', '.join(part.says for part in of_page)}"
        for stem, of_page in groupby(session, lambda part: part.page)
    )


def link(stem: str) -> str:
    return f"[{page(stem).title}]({stem}.md)"


def setup(app: Sphinx) -> None:
    app.add_directive("timetable", TimetableDirective)
    app.add_directive("intensive", IntensiveDirective)
