"""Write a backup: one zip, whole under its name or not there."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.instructor.backup.gradebook import SIDE_FILES, copy_gradebook, gradebook_of
from autograder.instructor.course.folder import LOCK, MARKING_LOCK, CourseFolder, CourseFolderError

FORMAT = 1
ABOUT = "backup.json"  # what the zip says of itself
INSIDE = "course"  # its folder that holds the course's files
GRADEBOOK = "gradebook.db"  # its copy of the gradebook
OLDEST = (1980, 1, 1, 0, 0, 0)  # that a zip can say


@dataclass(frozen=True)
class Backup:
    """What was written.

    Attributes:
        file: the zip.
        files: how many of the course's files it holds, links included.
        has_gradebook: a copy of it, as of one moment.
        is_on_server: the gradebook, which has to be copied there.
        links: kept as links, without what they lead to.
        left_out: what is neither a file, a folder nor a link, or has a name that no zip can hold.
    """

    file: Path
    files: int
    has_gradebook: bool
    is_on_server: bool
    links: tuple[str, ...]
    left_out: tuple[str, ...]


def write_backup(folder: CourseFolder, target: Path) -> Backup:
    """Write a course folder and its gradebook into a zip. The caller holds the course's lock.

    Files come before the gradebook: as after a killed run, a mark may be newer than the notebook that shows it, and the
    next `autograder grade` sets that right. The other way round a notebook would vouch for marks that are not there.

    Raises:
        CourseFolderError: the zip would lie in the course folder, or the gradebook lies outside of it.
        GradebookNotCopied: it cannot be read, or is damaged.
        OSError: something cannot be read or written.
    """
    target = target.resolve()
    if target.is_relative_to(folder.root):
        raise CourseFolderError(f"{target} lies in the course folder: a backup belongs elsewhere, best on another disk")
    gradebook = gradebook_of(folder)
    skipped = {folder.root / LOCK, folder.root / MARKING_LOCK}
    if gradebook:
        skipped |= {gradebook, *(Path(f"{gradebook}{end}") for end in SIDE_FILES)}
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".draft", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                count, links, left_out = _write_files(archive, folder.root, skipped)
                about: dict[str, object] = {"format": FORMAT, "course": folder.root.name}
                about |= {"made": datetime.now(UTC).isoformat(), "gradebook": None}
                if gradebook and gradebook.exists():
                    with tempfile.TemporaryDirectory() as place:
                        copy = Path(place) / GRADEBOOK
                        copy_gradebook(gradebook, copy)
                        archive.write(copy, GRADEBOOK)
                    about["gradebook"] = {"name": GRADEBOOK, "file": str(gradebook.relative_to(folder.root))}
                archive.writestr(ABOUT, json.dumps(about, indent=1))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    return Backup(target, count, about["gradebook"] is not None, gradebook is None, links, left_out)


def _write_files(
    archive: zipfile.ZipFile, root: Path, skipped: set[Path]
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    count, links, left_out = 0, list[str](), list[str]()
    for path in _walk(root):
        inside = path.relative_to(root)
        if path in skipped or (path.name.startswith(".") and path.name.endswith(".draft")):
            continue
        try:
            found = path.lstat()
            name = str(Path(INSIDE) / inside)
            name.encode()
        except FileNotFoundError:  # somebody deleted it meanwhile
            continue
        except UnicodeEncodeError:
            left_out.append(str(inside))
            continue
        info = zipfile.ZipInfo(name, max(OLDEST, time.localtime(found.st_mtime)[:6]))
        info.external_attr, info.compress_type = found.st_mode << 16, zipfile.ZIP_DEFLATED
        if stat.S_ISDIR(found.st_mode):
            info.filename += "/"
            archive.writestr(info, b"")
        elif stat.S_ISLNK(found.st_mode):
            archive.writestr(info, str(path.readlink()))
            links.append(str(inside))
            count += 1
        elif stat.S_ISREG(found.st_mode):
            with contextlib.suppress(FileNotFoundError), path.open("rb") as source:
                info.file_size = found.st_size  # so that the zip is prepared for a large one
                with archive.open(info, "w") as target:
                    shutil.copyfileobj(source, target)
                count += 1
        else:
            left_out.append(str(inside))
    return count, tuple(links), tuple(left_out)


def _walk(root: Path) -> Iterator[Path]:
    """Give all that lies in a folder, the folder first; links are not followed."""
    yield root
    for here, folders, files in os.walk(root, onerror=_tell):
        for name in sorted([*folders, *files]):
            yield Path(here) / name


def _tell(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
