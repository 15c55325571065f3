"""From verdicts to progress, without the libraries for notebooks, whose import takes seconds in a student's kernel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from autograder.expectations.recorded import expectations, released_file
from autograder.reports.progress import Progress, progress_of
from autograder.verdicts import Verdict


def progress_in(room: str, verdicts: Sequence[Verdict]) -> Progress:
    """Return the progress that verdicts on all visible checks of a room show, exercises in the notebook's order.

    Raises:
        NoCourse: neither a released notebook of the room is here nor the course.
    """
    contents = expectations(room).contents(room)
    cells = _graded_cells_of(room)
    points = sum(int(about["points"]) for about in cells if about.get("grade"))
    place = {about["grade_id"]: at for at, about in enumerate(cells) if about.get("solution")}
    verdicts = sorted(verdicts, key=lambda verdict: place.get(f"{room}-{verdict.check.exercise}", len(cells)))
    visible = sum(verdict.check.points for verdict in verdicts)
    return progress_of(contents.chapter, verdicts, contents, points - visible)


def _graded_cells_of(room: str) -> list[dict[str, Any]]:
    """Return what nbgrader knows of the cells of a room's released notebook, in order."""
    recorded = released_file(room)
    if recorded.exists():
        cells = json.loads(recorded.read_text(encoding="utf-8"))["cells"]
    else:
        from autograder.notebooks.released import released_notebook

        cells = released_notebook(room).cells
    return [cell["metadata"].get("nbgrader", {}) for cell in cells]
