"""Chapters as the book presents them: question, title, exercises, points, and the estimated time."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from autograder.checks import checks_of
from autograder.course import Chapter, Course, chapters_of
from autograder.exercises import Exercise

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

OPENING = re.compile(
    r"^:::\{opening\} (?P<question>[^\n]+)\n(?P<needs>.+?)\n\n(?P<ends>.+?)\n:::$", re.MULTILINE | re.DOTALL
)
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
UNREAD = re.compile(r"\A---\n.*?^---$|^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)
QUESTION = re.compile(r"^:{3,}\{(predict|recall)\}", re.MULTILINE)
WRITTEN = re.compile(
    r"^\+\+\+ (?P<metadata>\{[^\n]*\"written\"[^\n]*\})\n.*?(?=^\+\+\+|^```\{code-cell\}|\Z)", re.MULTILINE | re.DOTALL
)

# How time is estimated. Reading: a text with formulas, figures and code goes at half the pace of a story. Work: an
# exercise has to be understood, whatever its length, and each line of its solution written.
WORDS_A_MINUTE = 120
QUESTION_MINUTES = 1
EXERCISE_MINUTES = 20
LINE_MINUTES = 0.5
WRITTEN_MINUTES = 20


class BookChapter(Chapter):
    """A chapter as the book presents it."""

    @property
    def question(self) -> str:
        return self.only(OPENING)

    @property
    def title(self) -> str:
        return self.only(TITLE)

    def only(self, pattern: re.Pattern[str]) -> str:
        match = pattern.search(self.text)
        if match is None:
            raise ValueError(f"{self.path.name}: nothing matches {pattern.pattern}")
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
        return 5 * round((words / WORDS_A_MINUTE + len(QUESTION.findall(self.text)) * QUESTION_MINUTES) / 5)

    @property
    def work_minutes(self) -> int:
        """Minutes of work, to a quarter of an hour."""
        written = len(WRITTEN.findall(self.text)) * WRITTEN_MINUTES
        lines = sum(len(exercise.solution_lines) for exercise in self.exercises)
        return 15 * round((len(self.exercises) * EXERCISE_MINUTES + lines * LINE_MINUTES + written) / 15)

    @property
    def minutes(self) -> int:
        """Minutes of reading and work, as the chapter's head says them."""
        return self.reading_minutes + self.work_minutes


def chapters() -> list[BookChapter]:
    """Return the chapters of the course, in order."""
    return [BookChapter(chapter.path, chapter.room) for chapter in chapters_of(Course.installed())]


def note_chapters(env: BuildEnvironment) -> None:
    """Read the current page again when any page's text or a reference changes: estimates come from both."""
    course = Course.installed()
    for path in [*course.chapters.glob("*.md"), *(course.file(chapter.room) for chapter in chapters())]:
        env.note_dependency(str(path))


def course_minutes() -> int:
    """Return the minutes that all chapters take with every exercise."""
    return sum(chapter.minutes for chapter in chapters())


def chapter_of(docname: str) -> BookChapter:
    """Return the chapter on a page of the book.

    Raises:
        LookupError: the page is not a chapter with exercises.
    """
    for chapter in chapters():
        if docname.rpartition("/")[2] == chapter.assignment:
            return chapter
    raise LookupError(f"{docname} is not a chapter with exercises")


def written_points(cell: re.Match[str]) -> int:
    """Return the points of a written question, from its cell as ``WRITTEN`` matches it."""
    points: int = json.loads(cell["metadata"])["points"]
    return points


def hours(minutes: int) -> str:
    """Return a time in words, to a quarter of an hour: 105 minutes are 1¾ hours."""
    whole, quarters = divmod(round(minutes / 15), 4)
    number = f"{whole or ''}{('', '¼', '½', '¾')[quarters]}"
    return f"{number} hour" if number == "1" or not whole else f"{number} hours"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
