"""What a release computes for minutes, kept in the user's cache until something changes that it was computed from.

That is: the grader, the course with its chapters, checks and data, what is installed, and the Python. Each find lies in
a file whose name is the digest of all these, so that one which no longer holds is not found.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

import platformdirs

import autograder
from autograder.course import Course

FOLDER = platformdirs.user_cache_path("autograder") / "release"
UNUSED_S = 60 * 24 * 3600.0  # two months


def kept(what: str, course: Course, make: Callable[[], bytes]) -> bytes:
    """Return what was computed before from the same, or else compute and keep it.

    It is computed from the course, and from all else that its name says.
    """
    path = FOLDER / _digest(what, course)
    try:
        found = path.read_bytes()
        os.utime(path)
    except OSError:
        found = make()
        _keep(path, found)
    return found


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and remove those that nobody has asked for in a long time."""
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=FOLDER, delete=False) as draft:
            draft.write(content)
        Path(draft.name).replace(path)
        for other in FOLDER.iterdir():
            if other.stat().st_mtime < time.time() - UNUSED_S:
                other.unlink(missing_ok=True)
    except OSError:
        return  # a cache that cannot be written costs time, and no release


@cache
def _installed() -> str:
    return repr(sorted((one.metadata["Name"], one.version) for one in distributions()))


def _digest(what: str, course: Course) -> str:
    said = hashlib.sha256(what.encode())
    said.update(repr((sys.version, course.package, course.book_url, course.repository_url)).encode())
    said.update(_installed().encode())
    folders = (Path(autograder.__file__).parent, course.folder, course.chapters, course.root / "data")
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                said.update(f"{path.relative_to(folder)} {path.stat().st_size}\n".encode())
                said.update(path.read_bytes())
    return said.hexdigest()
