"""The time of handing in is no time.

Would gain: the student, points that the work is not worth.
"""

from pathlib import Path

from nbformat import NotebookNode

from tests.attacks.corpus import write


def change(path: Path, notebook: NotebookNode) -> None:
    write(path, notebook)
    (path.parent / "timestamp.txt").write_text("x' OR 1=1")
