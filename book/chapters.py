"""Chapters as the book presents them: question, title, exercises, points, the estimated time, and facts of them all.

The role `fact` gives a number from the course's own files: {fact}`points:d`, {fact}`term hours:.0f`. Numbers that a
page's cells compute are glued. Those that need no cell are counted here while a page is read: then an edit of a
chapter's text starts no kernel, and a page without other numbers needs none.
"""

import json
import re
from functools import cache

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxRole

from autograder.checks import checks_of, rooms
from autograder.course import Chapter, Course, chapters_of
from autograder.exercises import Exercise
from book import DATA

OPENING = re.compile(
    r"^:::\{opening\} (?P<question>[^\n]+)\n(?P<needs>.+?)\n\n(?P<ends>.+?)\n:::$", re.MULTILINE | re.DOTALL
)
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
UNREAD = re.compile(r"\A---\n.*?^---$|^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)
WRITTEN = re.compile(
    r"^\+\+\+ (?P<metadata>\{[^\n]*\"written\"[^\n]*\})\n.*?(?=^\+\+\+|^```\{code-cell\}|\Z)", re.MULTILINE | re.DOTALL
)
WRITTEN_MINUTES = re.compile(r"^\+\+\+ \{.*\"written\".*\"minutes\": (\d+)", re.MULTILINE)
EXERCISE_MINUTES = r"^:minutes: (\d+)\n(?::.+\n)*\nfrom \w+\.\w+ import {name}$"

# Of prose, with the figures, questions and code between it. Close readings of chapters 1 to 3, when they had 3,986,
# 4,121 and 4,500 words by the count below, were put at 50 to 55, 55 to 60 and 60 to 65 minutes.
WORDS_A_MINUTE = 70


class BookChapter(Chapter):
    """A chapter as the book presents it."""

    @property
    def question(self) -> str:
        return self.only(OPENING, "it has no opening")

    @property
    def title(self) -> str:
        return self.only(TITLE, "it has no title")

    def only(self, pattern: re.Pattern[str], missing: str) -> str:
        match = pattern.search(self.text)
        if match is None:
            raise ValueError(f"{self.path.name}: {missing}")
        return match[1]

    @property
    def exercises(self) -> list[Exercise]:
        return Course.installed().exercises(self.room)

    @property
    def points(self) -> int:
        """Points of the checks and of the written question."""
        written = sum(written_points(match) for match in WRITTEN.finditer(self.text))
        return written + sum(check.points for check in checks_of(self.room))

    @property
    def reading_minutes(self) -> int:
        """Minutes of reading, to five."""
        words = len(UNREAD.sub("", self.text).split())
        return 5 * round(words / WORDS_A_MINUTE / 5)

    @property
    def work_minutes(self) -> int:
        """Minutes of work, to a quarter of an hour: what the cells of exercises and of the written answer state."""
        stated = [self.only(WRITTEN_MINUTES, 'its written answer states no "minutes"')]
        for exercise in self.exercises:
            cell = re.compile(EXERCISE_MINUTES.format(name=exercise.name), re.MULTILINE)
            stated.append(self.only(cell, f"the cell of the exercise {exercise.name} states no :minutes:"))
        return 15 * round(sum(map(int, stated)) / 15)

    @property
    def minutes(self) -> int:
        """Minutes of reading and work, as the chapter's head says them."""
        return self.reading_minutes + self.work_minutes


def chapters() -> list[BookChapter]:
    """Return the chapters of the course, in order."""
    return [BookChapter(chapter.path, chapter.room) for chapter in chapters_of(Course.installed())]


def note_chapters(env: BuildEnvironment) -> None:
    """Read the current page again when any page's text, from which times come, or a list of exercises changes."""
    course = Course.installed()
    for path in [*course.chapters.glob("*.md"), *(course.file(chapter.room) for chapter in chapters())]:
        env.note_dependency(str(path))


def course_minutes() -> int:
    """Return the minutes that all chapters take with every exercise."""
    return sum(chapter.minutes for chapter in chapters())


def chapter_of(docname: str) -> BookChapter:
    """Return the chapter on a page of the book; raise LookupError if the page is not a chapter with exercises."""
    for chapter in chapters():
        if docname.rpartition("/")[2] == chapter.assignment:
            return chapter
    raise LookupError(f"{docname} is not a chapter with exercises")


def written_points(cell: re.Match[str]) -> int:
    """Return the points of a written question, from its cell as ``WRITTEN`` matches it."""
    return int(json.loads(cell["metadata"])["points"])


def hours(minutes: int) -> str:
    """Return a time in words, to a quarter of an hour: 105 minutes are 1¾ hours."""
    whole, quarters = divmod(round(minutes / 15), 4)
    number = f"{whole or ''}{('', '¼', '½', '¾')[quarters]}"
    return f"{number} hour" if number == "1" or not whole else f"{number} hours"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# ---- facts

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
    """Return the pace of reading, and the estimated hours of a term of twelve meetings."""
    folder = Course.installed().chapters
    reading = sum(BookChapter(folder / f"{stem}.md", stem).reading_minutes for stem in READ_AS_WELL)
    home_hours = (START_MINUTES + course_minutes() + reading) / 60
    term_hours = home_hours + MEETINGS * MEETING_HOURS
    return {
        "words a minute": WORDS_A_MINUTE,
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
