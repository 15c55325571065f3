"""A course folder and its gradebook in one zip, which any program that unpacks zips puts back."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import TaskFailed
from autograder.instructor.course.folder import LOCK, CourseFolder, CourseFolderError

KINDS = (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK)  # that a zip can hold
SIDE_FILES = ("", "-journal", "-wal", "-shm")  # the gradebook's file, and SQLite's own beside it


class GradebookNotCopied(TaskFailed):
    """The gradebook cannot be read, or is damaged."""


@dataclass(frozen=True)
class Backup:
    """A backup that was written.

    Attributes:
        files: number of the course's files in it, links included.
        has_gradebook: whether the gradebook is in it, as of one moment.
        is_on_server: whether the gradebook is on a server, where it has to be copied.
        links: stored as links, without their targets.
        left_out: neither files, folders nor links, or with a name that no zip can hold.
    """

    files: int
    has_gradebook: bool
    is_on_server: bool
    links: tuple[str, ...]
    left_out: tuple[str, ...]


def write_backup(folder: CourseFolder, target: Path) -> Backup:
    """Write a course folder and its gradebook into a zip. The caller holds the course's lock.

    Files come before the gradebook: as after a killed run, a mark can be newer than the notebook that shows it, and the
    next `autograder grade` sets that right. In the other order a notebook would vouch for missing marks.

    Raises:
        CourseFolderError: the zip would lie in the course folder, or the gradebook lies outside of it.
        GradebookNotCopied: it cannot be read, or is damaged.
        OSError: something cannot be read or written.
    """
    target = target.resolve()
    if target.is_relative_to(folder.root):
        raise CourseFolderError(f"{target} lies in the course folder: a backup belongs elsewhere, best on another disk")
    gradebook = _gradebook_of(folder)
    skipped = {folder.root / LOCK}
    skipped |= {Path(f"{gradebook}{end}") for end in SIDE_FILES} if gradebook else set()
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as place:
        draft, copy = Path(place) / "draft.zip", Path(place) / "gradebook.db"
        draft.touch(mode=0o600)
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            files, links, left_out = _write_files(archive, folder.root, skipped)
            if gradebook and gradebook.exists():
                _copy_gradebook(gradebook, copy)
                archive.write(copy, gradebook.relative_to(folder.root.parent))
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(target)
        return Backup(files, copy.exists(), gradebook is None, tuple(links), tuple(left_out))


def _gradebook_of(folder: CourseFolder) -> Path | None:
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
        raise GradebookNotCopied(f"{file} cannot be copied: {error}") from error
    if verdict != "ok":
        raise GradebookNotCopied(f"{file} is damaged: {verdict}")


def _write_files(archive: zipfile.ZipFile, root: Path, skipped: set[Path]) -> tuple[int, list[str], list[str]]:
    count, links, left_out = 0, list[str](), list[str]()
    for path in _walk(root):
        inside = path.relative_to(root.parent)
        if path in skipped or (path.name.startswith(".") and path.name.endswith(".draft")):
            continue
        with contextlib.suppress(FileNotFoundError):  # somebody deleted it meanwhile
            mode = path.lstat().st_mode
            if not _has_encodable_name(path) or stat.S_IFMT(mode) not in KINDS:
                left_out.append(str(path.relative_to(root)))
                continue
            if stat.S_ISLNK(mode):
                info = zipfile.ZipInfo(inside.as_posix())
                info.external_attr = mode << 16
                archive.writestr(info, os.fsencode(path.readlink()))
                links.append(str(path.relative_to(root)))
            else:
                archive.write(path, inside)
            count += not stat.S_ISDIR(mode)
    return count, links, left_out


def _has_encodable_name(path: Path) -> bool:
    try:
        return bool(str(path).encode())
    except UnicodeEncodeError:
        return False


def _walk(root: Path) -> Iterator[Path]:
    """Yield a folder and all that lies in it; links are not followed."""

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error

    yield root
    for here, folders, files in os.walk(root, onerror=refuse):
        for name in sorted([*folders, *files]):
            yield Path(here) / name
