"""Which exercise somebody means, and what is said where it is none."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.checks import Check


class Shown(Exception):
    """An error whose message says it all: a notebook shows it without a traceback of ours."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class UnknownName(Shown, LookupError):
    """There is no such exercise, check or hint."""


def find_exercise(exercise: object, names: SimpleNamespace) -> tuple[str, list[Check]]:
    """Return the exercise's name and its checks, also where the student gave it another name first."""
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
    """Return a chapter's short name as it was given.

    Raises:
        UnknownName: there is no such chapter; the message says what was probably meant.
    """
    from autograder.checks import checks_of, rooms

    if room in rooms():
        return str(room)
    asked = room if isinstance(room, str) else getattr(room, "__name__", repr(room))
    said = f"there is no chapter {asked[:80]!r}"
    at_home = {check.exercise: check.room for one in rooms() for check in checks_of(one)}.get(asked)
    if at_home:
        raise UnknownName(f"{said}: {asked} is an exercise of the chapter {at_home!r}")
    close = difflib.get_close_matches(asked, rooms(), n=1)
    raise UnknownName(f"{said}. Did you mean {close[0]!r}?" if close else f"{said}: there are {', '.join(rooms())}")


def _unknown(exercise: object, asked: str, known: Sequence[str]) -> str:
    """Say that there is no such exercise, and what was probably meant."""
    said = f"there is no exercise {asked[:80]!r}"
    made_by = type(exercise).__name__
    if made_by in known:
        return f"{said}: give the class itself, without parentheses, check({made_by})"
    close = difflib.get_close_matches(asked, known, n=1)
    if not close:
        return f"{said}: there are {', '.join(known)}"
    rename = "" if isinstance(exercise, str) else f" Call yours so, or add a line {close[0]} = {asked}"
    return f"{said}. Did you mean {close[0]}?{rename}"
