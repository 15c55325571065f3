"""The notebook is written in another encoding, which is an error of its own.

Would gain: nobody; the class is not graded, or others lose marks or time.
Base: dennis
"""

import json
from pathlib import Path

from nbformat import NotebookNode

from tests.instructor.grading.broken import cell


def change(path: Path, notebook: NotebookNode) -> None:
    cell(notebook, "layers-Flatten").source += "\n# ü"
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="latin-1", errors="replace")
