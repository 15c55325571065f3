"""The gradebook's file, copied while others write to it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from autograder.errors import WorkFailed
from autograder.instructor.course.folder import CourseFolder, CourseFolderError

SIDE_FILES = ("-journal", "-wal", "-shm")  # of SQLite, beside a database


class GradebookNotCopied(WorkFailed):
    """The gradebook cannot be read, or is damaged; the message says which."""


def copy_gradebook(file: Path, target: Path) -> None:
    """Write a copy as of one moment, by SQLite's online backup.

    Raises:
        GradebookNotCopied: it cannot be read, or is damaged.
    """
    try:
        with contextlib.closing(_open(file)) as source, contextlib.closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise GradebookNotCopied(f"{file} cannot be copied: {error}") from error
    if found != "ok":
        raise GradebookNotCopied(f"{file} is damaged: {found}")


def _open(file: Path) -> sqlite3.Connection:
    # Not `ro`: what a killed run left half done is taken back by whoever opens it next. Not `rwc`: it makes none.
    return sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True)


def gradebook_of(folder: CourseFolder) -> Path | None:
    """Return the file that a course's db_url names; None where that names a server.

    Raises:
        CourseFolderError: the file lies outside of the course folder.
    """
    from nbgrader.coursedir import CourseDirectory
    from sqlalchemy.engine import make_url

    url = make_url(CourseDirectory(config=folder.nbgrader_config()).db_url)
    if url.get_backend_name() != "sqlite":
        return None
    file = (folder.root / (url.database or "")).resolve()
    if not file.is_relative_to(folder.root):
        raise CourseFolderError(f"the gradebook {file} lies outside of {folder.root}: move it there, and mend db_url")
    return file
