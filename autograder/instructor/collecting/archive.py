"""Read a download, a zip or a folder, without unpacking it.

Defends: nothing is written under a name of the download, so no name can lead out of the course folder. Entries are read
one at a time, each up to ``MAX_NOTEBOOK_BYTES``. An entry is refused with the reason, and the others are read, where
there are too many, where it is too large, compressed beyond reason, a link or encrypted, and where its name is
absolute, leads upwards or occurs twice. A zip that a student handed in is opened in its place, one level deep and with
the same limits; one larger than a notebook can be, and every other archive, is refused. Does not defend: the time to
read entries within the limits. Assumes: the download is not changed while it is read.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from autograder.instructor.course.folder import CourseFolderError
from autograder.notebooks.graft import MAX_NOTEBOOK_BYTES, MalformedNotebook, read_capped

MAX_ENTRIES = 20_000
MAX_TOTAL_BYTES = 4 << 30
MAX_RATIO = 200
SMALL = 1 << 20  # below this, no ratio is dangerous
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED, UTF_8 = 0x1, 0x800
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
ARCHIVE = "it is an archive: unpack it, and collect the folder"
DAMAGED = (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error)
# Files that systems and editors leave behind.
LITTER = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".ipynb_checkpoints", "__pycache__"}


class EntryRefused(Exception):
    """One entry cannot be read; the message says why."""


@dataclass(frozen=True)
class DownloadEntry:
    """A file of a download."""

    name: str  # its path as the download has it, for messages
    parts: tuple[str, ...]  # of that path, outermost first; none of them leads upwards. Empty where the path is refused
    refused: str  # why it is not read; or empty
    content: Callable[[int], bytes]  # returns its first bytes, whether it is refused or not, or raises ``EntryRefused``
    modified: float = 0.0  # when it was changed last, as seconds to order files by; 0 where nothing says it
    path: Path | None = None  # on this machine, where the download is a folder

    def read(self, limit: int) -> bytes:
        """Return its first bytes.

        Raises:
            EntryRefused: it is refused, or cannot be read.
        """
        if self.refused:
            raise EntryRefused(self.refused)
        return self.content(limit)


@contextmanager
def open_download(path: Path) -> Iterator[Sequence[DownloadEntry]]:
    """Yield the entries of a zip or a folder, or a file by itself.

    Raises:
        CourseFolderError: it is an archive of another kind, or a damaged one.
        OSError: it cannot be read, or is not there.
    """
    path.stat()  # raises the right error where there is nothing
    if path.is_dir():
        yield _folder_entries(path)
    elif zipfile.is_zipfile(path):
        try:
            archive = zipfile.ZipFile(path)
        except UnicodeDecodeError as error:
            raise CourseFolderError(
                f"{path}: its names are not in the encoding it says: unpack it, give the folder"
            ) from error
        except DAMAGED as error:
            raise CourseFolderError(f"{path} is a damaged zip: download it again ({error})") from error
        with archive:
            yield _zip_entries(archive)
    elif path.name.casefold().endswith(ARCHIVES):
        raise CourseFolderError(f"{path} is not a zip: unpack it, and give the folder")
    else:
        yield [_file_entry(path.parent, path)]


# A zip in the download


def unzipped(entry: DownloadEntry) -> list[DownloadEntry]:
    """Return the entries of a zip that a student handed in; any other entry by itself."""
    if entry.refused != ARCHIVE or not entry.name.casefold().endswith(".zip"):
        return [entry]
    try:
        inner_entries = _inner_entries(entry)
    except EntryRefused as refused:
        return [replace(entry, refused=str(refused))]
    return [_inner_entry(entry, index, inner) for index, inner in enumerate(inner_entries)]


@lru_cache(maxsize=1)  # entries are read one after the other
def _inner_entries(outer: DownloadEntry) -> Sequence[DownloadEntry]:
    content = outer.content(MAX_NOTEBOOK_BYTES + 1)
    if len(content) > MAX_NOTEBOOK_BYTES:
        raise EntryRefused(f"it is a zip of more than {MAX_NOTEBOOK_BYTES >> 20} MiB")
    try:
        return _zip_entries(zipfile.ZipFile(io.BytesIO(content)))
    except DAMAGED as error:
        raise EntryRefused("it is a damaged zip") from error


def _inner_entry(outer: DownloadEntry, index: int, inner: DownloadEntry) -> DownloadEntry:
    """Return an entry of a zip with its place in the download; the zip is not held open for it."""

    def content(limit: int) -> bytes:
        return _inner_entries(outer)[index].content(limit)

    parts = (*outer.parts, *inner.parts) if inner.parts else ()
    return DownloadEntry(f"{outer.name}/{inner.name}", parts, inner.refused, content, inner.modified or outer.modified)


# Entries of a zip


def _zip_entries(archive: zipfile.ZipFile) -> list[DownloadEntry]:
    entries, names, total_bytes = list[DownloadEntry](), set[str](), 0
    for info in archive.infolist():
        name = _decoded_name(info)
        parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
        if LITTER & set(parts) or (name.endswith("/") and not _unsafe_kind(info.external_attr >> 16)):
            continue
        unsafe_name = _unsafe_name(name, parts)
        reason = unsafe_name or _unsafe_entry(info, parts[-1])
        key = unicodedata.normalize("NFC", "/".join(parts)).casefold()
        if not reason and key in names:
            reason = "an earlier entry has the same name"
        if not reason and total_bytes + info.file_size > MAX_TOTAL_BYTES:
            reason = f"the entries before it have {MAX_TOTAL_BYTES >> 30} GiB already"
        if len(entries) == MAX_ENTRIES:
            reason = f"there are more than {MAX_ENTRIES} entries"
        if not reason:
            names.add(key)
            total_bytes += info.file_size
        entries.append(
            DownloadEntry(
                name, () if unsafe_name else parts, reason, _zip_reader(archive, info), _modified_seconds(info)
            )
        )
        if len(entries) > MAX_ENTRIES:
            break  # one is named for all that follow
    return entries


def _decoded_name(info: zipfile.ZipInfo) -> str:
    """Return an entry's name; one in UTF-8 that does not say so, as from macOS, is read as that."""
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


