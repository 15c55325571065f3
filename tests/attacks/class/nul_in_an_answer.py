"""An answer of its own cell holds a NUL, which no Python source may.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.attacks.corpus import write


def change(path: Path, notebook: NotebookNode) -> None:
    notebook.cells.append(nbformat.v4.new_code_cell("x = 1\x00"))
    written = next(mine for mine in notebook.cells if mine.cell_type == "markdown" and "nbgrader" in mine.metadata)
    written.source = "\x00\ud800"
    write(path, notebook)
