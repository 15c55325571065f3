"""The outputs have thirty megabytes.

Would gain: nobody; the class is not graded, or others lose marks or time.
Base: ada
"""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.attacks.corpus import write
from tests.instructor.grading.broken import cell


def change(path: Path, notebook: NotebookNode) -> None:
    cell(notebook, "layers-Linear").outputs = [nbformat.v4.new_output("stream", text="x" * (30 << 20))]
    write(path, notebook)
