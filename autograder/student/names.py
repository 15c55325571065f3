"""Find the exercise or chapter that a student means, or suggest a similar name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.checks import Check


class WithoutTraceback(Exception):
    """An error whose message is enough: a notebook shows it without our traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class UnknownName(WithoutTraceback, LookupError):
    """An exercise, check or hint is unknown."""


def find_exercise(exercise: object, names: SimpleNamespace) -> tuple[str, list[Check]]:
    """Return the exercise's name and its checks, also for a class that had another name first."""
    from autograder.checks import checks_of, rooms

    everything = [check for room in rooms() for check in checks_of(room)]
    known = list(dict.fromkeys(check.exercise for check in everything))
    bound = [name for name in known if hasattr(names, name) and exercise is getattr(names, name)]
    asked = exercise if isinstance(exercise, str) else getattr(exercise, "__name__", repr(exercise))
    name = next(iter(bound), asked)
    if name not in known:
        raise UnknownName(_unknown(exercise, name, known))
    yours = getattr(names, name, exercise)
    if not isinstance(exercise, str) and yours is not exercise:
        raise UnknownName(f"this {name} is not the one that is called {name} in your notebook: check({name})")
    return name, [check for check in everything if check.exercise == name]


def known_room(room: object) -> str:
    """Return a chapter's short name.

    Raises:
        UnknownName: there is no such chapter; the message suggests one.
    """
    from autograder.checks import checks_of, rooms

    if room in rooms():
        return str(room)
    asked = room if isinstance(room, str) else getattr(room, "__name__", repr(room))
    unknown = f"there is no chapter {asked[:80]!r}"
    exercises = {check.exercise: check.room for known in rooms() for check in checks_of(known)}
    if asked in exercises:
        raise UnknownName(f"{unknown}: {asked} is an exercise of the chapter {exercises[asked]!r}")
    close = difflib.get_close_matches(asked, rooms(), n=1)
    raise UnknownName(
        f"{unknown}. Did you mean {close[0]!r}?" if close else f"{unknown}: there are {', '.join(rooms())}"
    )


def _unknown(exercise: object, asked: str, known: Sequence[str]) -> str:
    """Return a message about an unknown exercise that suggests a known one."""
    unknown = f"there is no exercise {asked[:80]!r}"
    made_by = type(exercise).__name__
    if made_by in known:
        return f"{unknown}: give the class itself, without parentheses, check({made_by})"
    close = difflib.get_close_matches(asked, known, n=1)
    if not close:
        return f"{unknown}: there are {', '.join(known)}"
    rename = "" if isinstance(exercise, str) else f" Call yours so, or add a line {close[0]} = {asked}"
    return f"{unknown}. Did you mean {close[0]}?{rename}"
