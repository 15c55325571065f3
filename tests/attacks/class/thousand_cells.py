"""A thousand cells of its own stand in front of the answers.

Would gain: nobody; the class is not graded, or others lose marks or time.
Base: ada
"""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.attacks.corpus import write


def change(path: Path, notebook: NotebookNode) -> None:
    notebook.cells[:0] = [nbformat.v4.new_code_cell("Linear = None") for _ in range(1000)]
    write(path, notebook)
