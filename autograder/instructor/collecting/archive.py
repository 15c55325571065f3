"""What lies in a download, a zip or a folder, without ever unpacking it.

Defends: nothing is written under a name of the download, so no name can lead out of the course folder. Entries are read
one at a time, each up to ``MAX_NOTEBOOK_BYTES``; what is too many, too large, compressed beyond reason, a link,
encrypted, an archive of its own, or has a name that is absolute, leads upwards or occurs twice is refused with the
reason, and the others are read. Does not defend: the time that it takes to read what is within the limits. Assumes: the
download is not changed while it is read.
"""

from __future__ import annotations

import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.instructor.course.folder import CourseFolderError
from autograder.notebooks.graft import MAX_NOTEBOOK_BYTES, MalformedNotebook, read_capped

MAX_ENTRIES = 20_000
MAX_TOTAL_BYTES = 4 << 30
MAX_RATIO = 200
SMALL = 1 << 20  # below this, no ratio is dangerous: a notebook of zeros may be one
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED, UTF_8 = 0x1, 0x800
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
ARCHIVE = "it is an archive: unpack it, and collect the folder"
# What systems and editors leave behind; nobody hands it in.
LITTER = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".ipynb_checkpoints", "__pycache__"}


class EntryRefused(Exception):
    """One entry cannot be read; the message says why."""


@dataclass(frozen=True)
class Entry:
    """A file of a download.

    Attributes:
        name: its path as it is written there, for messages.
        parts: of that path, outermost first; none of them leads upwards. Empty where the path is refused.
        refused: why it is not read; or empty.
        read: returns its content up to some bytes, or raises ``EntryRefused``.
        modified: when it was changed last, as seconds to order files by; 0 where nothing says it.
        path: on this machine, where the download is a folder.
        packed: returns its content up to some bytes where it is refused for being a zip, which ``nested`` opens.
    """

    name: str
    parts: tuple[str, ...]
    refused: str
    read: Callable[[int], bytes]
    modified: float = 0.0
    path: Path | None = None
    packed: Callable[[int], bytes] | None = None


@contextmanager
def opened(path: Path) -> Iterator[Sequence[Entry]]:
    """Give what lies in a zip or a folder, or a file by itself.

    Raises:
        CourseFolderError: it is an archive of another kind, or a damaged one.
        OSError: it cannot be read, or is not there.
    """
    path.stat()  # what is not there is told as that
    if path.is_dir():
        yield _listed(path)
    elif zipfile.is_zipfile(path):
        try:
            archive = zipfile.ZipFile(path)
        except UnicodeDecodeError as error:
            raise CourseFolderError(
                f"{path}: its names are not in the encoding it says: unpack it, give the folder"
            ) from error
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise CourseFolderError(f"{path} is a damaged zip: download it again ({error})") from error
        with archive:
            yield zip_entries(archive)
    elif path.name.casefold().endswith(ARCHIVES):
        raise CourseFolderError(f"{path} is no zip: unpack it, and give the folder")
    else:
        yield [_file(path.parent, path)]


def zip_entries(archive: zipfile.ZipFile) -> list[Entry]:
    """Return the entries of a zip; what would be unsafe to read is refused."""
    entries, seen, total = list[Entry](), set[str](), 0
    for info in archive.infolist():
        name = _name(info)
        parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
        if LITTER & set(parts) or (name.endswith("/") and not _is_special(info)):
            continue
        reason = _unsafe_name(name, parts) or _unsafe_entry(info, parts)
        key = unicodedata.normalize("NFC", "/".join(parts)).casefold()
        if not reason and key in seen:
            reason = "an earlier entry has the same name"
        if not reason and total + info.file_size > MAX_TOTAL_BYTES:
            reason = f"the entries before it have {MAX_TOTAL_BYTES >> 30} GiB already"
        if len(entries) >= MAX_ENTRIES:
            reason = f"there are more than {MAX_ENTRIES} entries"
        if not reason:
            seen.add(key)
            total += info.file_size
        safe = () if _unsafe_name(name, parts) else parts
        packed = _reader(archive, info, "") if _is_zip(name, reason) else None
        entries.append(Entry(name, safe, reason, _reader(archive, info, reason), _seconds(info), packed=packed))
        if len(entries) > MAX_ENTRIES:
            break  # one is named for all that follow
    return entries


