"""Grade ids and cell ids lead out of the folder, into SQL, to other chapters, and occur twice.

Would gain: the student, points that the work is not worth.
"""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.attacks.corpus import write


def change(path: Path, notebook: NotebookNode) -> None:
    ids = ["../../../gradebook", "x'; DROP TABLE grade; --", "/etc/passwd", "dropout-Dropout", "layers-", "x" * 10**6]
    ids += ["<script>alert(1)</script>", "layers-Linear\n", "\x00", "‮layers-Linear"]
    for grade_id in ids:
        metadata = {"nbgrader": {"grade_id": grade_id, "solution": True, "grade": True, "points": 10**9}}
        notebook.cells.append(nbformat.v4.new_code_cell("Flatten = None", metadata=metadata))
    for mine in notebook.cells:
        mine["id"] = "same"
    write(path, notebook)
