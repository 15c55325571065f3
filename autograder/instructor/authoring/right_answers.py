"""Right answers written in other ways than the reference, which every check has to pass.

One catalogue a room, ``tests/right/ROOM.md``: each answer is a heading, ``## name``, a sentence on what is different,
and a block of Python that defines some of the room's exercises, or all.
"""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

from autograder.course import Course, names_of_source
from autograder.user_errors import UsageError

FOLDER = Path("tests", "right")
ANSWER = re.compile(r"^## ([^\n]+)\n\n(?:[^\n]+\n)+\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class RightAnswer(NamedTuple):
    """A module that answers exercises of a room rightly."""

    room: str
    name: str
    source: str

    def names(self) -> SimpleNamespace:
        """Run it, and return all that it defines."""
        return names_of_source(self.source, f"right.{self.room}.{self.name}")


def catalogue_of(course: Course, room: str) -> Path:
    """Return the path of a room's right answers, whether the file exists or not."""
    return course.folder.parent / FOLDER / f"{room}.md"


def right_answers(course: Course, room: str) -> list[RightAnswer]:
    """Return a room's right answers, in order, none without a catalogue; raise UsageError if that has another form."""
    path = catalogue_of(course, room)
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    answers = [RightAnswer(room, name, source) for name, source in ANSWER.findall(text)]
    if len(answers) != len(re.findall(r"^## ", text, re.MULTILINE)):
        raise UsageError(f"{path}: a right answer is a heading, a sentence, and a block of Python")
    return answers


def right_answer(course: Course, room: str, name: str) -> str:
    return {answer.name: answer.source for answer in right_answers(course, room)}[name]
