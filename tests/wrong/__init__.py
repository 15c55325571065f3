"""Wrong answers by other algorithms than the reference's, as students, copy-pasters and language models write them.

One catalogue a room. A known mistake is a small edit of the reference; what stands here is written from nothing, and
each must fail at least one check. A name may be defined many times over: the decorator keeps each definition.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeVar

from autograder.course import Course

Answer = TypeVar("Answer", bound=Callable[..., Any])


@dataclass(frozen=True)
class WrongAnswer:
    """A function or class that answers an exercise wrongly.

    Attributes:
        room: the chapter's module, such as ``layers``.
        exercise: the public name, such as ``Linear``.
        fault: what is wrong with it, in a clause.
        value: the function or class.
    """

    room: str
    exercise: str
    fault: str
    value: Callable[..., Any]

    @property
    def id(self) -> str:
        return f"{self.exercise}: {self.fault}"

    def names(self) -> SimpleNamespace:
        """Return the reference's names with this answer in the place of its exercise."""
        names = Course.installed().names(self.room)
        setattr(names, self.exercise, self.value)
        return names


_CATALOGUE: list[WrongAnswer] = []


def wrong(fault: str) -> Callable[[Answer], Answer]:
    """Enter a function or a class, by its own name, as a wrong answer of its module's room."""

    def enter(answer: Answer) -> Answer:
        room = answer.__module__.rpartition(".")[2]
        _CATALOGUE.append(WrongAnswer(room, answer.__name__, fault, answer))
        return answer

    return enter


def wrong_answers(room: str) -> list[WrongAnswer]:
    """Return the catalogue of a room, in the order of its file."""
    importlib.import_module(f"{__name__}.{room}")
    return [answer for answer in _CATALOGUE if answer.room == room]