def _unsafe_kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "it is a link"
    is_known = stat.S_IFMT(mode) in (0, stat.S_IFREG, stat.S_IFDIR)  # 0: the zip leaves it open
    return "" if is_known else "it is not a file"


def _unsafe_entry(info: zipfile.ZipInfo, name: str) -> str:
    if reason := _unsafe_kind(info.external_attr >> 16):
        return reason
    if info.flag_bits & ENCRYPTED:
        return "it is encrypted"
    if info.compress_type not in METHODS:
        return "it is compressed by a method that is not read here"
    if reason := _unsafe_size(info.file_size, name):
        return reason
    if info.file_size > SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size):
        return f"it would grow to more than {MAX_RATIO} times its size"
    return ""


def _unsafe_size(size: int, name: str) -> str:
    if name.casefold().endswith(ARCHIVES):
        return ARCHIVE
    return f"it has more than {MAX_NOTEBOOK_BYTES >> 20} MiB" if size > MAX_NOTEBOOK_BYTES else ""


def _modified_seconds(info: zipfile.ZipInfo) -> float:
    """Return an entry's time as seconds; a zip knows no time zone, so they only order its entries."""
    try:
        return datetime(*info.date_time, tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _zip_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def content(limit: int) -> bytes:
        try:
            with archive.open(info) as file:
                return file.read(limit)
        except (*DAMAGED, zlib.error, EOFError, RuntimeError, OSError) as error:
            raise EntryRefused("it is damaged") from error

    return content


# Entries of a folder


def _folder_entries(root: Path) -> list[DownloadEntry]:
    entries: list[DownloadEntry] = []
    for folder, folders, names in os.walk(root, onerror=lambda error: entries.append(_closed_entry(root, error))):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in LITTER and name not in links)
        for name in sorted({*names, *links} - LITTER):
            try:
                entries.append(_file_entry(root, Path(folder) / name))
            except OSError as error:
                entries.append(_closed_entry(root, error))
            if len(entries) > MAX_ENTRIES:  # one is named for all that follow
                return [*entries[:-1], replace(entries[-1], refused=f"there are more than {MAX_ENTRIES} files")]
    return entries


def _closed_entry(root: Path, error: OSError) -> DownloadEntry:
    """Return an entry for a file or folder below the root without access, such as one that a student has closed.

    Raises:
        OSError: it is the root.
    """
    path = Path(error.filename)
    if path == root:
        raise error
    parts = _parts(root, path)
    return DownloadEntry("/".join(parts), parts, f"it cannot be read: {error.strerror}", lambda limit: b"", path=path)


def _file_entry(root: Path, path: Path) -> DownloadEntry:
    status = path.lstat()
    reason = _unsafe_kind(status.st_mode) or _unsafe_size(status.st_size, path.name)

    def content(limit: int) -> bytes:
        try:
            return read_capped(path)[:limit]
        except (OSError, MalformedNotebook) as error:
            raise EntryRefused(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from error

    parts = _parts(root, path)
    return DownloadEntry("/".join(parts), parts, reason, content, status.st_mtime, path)


def _parts(root: Path, path: Path) -> tuple[str, ...]:
    # A folder can hold names that are no text; they are shown, and never written to.
    return tuple(os.fsencode(part).decode("utf-8", "replace") for part in path.relative_to(root).parts)
