"""The role `fact`, a number that the course's own files tell: {fact}`points:d`, {fact}`term hours:.0f`.

What a page's cells compute is glued. What needs no cell stands here and is counted while a page is read: then an edit
of a chapter's text starts no kernel, and a page that shows nothing else needs none.
"""

from __future__ import annotations

from functools import cache

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxRole

from autograder.checks import checks_of, rooms
from autograder.course import Course
from book.chapters import (
    EXERCISE_MINUTES,
    LINE_MINUTES,
    WORDS_A_MINUTE,
    WRITTEN_MINUTES,
    chapters,
    note_chapters,
)
from book.timetable import (
    MEETING_MINUTES,
    SESSION_MINUTES,
    SESSIONS_A_DAY,
    TIMETABLE,
    home_minutes,
    intensive_days,
    page,
    weeks_of,
)
from book.workload import ANSWER_MINUTES, CHANGE_MINUTES, TALK_MINUTES, measured_grading, workload

PLANNED_STUDENTS = 120
HOURS_A_CREDIT = (25, 30)  # of the ECTS Users' Guide, 2015
TWO_DAYS = ("layers", "dropout", "training")  # what is taught where there is no more time


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
    """Return how long the course takes a student, in the units that the names say."""
    weeks = weeks_of(page("teaching").only(TIMETABLE))
    home = home_minutes(weeks)
    meetings = len(weeks) * MEETING_MINUTES
    term_hours = (sum(home) + meetings) / 60
    minutes = {chapter.room: chapter.minutes for chapter in chapters()}
    return {
        "words a minute": WORDS_A_MINUTE,
        "exercise minutes": EXERCISE_MINUTES,
        "written minutes": WRITTEN_MINUTES,
        "line seconds": 60 * LINE_MINUTES,
        "weeks": len(weeks),
        "meeting minutes": MEETING_MINUTES,
        "meeting hours": meetings / 60,
        "home hours": sum(home) / 60,
        "most at home": max(home) / 60,
        "term hours": term_hours,
        "credits from": term_hours / max(HOURS_A_CREDIT),
        "credits to": term_hours / min(HOURS_A_CREDIT),
        "days": intensive_days(),
        "sessions a day": SESSIONS_A_DAY,
        "session minutes": SESSION_MINUTES,
        "two days": sum(minutes[room] for room in TWO_DAYS) / 60,
        "two days have": 2 * SESSIONS_A_DAY * SESSION_MINUTES / 60,
    }


def of_teaching() -> dict[str, float]:
    """Return what a class costs those who teach, and what was measured when one was graded."""
    planned, graded = workload(PLANNED_STUDENTS), measured_grading()
    largest = graded["classes"][-1]
    return {
        "answers hours": planned.all_answers_h,
        "talks hours": planned.talks_h,
        "grading minutes": planned.grading_min,
        "answer minutes": ANSWER_MINUTES,
        "talk minutes": TALK_MINUTES,
        "change minutes": CHANGE_MINUTES,
        "graded": largest["submissions"],
        "cores": graded["machine"]["cores"],
        "memory": largest["all_processes_bytes"] / 2**30,
        "load": graded["machine"]["load"],
    }


@cache
def facts() -> dict[str, float]:
    """Return all facts by name, as they are when a build begins to read."""
    return {**of_exercises(), **of_time(), **of_teaching()}


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
