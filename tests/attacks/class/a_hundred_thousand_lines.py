"""An answer has as many lines as fit into it, on which a comparison of programs would spend the better part of an hour.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.instructor.grading.broken import cell


def change(path: Path, notebook: NotebookNode) -> None:
    cell(notebook, "layers-Sequential").source = "1\n" * 130_000
    nbformat.write(notebook, path)
