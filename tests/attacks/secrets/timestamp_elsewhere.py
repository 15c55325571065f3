"""The time of handing in is a link to a file of the instructor's.

Would gain: the student, what only the instructor should read.
"""

from pathlib import Path

from nbformat import NotebookNode

from tests.attacks.corpus import write


def change(path: Path, notebook: NotebookNode) -> None:
    write(path, notebook)
    (path.parent / "timestamp.txt").symlink_to(path.parents[3] / "source" / "secret.txt")
