"""Results that take minutes to compute, kept in the user's cache folder under the digest of all their inputs."""

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import platformdirs
from filelock import FileLock

FOLDER = platformdirs.user_cache_path("autograder")
UNUSED_S = 60 * 24 * 3600.0  # two months


def cache_folder(name: str) -> Path:
    """Return a folder for results; where it cannot be written, a temporary one: that costs time, and no release."""
    return _writable(FOLDER / name)


@cache
def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="autograder-"))


def locked(name: str) -> FileLock:
    """Return a lock that one thread of one process holds at a time, so that nothing is computed twice side by side."""
    return FileLock(cache_folder("locks") / f"{name}.lock")


def cached(name: str, digest: str, make: Callable[[], bytes]) -> bytes:
    """Return the result of this name and digest; make and keep it if it is not there."""
    folder = cache_folder("results")
    path = folder / f"{name}-{digest}"
    with locked(name):
        with suppress(OSError):
            content = path.read_bytes()
            os.utime(path)
            return content
        content = make()
        draft = path.with_name(f".{path.name}.draft")  # of this name alone, as the lock is
        with suppress(OSError):
            draft.write_bytes(content)
            draft.replace(path)
            _remove_unused(folder)
    return content


def _remove_unused(folder: Path) -> None:
    for file in folder.iterdir():
        if file.stat().st_mtime < time.time() - UNUSED_S:
            file.unlink(missing_ok=True)
