"""What a command does before it writes where something may be."""

from __future__ import annotations

from pathlib import Path

from autograder.errors import WouldOverwrite


def refuse_or_copy(path: Path, force: bool) -> None:
    """Let nobody's file be overwritten unasked, and never without a copy."""
    import errno
    import shutil

    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder: name a file", str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "does not exist", str(path.parent))
    if path.exists():
        if not force:
            raise WouldOverwrite(f"{path} exists: --force replaces it and keeps a copy beside it")
        shutil.copyfile(path, path.with_name(path.name + ".bak"))
