"""Put a backup back: beside its place first, and then into it in one step."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import stat
import tempfile
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.errors import WouldOverwrite, WrongUse
from autograder.instructor.backup.write import ABOUT, FORMAT, GRADEBOOK, INSIDE
from autograder.instructor.course.folder import CourseFolder, CourseFolderError

AT_FDCWD, RENAME_EXCHANGE = -100, 2  # of Linux's renameat2
NO_EXCHANGE = (errno.EINVAL, errno.ENOSYS)  # a file system, or a system, that has none


class NoBackup(WrongUse):
    """A file is no backup, or a damaged one."""


@dataclass(frozen=True)
class Restored:
    """What was put back.

    Attributes:
        folder: the course folder.
        made: when the backup was, as text.
        aside: where the folder is kept that was there; None where there was none.
    """

    folder: Path
    made: str
    aside: Path | None


def restore(file: Path, target: Path | None, *, replace: bool) -> Restored:
    """Put a backup back. Killed at any moment, the folder is the old one or the new one.

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
            about = _about(archive, file)
            if target is None and Path("nbgrader_config.py").exists():
                raise CourseFolderError("this is a course folder: run it in the folder above, or name a folder")
            place = (target or Path(about["course"])).resolve()
            _refuse(place, replace=replace)
            staging = Path(tempfile.mkdtemp(prefix=f".{place.name}.restoring-", dir=place.parent))
            try:
                return _restore(archive, about, staging, place)
            finally:
                shutil.rmtree(staging, ignore_errors=True)  # it is there no more if all went well
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise NoBackup(f"{file} is no backup, or damaged: {error}") from error


def _about(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads(archive.read(ABOUT))
        name, gradebook = about["course"], about["gradebook"]
        known = about["format"] == FORMAT and isinstance(about["made"], str)
        known = known and name != ".." and PurePosixPath(name).parts == (name,)
        known = known and (gradebook is None or (gradebook["name"] == GRADEBOOK and isinstance(gradebook["file"], str)))
    except (KeyError, TypeError, ValueError):
        known = False
    if not known:
        raise NoBackup(f"{file} is no backup that this version of `autograder backup` wrote")
    return about


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


def _restore(archive: zipfile.ZipFile, about: dict[str, Any], staging: Path, place: Path) -> Restored:
    course = staging / INSIDE
    _extract(archive, staging)
    if about["gradebook"]:
        (staging / GRADEBOOK).rename(_inside(course, about["gradebook"]["file"]))
    is_course = (place / "nbgrader_config.py").exists()
    with ExitStack() as held:
        if is_course:
            held.enter_context(CourseFolder(place).only_one_grader())
            held.enter_context(CourseFolder(place).nobody_marks())
        os.sync()
        aside = _put(course, place, place.with_name(f"{place.name}-before-{datetime.now():%Y-%m-%d-%H%M%S}"))
    return Restored(place, about["made"], aside)


def _extract(archive: zipfile.ZipFile, staging: Path) -> None:
    """Unpack, links last, so that nothing is written through one."""
    links, folders = list[tuple[Path, str]](), list[tuple[Path, int]]()
    for info in archive.infolist():
        path, mode = _inside(staging, info.filename), info.external_attr >> 16
        path.parent.mkdir(parents=True, exist_ok=True)
        if stat.S_ISLNK(mode):
            links.append((path, archive.read(info).decode()))
        elif info.is_dir():
            path.mkdir(exist_ok=True)
            folders.append((path, stat.S_IMODE(mode)))
        else:
            with archive.open(info) as source, path.open("xb") as target:
                shutil.copyfileobj(source, target)
            if mode:
                path.chmod(stat.S_IMODE(mode) & 0o777)
    for path, leads_to in links:
        path.symlink_to(leads_to)
    for path, mode in reversed(folders):
        path.chmod(mode & 0o777 | stat.S_IRWXU)


def _inside(root: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or parts[0] == "/":
        raise NoBackup(f"it is no backup: it holds {name!r}, which leads out of the folder")
    return root.joinpath(*parts)


def _put(course: Path, place: Path, aside: Path) -> Path | None:
    """Move a folder into its place in one step, and return where what was there is kept; None where nothing was."""
    if not place.exists() or not any(place.iterdir()):
        course.rename(place)  # also onto an empty folder
        return None
    course.rename(aside)  # whole, under the name that the old one will have
    _exchange(aside, place)
    return aside


def _exchange(one: Path, other: Path) -> None:
    """Let two folders exchange their names in one step, or in three where the system cannot do it in one."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is not None:
        if renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
            return
        if ctypes.get_errno() not in NO_EXCHANGE:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    between = one.with_name(f"{one.name}-")
    other.rename(between)
    one.rename(other)
    between.rename(one)
