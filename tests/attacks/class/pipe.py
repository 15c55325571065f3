"""The notebook is a pipe into which nobody writes.

Would gain: nobody; the class is not graded, or others lose marks or time.
Base: dennis
"""

import os
from pathlib import Path

from nbformat import NotebookNode


def change(path: Path, notebook: NotebookNode) -> None:
    os.mkfifo(path)
