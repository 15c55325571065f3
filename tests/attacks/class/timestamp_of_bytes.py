"""The time of handing in is a megabyte that is no text.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

from pathlib import Path

from nbformat import NotebookNode

from tests.attacks.corpus import write


def change(path: Path, notebook: NotebookNode) -> None:
    write(path, notebook)
    (path.parent / "timestamp.txt").write_bytes(b"\xff\x00" * (1 << 19))
