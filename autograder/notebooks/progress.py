"""From verdicts to progress, without the libraries for notebooks, whose import takes seconds in a student's kernel."""

from __future__ import annotations

import json
from collections.abc import Sequence

from autograder.expectations.recorded import expectations, released_file
from autograder.reports.progress import Progress, progress_of
from autograder.verdicts import Verdict


def progress_in(room: str, verdicts: Sequence[Verdict]) -> Progress:
    """Return the progress that verdicts on all visible checks of a room show.

    Raises:
        NoCourse: neither a released notebook of the room is here nor the course.
    """
    contents = expectations(room).contents(room)
    visible = sum(verdict.check.points for verdict in verdicts)
    return progress_of(contents.chapter, verdicts, contents, _points_of(room) - visible)


def _points_of(room: str) -> int:
    """Return the points of the released notebook of a room."""
    recorded = released_file(room)
    if recorded.exists():
        cells = json.loads(recorded.read_text(encoding="utf-8"))["cells"]
    else:
        from autograder.notebooks.released import released_notebook

        cells = released_notebook(room).cells
    graded = (cell["metadata"].get("nbgrader", {}) for cell in cells)
    return sum(int(about["points"]) for about in graded if about.get("grade"))
