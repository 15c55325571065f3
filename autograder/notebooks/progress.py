"""From verdicts to progress, without the libraries for notebooks, whose import takes seconds in a student's kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.expectations.recorded import expectations
from autograder.notebooks.released import released_cells
from autograder.reports.progress import Progress, progress_of
from autograder.verdicts import Verdict


def progress_in(room: str, verdicts: Sequence[Verdict], remarks: Mapping[str, Sequence[str]]) -> Progress:
    """Return the progress that verdicts on all visible checks of a room show, exercises in the notebook's order.

    Args:
        room: whose verdicts these are.
        verdicts: on all its visible checks.
        remarks: on answers, by exercise (see ``remarks_on``).

    Raises:
        NoCourse: neither a released notebook of the room is here nor the course.
    """
    contents = expectations(room).contents(room)
    cells = [cell["metadata"].get("nbgrader", {}) for cell in released_cells(room)]
    points = sum(int(about["points"]) for about in cells if about.get("grade"))
    place = {about["grade_id"]: at for at, about in enumerate(cells) if about.get("solution")}
    verdicts = sorted(verdicts, key=lambda verdict: place.get(f"{room}-{verdict.check.exercise}", len(cells)))
    visible = sum(verdict.check.points for verdict in verdicts)
    return progress_of(contents.chapter, verdicts, contents, points - visible, remarks)
