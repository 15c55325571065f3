"""What is called in a talk: for each exercise a few lines on numbers that fit into a head, one file for each room.

The lines are shown as they are run, and a student may type them into the notebook: they use its names, ``torch`` and
``nn``. Their numbers are small and exact in binary, so that what comes out reads the same on every machine.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scene:
    """Lines, and expressions one of which is asked about.

    Attributes:
        given: the lines; they may be none.
        asked: expressions that follow the lines, each by itself. Right answers may differ in what these give, if only
            each gives the same twice.
    """

    given: str
    asked: tuple[str, ...]


def scenes_of(room: str) -> Mapping[str, Sequence[Scene]]:
    """Return the scenes of a room by exercise; none where the room has no file here."""
    try:
        module = importlib.import_module(f"{__name__}.{room}")
    except ModuleNotFoundError:
        return {}
    found: Mapping[str, Sequence[Scene]] = module.SCENES
    return found
