"""Answers hold NUL, halves of characters, text that runs backwards and other ends of lines.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

from pathlib import Path

from nbformat import NotebookNode

from tests.attacks.corpus import write
from tests.instructor.grading.broken import cell


def change(path: Path, notebook: NotebookNode) -> None:
    cell(notebook, "layers-Flatten").source += "\n# ‮ ⁦ \ud800 \u2028 \x0c \x85 \x1b[2J \ufeff\r\n\r# x"
    write(path, notebook)