def _name(info: zipfile.ZipInfo) -> str:
    """Return an entry's name; what is UTF-8 without saying so, as from macOS, is read as that."""
    name = info.orig_filename
    if not info.flag_bits & UTF_8:
        try:
            return name.encode("cp437").decode("utf-8")
        except UnicodeError:
            return name
    return name


def _unsafe_name(name: str, parts: Sequence[str]) -> str:
    if not parts:
        return "it has no name"
    if name.startswith(("/", "\\")) or (len(parts[0]) > 1 and parts[0][1] == ":"):
        return "its path is absolute"
    if ".." in parts:
        return "its path leads out of the archive"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        return "its name holds control characters"
    return ""


def _is_special(info: zipfile.ZipInfo) -> bool:
    mode = info.external_attr >> 16
    return bool(stat.S_IFMT(mode)) and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _unsafe_entry(info: zipfile.ZipInfo, parts: Sequence[str]) -> str:
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link"
    if _is_special(info):
        return "it is no file"
    if info.flag_bits & ENCRYPTED:
        return "it is encrypted"
    if info.compress_type not in METHODS:
        return "it is compressed in a way that is not read here"
    if reason := _unsafe_size(info.file_size, parts[-1]):
        return reason
    if info.file_size > SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size):
        return f"it would grow to more than {MAX_RATIO} times its size"
    return ""


def _unsafe_size(size: int, name: str) -> str:
    if name.casefold().endswith(ARCHIVES):
        return ARCHIVE
    return f"it has more than {MAX_NOTEBOOK_BYTES >> 20} MiB" if size > MAX_NOTEBOOK_BYTES else ""


def _is_zip(name: str, refused: str) -> bool:
    return refused == ARCHIVE and name.casefold().endswith(".zip")


def _seconds(info: zipfile.ZipInfo) -> float:
    """Return an entry's time as seconds; a zip knows no time zone, so they only order what is in it."""
    try:
        return datetime(*info.date_time, tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo, reason: str) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        if reason:
            raise EntryRefused(reason)
        try:
            with archive.open(info) as file:
                return file.read(limit)
        except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, RuntimeError, OSError) as error:
            raise EntryRefused("it is damaged") from error

    return read


def _listed(root: Path) -> list[Entry]:
    entries: list[Entry] = []
    for folder, folders, names in os.walk(root, onerror=lambda error: entries.append(_closed(root, error))):
        linked = [name for name in folders if (Path(folder) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in LITTER and name not in linked)
        for name in sorted({*names, *linked} - LITTER):
            try:
                entries.append(_file(root, Path(folder) / name, too_many=len(entries) == MAX_ENTRIES))
            except OSError as error:
                entries.append(_closed(root, error))
            if len(entries) > MAX_ENTRIES:
                return entries  # one is named for all that follow
    return entries


def _closed(root: Path, error: OSError) -> Entry:
    """Return a file or folder below the root that cannot even be looked at, such as one that a student has closed.

    Raises:
        OSError: it is the root.
    """
    path = Path(error.filename)
    if path == root:
        raise error
    parts, reason = _parts(root, path), f"it cannot be read: {error.strerror}"

    def read(limit: int) -> bytes:
        raise EntryRefused(reason)

    return Entry("/".join(parts), parts, reason, read, path=path)


def _parts(root: Path, path: Path) -> tuple[str, ...]:
    # A folder may hold names that are no text; they are shown, and never written to.
    return tuple(os.fsencode(part).decode("utf-8", "replace") for part in path.relative_to(root).parts)


def _file(root: Path, path: Path, *, too_many: bool = False) -> Entry:
    found = path.lstat()
    reason = _unsafe_file(found, path.name)
    if too_many:
        reason = f"there are more than {MAX_ENTRIES} files"

    def read(limit: int) -> bytes:
        if reason:
            raise EntryRefused(reason)
        try:
            return read_capped(path)[:limit]
        except (OSError, MalformedNotebook) as error:
            raise EntryRefused(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from error

    def packed(limit: int) -> bytes:
        with path.open("rb") as file:
            return file.read(limit)

    parts = _parts(root, path)
    inside = packed if _is_zip(path.name, reason) and stat.S_ISREG(found.st_mode) else None
    return Entry("/".join(parts), parts, reason, read, found.st_mtime, path, inside)


def _unsafe_file(found: os.stat_result, name: str) -> str:
    if stat.S_ISLNK(found.st_mode):
        return "it is a link"
    return _unsafe_size(found.st_size, name) if stat.S_ISREG(found.st_mode) else "it is no file"
