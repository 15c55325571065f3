"""From verdicts to progress, without the libraries for notebooks, whose import takes seconds in a student's kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.expectations.recorded import expectations
from autograder.notebooks.released import released_cells
from autograder.reports.progress import ExerciseProgress, Progress
from autograder.sections import Contents
from autograder.verdicts import Verdict


def progress_in(room: str, verdicts: Sequence[Verdict], remarks: Mapping[str, Sequence[str]]) -> Progress:
    """Return the progress that verdicts on all visible checks of a room show, exercises in the notebook's order.

    The remarks are those of ``remarks_on``.

    Raises:
        NoCourse: neither a released notebook of the room is here nor the course.
    """
    contents = expectations(room).contents(room)
    cells = [cell["metadata"].get("nbgrader", {}) for cell in released_cells(room)]
    points = sum(int(about["points"]) for about in cells if about.get("grade"))
    place = {about["grade_id"]: at for at, about in enumerate(cells) if about.get("solution")}
    names = dict.fromkeys(verdict.check.exercise for verdict in verdicts)
    exercises = [
        _exercise([one for one in verdicts if one.check.exercise == name], contents, remarks.get(name, ()))
        for name in sorted(names, key=lambda name: place.get(f"{room}-{name}", len(cells)))
    ]
    return Progress(contents.chapter, exercises, points - sum(exercise.possible for exercise in exercises))


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
