"""A known mistake: a small edit of the reference, and what to say to a student who made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """One way to get an exercise wrong.

    Attributes:
        id: unique in its room, such as ``linear-transposed-weight``.
        exercise: the public name that it spoils.
        says: one or two sentences to the student, never the solution.
        read: the label of the section that helps, in the chapter of its room.
        edits: pieces of the room's reference, each occurring exactly once there, and what to put in their place.
        hint: what a second look adds, a step further than ``says`` and still not the solution.
    """

    id: str
    exercise: str
    says: str
    read: str
    edits: Mapping[str, str]
    hint: str = ""

    def apply(self, source: str) -> str:
        """Return the room's source with this mistake in it.

        Raises:
            ValueError: a piece does not occur exactly once, so that the catalogue no longer fits the reference.
        """
        for old, new in self.edits.items():
            if source.count(old) != 1:
                raise ValueError(f"{self.id}: {source.count(old)} places for {old!r}, where there should be one")
            source = source.replace(old, new)
        return source
