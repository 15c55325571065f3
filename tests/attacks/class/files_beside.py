"""Archives that unpack to far away or to far too much, and modules, lie beside the notebook.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

import io
import zipfile
from pathlib import Path

from nbformat import NotebookNode

from tests.attacks.corpus import MARK, write


def change(path: Path, notebook: NotebookNode) -> None:
    write(path, notebook)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../../" + MARK, "out")
        archive.writestr("/tmp/" + MARK, "out")
        archive.writestr("bomb", bytes(50 << 20))
    for name in ("answers.zip", "2-layers.zip", "2-layers.tar.gz"):
        (path.parent / name).write_bytes(packed.getvalue())
    for name in (
        "nbgrader_config.py",
        "sitecustomize.py",
        "torch.py",
        "conftest.py",
        ".autograder.lock",
        "gradebook.db",
    ):
        (path.parent / name).write_text("raise SystemExit")
