"""The folder is a link to a friend's, whose work is right.

Would gain: the student, points that the work is not worth.
Base: dennis
"""

from pathlib import Path

from nbformat import NotebookNode


def change(path: Path, notebook: NotebookNode) -> None:
    path.parent.rmdir()
    path.parent.symlink_to(path.parents[2] / "ada" / path.parent.name)
