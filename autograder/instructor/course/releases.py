"""What the cells of earlier releases held, in ``releases.json``: nobody is told of a change that a release made.

Kept are digests, by assignment and cell, of what is not an answer.
"""

from __future__ import annotations

import json
from pathlib import Path

from autograder.instructor.course.files import write_atomically
from autograder.notebooks.graft import cell_digest, grade_id_of, is_answer, read_notebook

Cells = dict[str, list[str]]


def earlier_cells(path: Path, assignment: str) -> Cells:
    """Return the digests that each cell has had in the releases of an assignment; none where nothing says it."""
    try:
        found: Cells = json.loads(path.read_text(encoding="utf-8")).get(assignment, {})
    except (FileNotFoundError, ValueError, AttributeError):
        return {}
    return found


def remember_release(path: Path, assignment: str, released: Path) -> None:
    """Keep what a release holds, before another takes its place; where there is none, nothing.

    Args:
        path: of the digests.
        assignment: its id.
        released: the notebook, which may not be there.

    Raises:
        OSError: it cannot be written.
    """
    if not released.exists():
        return
    cells = earlier_cells(path, assignment)
    for cell in read_notebook(released).cells:
        grade_id = grade_id_of(cell)
        if grade_id and not is_answer(cell):
            cells[grade_id] = list(dict.fromkeys([*cells.get(grade_id, []), cell_digest(cell)]))
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        known = {}
    write_atomically(path, json.dumps(known | {assignment: cells}, indent=1) + "\n")
