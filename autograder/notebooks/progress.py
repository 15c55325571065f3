"""Progress through an assignment, without the libraries for notebooks, whose import takes seconds in a kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.judge.verdicts import Verdict
    from autograder.sections import Contents, Section


@dataclass(frozen=True)
class ExerciseProgress:
    """One exercise by its visible checks."""

    exercise: str
    state: str  # ``open``, ``not yet`` (something is written, and a check fails or a remark is made) or ``done``
    points: int
    possible: int  # points of the visible checks
    read: Section | None  # the section that helps next; None when the exercise is done
    remarks: Sequence[str] = ()  # see ``remarks_on``


@dataclass(frozen=True)
class Progress:
    """Progress through one assignment."""

    assignment: str
    exercises: Sequence[ExerciseProgress]  # in the order of the chapter
    unseen: int  # points of hidden checks and of the written question

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


def progress_in(room: str, verdicts: Sequence[Verdict], remarks: Mapping[str, Sequence[str]]) -> Progress:
    """Return the progress that verdicts on all visible checks of a room, and ``remarks_on`` its answers, show.

    Raises:
        NoCourse: this machine has neither a released notebook of the room nor the course.
    """
    from autograder.judge.expectations import expectations
    from autograder.notebooks.released import released_cells

    contents = expectations(room).contents(room)
    cells = [cell["metadata"].get("nbgrader", {}) for cell in released_cells(room)]
    points = sum(int(about["points"]) for about in cells if about.get("grade"))
    place = {about["grade_id"]: at for at, about in enumerate(cells) if about.get("solution")}
    by_exercise: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_exercise.setdefault(verdict.check.exercise, []).append(verdict)
    exercises = [
        _exercise(by_exercise[name], contents, remarks.get(name, ()))
        for name in sorted(by_exercise, key=lambda name: place.get(f"{room}-{name}", len(cells)))
    ]
    return Progress(contents.chapter, exercises, points - sum(exercise.possible for exercise in exercises))


def _exercise(verdicts: Sequence[Verdict], contents: Contents, remarks: Sequence[str]) -> ExerciseProgress:
    check = verdicts[0].check
    waiting = [verdict for verdict in verdicts if not verdict.passed]
    is_open = all(verdict.outcome == "missing" for verdict in verdicts) and not remarks
    set_at = contents.section(f"exercise-{check.room}-{check.exercise}")
    helpful = [verdict.diagnosis.read for verdict in waiting if verdict.diagnosis and verdict.diagnosis.read]
    return ExerciseProgress(
        exercise=check.exercise,
        state="open" if is_open else "not yet" if waiting or remarks else "done",
        points=sum(verdict.points for verdict in verdicts),
        possible=sum(verdict.check.points for verdict in verdicts),
        read=next(iter(helpful), set_at) if waiting or remarks else None,
        remarks=remarks,
    )
