"""Scenes of a talk, a few lines for each exercise on numbers that fit into a head: ``scenes/ROOM.md`` of a course.

A file holds a heading for each exercise, and under it scenes. Each is a block of Python: lines, and after ``>>>``
expressions, one of which is asked about. Right answers may differ in what these give, as long as each gives the same
twice.

The lines are shown as they are run, and a student may type them into the notebook: they use its names, ``torch`` and
``nn``. Their numbers are small and exact in binary, so that what comes out reads the same on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from autograder.course import Course

EXERCISE = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
ASKED = ">>> "


@dataclass(frozen=True)
class Scene:
    """Lines of code, possibly none, and the expressions after them, each by itself."""

    given: str
    asked: tuple[str, ...]


@cache
def scenes_of(room: str) -> Mapping[str, Sequence[Scene]]:
    """Return the scenes of a room by exercise; none where the course has no file of them."""
    path = Course.installed().folder / "scenes" / f"{room}.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {name: [_scene(block) for block in BLOCK.findall(blocks)] for name, blocks in EXERCISE.findall(text)}


def _scene(block: str) -> Scene:
    lines = block.splitlines()
    given = [line for line in lines if not line.startswith(ASKED)]
    return Scene("\n".join(given), tuple(line.removeprefix(ASKED) for line in lines if line.startswith(ASKED)))
