"""Digests of the cells of earlier releases, in ``releases.json``: they tell a release's change from a student's.

They are by assignment and cell, of all cells but answers.
"""

import json
from pathlib import Path

from autograder.instructor.course.files import read_json, write_atomically
from autograder.notebooks.graft import cell_digest, grade_id_of, is_answer, read_notebook

Cells = dict[str, list[str]]


def earlier_cells(path: Path, assignment: str) -> Cells:
    """Return the digests of each cell in the releases of an assignment; none without a readable file."""
    cells: Cells = read_json(path).get(assignment, {})
    return cells


def remember_release(path: Path, assignment: str, released: Path) -> None:
    """Keep the digests of a release, if there is one, before another takes its place."""
    if not released.exists():
        return
    known = read_json(path)
    cells = known.setdefault(assignment, {})
    for cell in read_notebook(released).cells:
        grade_id = grade_id_of(cell)
        if grade_id and not is_answer(cell):
            cells[grade_id] = list(dict.fromkeys([*cells.get(grade_id, []), cell_digest(cell)]))
    write_atomically(path, json.dumps(known, indent=1) + "\n")
