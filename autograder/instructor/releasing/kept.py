"""A cache for results of a release that take minutes: chapters and untouched notebooks that ran, recorded answers.

A result depends on the grader, the course with its chapters, checks and data, the installed distributions, and the
Python. The name of its file is the digest of all these: a result that no longer holds is not found.
"""

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
    """Return the earlier result of the same name and course, or else make and keep it."""
    path = FOLDER / _digest(what, course)
    try:
        content = path.read_bytes()
        os.utime(path)
    except OSError:
        content = make()
        _keep(path, content)
    return content


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and remove files that have not been used for two months."""
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=FOLDER, delete=False) as draft:
            draft.write(content)
        Path(draft.name).replace(path)
        for file in FOLDER.iterdir():
            if file.stat().st_mtime < time.time() - UNUSED_S:
                file.unlink(missing_ok=True)
    except OSError:
        return  # a cache that cannot be written costs time, and no release


@cache
def _installed() -> str:
    return repr(sorted((installed.metadata["Name"], installed.version) for installed in distributions()))


def _digest(what: str, course: Course) -> str:
    digest = hashlib.sha256(what.encode())
    digest.update(repr((sys.version, course.package, course.book_url, course.repository_url)).encode())
    digest.update(_installed().encode())
    folders = (Path(autograder.__file__).parent, course.folder, course.chapters, course.root / "data")
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(folder)} {path.stat().st_size}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
