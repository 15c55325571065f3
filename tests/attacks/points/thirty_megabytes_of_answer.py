"""One answer has thirty megabytes, and three times as many on their way.

Would gain: the student, points that the work is not worth.
"""

import json
from pathlib import Path

from nbformat import NotebookNode

from tests.instructor.grading.broken import cell


def change(path: Path, notebook: NotebookNode) -> None:
    cell(notebook, "layers-Flatten").source += "\n# " + "ü" * (15 << 20)
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
