"""How far a student is: what is done and what is open, the points of visible checks, and what to read next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.sections import Contents
from autograder.verdicts import Verdict


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


def progress_of(
    assignment: str,
    verdicts: Sequence[Verdict],
    contents: Contents,
    unseen: int,
    remarks: Mapping[str, Sequence[str]],
) -> Progress:
    """Return the progress that verdicts on visible checks show.

    Args:
        assignment: its id.
        verdicts: on every visible check of the assignment, in order.
        contents: the sections of its chapter.
        unseen: points from elsewhere than visible checks.
        remarks: on answers, by exercise.
    """
    names = dict.fromkeys(verdict.check.exercise for verdict in verdicts)
    exercises = [
        _exercise([v for v in verdicts if v.check.exercise == name], contents, remarks.get(name, ())) for name in names
    ]
    return Progress(assignment, exercises, unseen)


def _exercise(verdicts: Sequence[Verdict], contents: Contents, remarks: Sequence[str]) -> ExerciseProgress:
    check = verdicts[0].check
    waiting = [verdict for verdict in verdicts if not verdict.passed]
    is_open = all(verdict.outcome == "missing" for verdict in verdicts) and not remarks
    set_at = str(contents.section(f"exercise-{check.room}-{check.exercise}"))
    helpful = [verdict.diagnosis.read for verdict in waiting if verdict.diagnosis and verdict.diagnosis.read]
    return ExerciseProgress(
        exercise=check.exercise,
        state="open" if is_open else "not yet" if waiting or remarks else "done",
        points=sum(verdict.points for verdict in verdicts),
        possible=sum(verdict.check.points for verdict in verdicts),
        read=next(iter(helpful), set_at) if waiting or remarks else "",
        remarks=remarks,
    )
