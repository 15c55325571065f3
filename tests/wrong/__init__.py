"""Wrong answers by other algorithms than the reference's, as students, copy-pasters and language models write them.

One catalogue a room, `tests/wrong/ROOM.md`: an answer is a heading, `## exercise: what is wrong with it`, and a block
of Python, in which the names of the file's first block can be used. A known mistake is a small edit of the reference;
what stands here is written from nothing, and each must fail at least one check. Where an answer was typed as a student
would, a line says which known mistakes it makes, the main one first: ``Named: `flatten-view` ``, or ``Named: nothing``.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import SimpleNamespace

from autograder.course import Course, names_of_source

COURSE = Course.installed()  # found once: to look through all that is installed takes longer than most checks
CODE = r"```python\n(.*?)^```\n"
SHARED = re.compile(rf"^# .+?{CODE}", re.MULTILINE | re.DOTALL)
ANSWER = re.compile(rf"^## (\w+): ([^\n]+)\n\n(?:Named: ([^\n]+)\n\n)?{CODE}", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class StrangersAnswer:
    """Code that answers an exercise wrongly."""

    room: str  # the chapter's module, such as ``layers``
    exercise: str  # the public name, such as ``Linear``
    id: str  # the exercise, and what is wrong with it, in a clause
    source: str  # a module that defines the exercise
    mistakes: (
        tuple[str, ...] | None
    )  # ids of known ones that it makes, the main one first; None where nobody has said so

    def names(self) -> SimpleNamespace:
        """Return the reference's names with this answer in the place of its exercise."""
        names = COURSE.names(self.room)
        setattr(names, self.exercise, self._answer)
        return names

    @cached_property
    def _answer(self) -> object:
        return getattr(names_of_source(self.source, f"wrong.{self.room}.{self.id}"), self.exercise)


@cache
def wrong_answers(room: str) -> list[StrangersAnswer]:
    """Return the catalogue of a room, in the order of its file."""
    text = (Path(__file__).parent / f"{room}.md").read_text(encoding="utf-8")
    shared = SHARED.match(text)
    assert shared, f"{room}.md: no heading and block of Python first"
    answers = [
        StrangersAnswer(room, exercise, f"{exercise}: {fault}", f"{shared[1]}\n\n{code}", _ids(named))
        for exercise, fault, named, code in ANSWER.findall(text)
    ]
    assert len(answers) == text.count("\n## "), f"{room}.md: an answer is a heading, perhaps a line, and a block"
    return answers


def _ids(named: str) -> tuple[str, ...] | None:
    return tuple(re.findall(r"`(.+?)`", named)) if named else None
