"""What a chapter says of itself before it begins: its question, what is needed and reached, and how long it takes."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.checks import Check, checks_of
from autograder.exercises import Exercise, exercises_of

ROOT = Path(__file__).resolve().parent.parent
OPENING = re.compile(
    r"^:::\{opening\} (?P<question>[^\n]+)\n(?P<needs>.+?)\n\n(?P<ends>.+?)\n:::$", re.MULTILINE | re.DOTALL
)
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
UNREAD = re.compile(r"\A---\n.*?^---$|^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)
QUESTION = re.compile(r"^:{3,}\{(predict|recall)\}", re.MULTILINE)
WRITTEN = re.compile(r'^\+\+\+ \{.*"written".*"points": (?P<points>\d+)', re.MULTILINE)

# How time is estimated. Reading: a text with formulas, figures and code goes at half the pace of a story. Work: an
# exercise has to be understood, whatever its length, and each line of its solution written.
WORDS_A_MINUTE = 120
QUESTION_MINUTES = 1
EXERCISE_MINUTES = 20
LINE_MINUTES = 0.5
WRITTEN_MINUTES = 20


@dataclass(frozen=True)
class Chapter:
    """A chapter's Markdown file that holds an opening."""

    path: Path

    @property
    def room(self) -> str:
        return self.path.stem.partition("-")[2]

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

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

    @cached_property
    def exercises(self) -> list[Exercise]:
        return exercises_of(self.room, (ROOT / "solutions" / f"{self.room}.py").read_text(encoding="utf-8"))

    @property
    def checks(self) -> list[Check]:
        return checks_of(self.room)

    @property
    def points(self) -> int:
        """Those of the checks and of the written question."""
        written = sum(int(match["points"]) for match in WRITTEN.finditer(self.text))
        return written + sum(check.points for check in self.checks)

    @property
    def reading_minutes(self) -> int:
        """To five minutes."""
        words = len(UNREAD.sub("", self.text).split())
        return 5 * round((words / WORDS_A_MINUTE + len(QUESTION.findall(self.text)) * QUESTION_MINUTES) / 5)

    @property
    def work_minutes(self) -> int:
        """To a quarter of an hour."""
        lines = sum(len(exercise.solution_lines) for exercise in self.exercises)
        minutes = len(self.exercises) * EXERCISE_MINUTES + lines * LINE_MINUTES
        return 15 * round((minutes + len(WRITTEN.findall(self.text)) * WRITTEN_MINUTES) / 15)


def chapters() -> list[Chapter]:
    """Return the chapters of the course, in order."""
    found = [Chapter(path) for path in sorted((ROOT / "chapters").glob("[1-9]-*.md"))]
    return [chapter for chapter in found if OPENING.search(chapter.text)]


def hours(minutes: int) -> str:
    """Return a time in words, to a quarter of an hour: 105 minutes are 1¾ hours."""
    whole, quarters = divmod(round(minutes / 15), 4)
    number = f"{whole or ''}{('', '¼', '½', '¾')[quarters]}"
    return f"{number} hour" if number == "1" else f"{number} hours"
