"""A course folder and its gradebook in one zip, and back."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autograder.errors import WorkFailed, WouldOverwrite, WrongUse
from autograder.instructor.course.folder import LOCK, MARKING_LOCK, CourseFolder, CourseFolderError

FORMAT = 2
ABOUT = "backup.json"  # describes the zip
INSIDE = "course"  # the zip's folder with the course's files
KINDS = (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK)  # that a zip can hold
SIDE_FILES = ("", "-journal", "-wal", "-shm")  # the gradebook's file, and SQLite's own beside it


class GradebookNotCopied(WorkFailed):
    """The gradebook cannot be read, or is damaged."""


class NoBackup(WrongUse):
    """A file is no backup, or a damaged one."""


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


@dataclass(frozen=True)
class RestoredCourse:
    """A course folder that was put back.

    Attributes:
        folder: the course folder.
        made: when the backup was written, as text.
        aside: where the folder that was there is kept; None if there was none.
    """

    folder: Path
    made: str
    aside: Path | None


def write_backup(folder: CourseFolder, target: Path) -> Backup:
    """Write a course folder and its gradebook into a zip. The caller holds the course's lock.

    Files come before the gradebook: as after a killed run, a mark may be newer than the notebook that shows it, and the
    next `autograder grade` sets that right. In the other order a notebook would vouch for marks that are missing.

    Raises:
        CourseFolderError: the zip would lie in the course folder, or the gradebook lies outside of it.
        GradebookNotCopied: it cannot be read, or is damaged.
        OSError: something cannot be read or written.
    """
    target = target.resolve()
    if target.is_relative_to(folder.root):
        raise CourseFolderError(f"{target} lies in the course folder: a backup belongs elsewhere, best on another disk")
    gradebook = _gradebook_of(folder)
    skipped = {folder.root / LOCK, folder.root / MARKING_LOCK}
    skipped |= {Path(f"{gradebook}{end}") for end in SIDE_FILES} if gradebook else set()
    about = {"format": FORMAT, "course": folder.root.name, "made": datetime.now(UTC).isoformat()}
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as place:
        draft, copy = Path(place) / "draft.zip", Path(place) / "gradebook.db"
        draft.touch(mode=0o600)
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            files, links, left_out = _write_files(archive, folder.root, skipped)
            if gradebook and gradebook.exists():
                _copy_gradebook(gradebook, copy)
                archive.write(copy, Path(INSIDE) / gradebook.relative_to(folder.root))
            archive.writestr(ABOUT, json.dumps(about, indent=1))
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
            (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise GradebookNotCopied(f"{file} cannot be copied: {error}") from error
    if found != "ok":
        raise GradebookNotCopied(f"{file} is damaged: {found}")


def _write_files(archive: zipfile.ZipFile, root: Path, skipped: set[Path]) -> tuple[int, list[str], list[str]]:
    count, links, left_out = 0, list[str](), list[str]()
    for path in _walk(root):
        inside = str(path.relative_to(root))
        if path in skipped or (path.name.startswith(".") and path.name.endswith(".draft")):
            continue
        with contextlib.suppress(FileNotFoundError):  # somebody deleted it meanwhile
            mode = path.lstat().st_mode
            if not _has_encodable_name(path) or stat.S_IFMT(mode) not in KINDS:
                left_out.append(inside)
                continue
            if stat.S_ISLNK(mode):
                info = zipfile.ZipInfo(f"{INSIDE}/{inside}")
                info.external_attr = mode << 16
                archive.writestr(info, os.fsencode(path.readlink()))
                links.append(inside)
            else:
                archive.write(path, Path(INSIDE) / inside)
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


def restore(file: Path, target: Path | None, *, replace: bool) -> RestoredCourse:
    """Put a backup back: it is unpacked beside its place, and then moved there.

    Args:
        file: the backup.
        target: of the course folder; None for the name that it had, in the current folder.
        replace: put it in the place of a course that is there, which is kept.

    Raises:
        NoBackup: it is none.
        WouldOverwrite: a course is there, and not ``replace``.
        CourseFolderError: somebody is at work in it.
        OSError: something cannot be read or written.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            name, made = _about(archive, file)
            if target is None and Path("nbgrader_config.py").exists():
                raise CourseFolderError("this is a course folder: run it in the folder above, or name a folder")
            place = (target or Path(name)).resolve()
            _refuse(place, replace=replace)
            with tempfile.TemporaryDirectory(prefix=f".{place.name}.restoring-", dir=place.parent) as staging:
                _extract(archive, Path(staging))
                return RestoredCourse(place, made, _put(Path(staging) / INSIDE, place))
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise NoBackup(f"{file} is no backup, or damaged: {error}") from error


def _about(archive: zipfile.ZipFile, file: Path) -> tuple[str, str]:
    """Return the name of the course, and when the backup was written."""
    try:
        about = json.loads(archive.read(ABOUT))
        name, made = about["course"], about["made"]
        is_known = about["format"] == FORMAT and isinstance(made, str) and PurePosixPath(name).parts == (name,)
    except (KeyError, TypeError, ValueError):
        is_known = False
    if not is_known or name == "..":
        raise NoBackup(f"{file} is no backup that this version of `autograder backup` wrote")
    return name, made


def _refuse(place: Path, *, replace: bool) -> None:
    """Raise unless a course may be put there."""
    if Path.cwd().is_relative_to(place):
        raise CourseFolderError(f"you are in {place}: cd .. and name it, autograder restore FILE {place.name}")
    if place.exists() and not place.is_dir():
        raise WouldOverwrite(f"{place} is a file: name a folder")
    if place.exists() and any(place.iterdir()) and not replace:
        raise WouldOverwrite(
            f"{place} is not empty: --replace puts the backup in its place, and keeps what is there beside it"
        )


def _extract(archive: zipfile.ZipFile, staging: Path) -> None:
    """Unpack. Links and rights come last, so that nothing is written through a link or into a closed folder."""
    (staging / INSIDE).mkdir()
    unpacked = [(Path(archive.extract(info, staging)), info.external_attr >> 16) for info in archive.infolist()]
    for path, mode in reversed(unpacked):
        if stat.S_ISLNK(mode):
            leads_to = os.fsdecode(path.read_bytes())
            path.unlink()
            path.symlink_to(leads_to)
        elif mode:
            path.chmod(mode & 0o777 | (stat.S_IRWXU if path.is_dir() else 0))


def _put(course: Path, place: Path) -> Path | None:
    """Move a folder into its place, and return where what was there is kept; None if nothing was."""
    if not place.exists() or not any(place.iterdir()):
        course.rename(place)  # also onto an empty folder
        return None
    with contextlib.ExitStack() as held:
        if (place / "nbgrader_config.py").exists():
            held.enter_context(CourseFolder(place).only_one_grader())
            held.enter_context(CourseFolder(place).nobody_marks())
        aside = place.with_name(f"{place.name}-before-{datetime.now():%Y-%m-%d-%H%M%S}")
        place.rename(aside)
        course.rename(place)
    return aside
