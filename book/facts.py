"""The role `fact`, a number from the course's own files: {fact}`points:d`, {fact}`term hours:.0f`.

Numbers that a page's cells compute are glued. Those that need no cell are counted here while a page is read: then an
edit of a chapter's text starts no kernel, and a page without other numbers needs none.
"""

from __future__ import annotations

import json
from functools import cache

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxRole

from autograder.checks import checks_of, rooms
from autograder.course import Course
from book import DATA
from book.chapters import (
    EXERCISE_MINUTES,
    LINE_MINUTES,
    WORDS_A_MINUTE,
    WRITTEN_MINUTES,
    BookChapter,
    course_minutes,
    note_chapters,
)

READ_AS_WELL = ("serving", "how-far", "you-built-it")  # pages without an exercise
START_MINUTES = 30  # as the page says, set-up included
MEETINGS, MEETING_HOURS = 12, 1.5
HOURS_A_CREDIT = (25, 30)  # of the ECTS Users' Guide, 2015


def of_exercises() -> dict[str, float]:
    """Return the numbers of exercises, checks, mistakes and points; the hidden share in per cent."""
    course = Course.installed()
    checks = [check for room in rooms() for check in checks_of(room)]
    (points,) = {sum(check.points for check in checks_of(room)) for room in rooms()}
    return {
        "exercises": sum(len(course.exercises(room)) for room in rooms()),
        "checks": len(checks),
        "mistakes": sum(len(course.mistakes(room)) for room in rooms()),
        "points": points,
        "hidden share": 100 * sum(check.points for check in checks if check.hidden) / (points * len(rooms())),
    }


def of_time() -> dict[str, float]:
    """Return the rates by which a student's time is estimated, and the hours of a term of twelve meetings."""
    folder = Course.installed().chapters
    reading = sum(BookChapter(folder / f"{stem}.md", stem).reading_minutes for stem in READ_AS_WELL)
    home_hours = (START_MINUTES + course_minutes() + reading) / 60
    term_hours = home_hours + MEETINGS * MEETING_HOURS
    return {
        "words a minute": WORDS_A_MINUTE,
        "exercise minutes": EXERCISE_MINUTES,
        "written minutes": WRITTEN_MINUTES,
        "line seconds": 60 * LINE_MINUTES,
        "home hours": home_hours,
        "term hours": term_hours,
        "credits from": term_hours / max(HOURS_A_CREDIT),
        "credits to": term_hours / min(HOURS_A_CREDIT),
    }


def of_grading() -> dict[str, float]:
    """Return the time that grading a class took, and the load, from ``data/grading.json``."""
    graded = json.loads((DATA / "grading.json").read_text(encoding="utf-8"))
    minutes = {row["submissions"]: row["wall_s"] / 60 for row in graded["classes"]}
    return {"minutes for 120": minutes[120], "minutes for 300": minutes[300], "load": graded["machine"]["load"]}


@cache
def facts() -> dict[str, float]:
    """Return all facts by name, as they are at the start of a build."""
    return {**of_exercises(), **of_time(), **of_grading()}


def formatted(text: str) -> str:
    """Return a fact as a page asks for it: name, colon, and the format of its number.

    Raises:
        LookupError: no fact has this name.
        ValueError: the number does not take the format.
    """
    name, _, form = text.partition(":")
    if name not in facts():
        raise LookupError(f"unknown fact {name!r}; the facts are {', '.join(facts())}")
    return format(facts()[name], form)


class FactRole(SphinxRole):
    """A number in a sentence, marked as one that is glued."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        note_chapters(self.env)
        try:
            text = formatted(self.text)
        except (LookupError, ValueError) as error:
            raise ExtensionError(f"{self.env.docname}: {error}") from error
        return [nodes.inline(text, text, classes=["pasted-text"])], []


def setup(app: Sphinx) -> None:
    app.add_role("fact", FactRole())
