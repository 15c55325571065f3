"""The role `fact`, a number that the course's own files tell: {fact}`points:d`, {fact}`term hours:.0f`.

What a page's cells compute is glued. What needs no cell stands here and is counted while a page is read: then an edit
of a chapter's text starts no kernel, and a page that shows nothing else needs none.
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

READ_AS_WELL = ("how-far", "you-built-it")  # pages without an exercise
START_MINUTES = 30  # as the page says, set-up included
MEETINGS, MEETING_HOURS = 12, 1.5
HOURS_A_CREDIT = (25, 30)  # of the ECTS Users' Guide, 2015


def of_exercises() -> dict[str, float]:
    """Return how much there is to do, and what it counts; the hidden share in per cent."""
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
    """Return how the time of a student is estimated, and how many hours a term of twelve meetings takes."""
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
    """Return what was measured when classes were graded, by ``data/grading.json``."""
    graded = json.loads((DATA / "grading.json").read_text(encoding="utf-8"))
    minutes = {one["submissions"]: one["wall_s"] / 60 for one in graded["classes"]}
    largest = graded["classes"][-1]
    return {
        "minutes for 120": minutes[120],
        "minutes for 300": minutes[300],
        "graded": largest["submissions"],
        "cores": graded["machine"]["cores"],
        "memory": largest["all_processes_bytes"] / 2**30,
        "load": graded["machine"]["load"],
    }


@cache
def facts() -> dict[str, float]:
    """Return all facts by name, as they are when a build begins to read."""
    return {**of_exercises(), **of_time(), **of_grading()}


def said(text: str) -> str:
    """Return a fact as the text of a page asks for it: by its name, a colon, and the format of its number.

    Raises:
        LookupError: there is no such fact.
        ValueError: the number does not take the format.
    """
    name, _, form = text.partition(":")
    if name not in facts():
        raise LookupError(f"there is no fact {name!r}: there are {', '.join(facts())}")
    return format(facts()[name], form)


class FactRole(SphinxRole):
    """A number in a sentence, marked as one that is glued."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        note_chapters(self.env)
        try:
            text = said(self.text)
        except (LookupError, ValueError) as error:
            raise ExtensionError(f"{self.env.docname}: {error}") from error
        return [nodes.inline(text, text, classes=["pasted-text"])], []


def setup(app: Sphinx) -> None:
    app.add_role("fact", FactRole())
