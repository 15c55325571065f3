"""How far a student is: what is done and what is open, the points of visible checks, and what to read next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ExerciseProgress:
    """One exercise by its visible checks."""

    exercise: str
    # ``done``, ``not yet`` (something is written, and a check does not pass or a remark is made) or ``open``
    state: str
    points: int  # earned
    possible: int  # to be had from visible checks
    read: str  # which section helps now, as the text of a ``sections.Section``; empty when it is done
    remarks: Sequence[str] = ()  # what is to be known even if all checks pass, such as that a stub is left


@dataclass(frozen=True)
class Progress:
    """One assignment."""

    assignment: str
    exercises: Sequence[ExerciseProgress]  # in the order of the chapter
    unseen: int  # points that no visible check gives: those of hidden checks and of the written question

    @property
    def done(self) -> int:
        return sum(exercise.state == "done" for exercise in self.exercises)

    @property
    def points(self) -> int:
        return sum(exercise.points for exercise in self.exercises)

    @property
    def possible(self) -> int:
        return sum(exercise.possible for exercise in self.exercises)

    @property
    def next(self) -> ExerciseProgress | None:
        """The first exercise that is not done."""
        return next((exercise for exercise in self.exercises if exercise.state != "done"), None)

    def record(self) -> dict[str, Any]:
        """Return the progress as JSON values."""
        return {
            "assignment": self.assignment,
            "points": self.points,
            "possible": self.possible,
            "unseen": self.unseen,
            "exercises": [dict(vars(exercise)) for exercise in self.exercises],
        }
