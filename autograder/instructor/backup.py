"""A course folder and its gradebook in one archive, which `tar` puts back."""

import contextlib
import os
import shutil
import sqlite3
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from autograder.errors import TaskFailed
from autograder.instructor.course.folder import LOCK, CourseFolder, CourseFolderError

SIDE_FILES = ("", "-journal", "-wal", "-shm")  # the gradebook's file, and SQLite's own beside it


class _CourseArchive(tarfile.TarFile):
    def add(self, name: Any, *rest: Any, **options: Any) -> None:
        with contextlib.suppress(FileNotFoundError):  # somebody deleted it meanwhile
            super().add(name, *rest, **options)


def gradebook_of(folder: CourseFolder) -> Path | None:
    """Return the file that a course's db_url names; None where that names a server."""
    from nbgrader.coursedir import CourseDirectory
    from sqlalchemy.engine import make_url

    url = make_url(CourseDirectory(config=folder.nbgrader_config()).db_url)
    if url.get_backend_name() != "sqlite":
        return None
    file = (folder.root / (url.database or "")).resolve()
    if not file.is_relative_to(folder.root):
        raise CourseFolderError(f"the gradebook {file} lies outside of {folder.root}: move it there, and mend db_url")
    return file


def write_backup(folder: CourseFolder, gradebook: Path | None, target: Path) -> int:
    """Write a course folder and its gradebook into a .tar.gz, and return how many other files are in it.

    The caller holds the course's lock. Files come before the gradebook: as after a killed run, a mark can be newer than
    the notebook that shows it, and the next `autograder grade` sets that right. In the other order a notebook would
    vouch for missing marks. Raises CourseFolderError where the archive would lie in the course folder, TaskFailed where
    the gradebook cannot be read or is damaged, and OSError.
    """
    target, root = target.resolve(), folder.root
    if target.is_relative_to(root):
        raise CourseFolderError(f"{target} lies in the course folder: a backup belongs elsewhere, best on another disk")
    beside = [f"{gradebook.relative_to(root)}{end}" for end in SIDE_FILES] if gradebook else []
    skipped = {f"{root.name}/{name}" for name in (LOCK, *beside)}

    def kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        return None if member.name in skipped or Path(member.name).match(".*.draft") else member

    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as place:
        copy = Path(place) / "gradebook.db"
        with tempfile.NamedTemporaryFile(dir=place, delete=False) as draft:  # which only its owner can read
            with _CourseArchive.open(fileobj=draft, mode="w:gz", compresslevel=6) as archive:
                archive.add(root, root.name, filter=kept)
                count = sum(not member.isdir() for member in archive.getmembers())
                if gradebook and gradebook.exists():
                    _copy_gradebook(gradebook, copy)
                    archive.add(copy, gradebook.relative_to(root.parent))
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).replace(target)
    return count


def _copy_gradebook(file: Path, target: Path) -> None:
    # Not `ro`: whoever opens it takes back what a killed run left half done. Not `rwc`: that would make one.
    url = f"{file.as_uri()}?mode=rw"
    try:
        with (
            contextlib.closing(sqlite3.connect(url, uri=True)) as source,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise TaskFailed(f"{file} cannot be copied: {error}") from error
    if verdict != "ok":
        raise TaskFailed(f"{file} is damaged: {verdict}")
    shutil.copymode(file, target)
