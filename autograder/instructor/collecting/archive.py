"""Read a download, a zip or a folder, without unpacking it.

Defends: nothing is written under a name of the download, so no name can lead out of the course folder. Entries are read
one at a time, each up to ``MAX_NOTEBOOK_BYTES``; those of a folder as ``opening`` says, so that no link leads out,
whenever it was made. An entry is refused with the reason, and the others are read, where it is too large, compressed
beyond reason, a link or encrypted, and where its name is absolute, leads upwards or occurs twice. Of a folder with too
many files, the outermost that differs from student to student, the first are read, and those of all other folders. A
zip that a student handed in is opened in its place, one level deep and with the same limits; one larger than a notebook
can be, and every other archive, is refused. Does not defend: the time to read entries within the limits, which
``collect`` limits for each student.
"""

import io
import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice, takewhile
from pathlib import Path

from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.course.opening import Place
from autograder.notebooks.graft import MAX_NOTEBOOK_BYTES

MAX_FILES = 20_000  # of one student
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
    place: Place | None = None  # on this machine, where the download is a folder
    given: int | None = None  # how many of its parts lead to a clone of git's, and not into it; None outside one

    def read(self, limit: int) -> bytes:
        """Return its first bytes, or raise EntryRefused."""
        if self.refused:
            raise EntryRefused(self.refused)
        return self.content(limit)


@contextmanager
def open_download(path: Path) -> Iterator[Sequence[DownloadEntry]]:
    """Yield the entries of a zip or a folder, or a file by itself; raise CourseFolderError for another archive."""
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
        yield [_file_entry(Place.at(path.parent, path.name))]


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
        return _zip_entries(zipfile.ZipFile(io.BytesIO(content)), of_one_student=True)
    except DAMAGED as error:
        raise EntryRefused("it is a damaged zip") from error


def _inner_entry(outer: DownloadEntry, index: int, inner: DownloadEntry) -> DownloadEntry:
    """Return an entry of a zip with its place in the download; the zip is not held open for it."""

    def content(limit: int) -> bytes:
        return _inner_entries(outer)[index].content(limit)

    parts = (*outer.parts, *inner.parts) if inner.parts else ()
    return DownloadEntry(f"{outer.name}/{inner.name}", parts, inner.refused, content, inner.modified or outer.modified)


def shared_depth(paths: Iterable[tuple[str, ...]]) -> int:
    """Return how many folders, one in another, all files lie in, given their paths; an empty one does not count."""
    levels = zip(*(path[:-1] for path in paths if path), strict=False)
    return sum(1 for _ in takewhile(lambda names: len(set(names)) == 1, levels))


def _first_unread(entry: DownloadEntry) -> DownloadEntry:
    """Return an entry, of nobody, that is named for all that follow it."""
    return replace(entry, parts=(), refused=f"after {MAX_FILES:,} files of its folder it and the rest are not read")


def _zip_entries(archive: zipfile.ZipFile, *, of_one_student: bool = False) -> list[DownloadEntry]:
    listed = list(islice(_listed(archive), MAX_FILES + 1 if of_one_student else None))
    depth = shared_depth(entry.parts for _, entry in listed)
    entries, names, counts = list[DownloadEntry](), set[str](), Counter[str]()
    for info, entry in listed:
        whose = "".join(entry.parts[: depth + 1][-1:]) if not of_one_student else ""
        counts[whose] += 1
        if counts[whose] > MAX_FILES:
            if counts[whose] == MAX_FILES + 1:
                entries.append(_first_unread(entry))
            continue
        reason = entry.refused or _unsafe_entry(info, entry.parts[-1])
        key = unicodedata.normalize("NFC", "/".join(entry.parts)).casefold()
        if not reason and key in names:
            reason = "an earlier entry has the same name"
        if not reason:
            names.add(key)
        entries.append(replace(entry, refused=reason))
    return entries


def _listed(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, DownloadEntry]]:
    """Yield what is no folder and no litter; refused by its name alone."""
    for info in archive.infolist():
        name = _decoded_name(info)
        parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
        if LITTER & set(parts) or (name.endswith("/") and not _unsafe_kind(info.external_attr >> 16)):
            continue
        unsafe = _unsafe_name(name, parts)
        content, modified = _zip_reader(archive, info), _modified_seconds(info)
        yield info, DownloadEntry(name, () if unsafe else parts, unsafe, content, modified)


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


def _folder_entries(root: Path) -> list[DownloadEntry]:
    inside, given = _inside(Place.at(root), None)
    with suppress(OSError):
        while len(inside) == 1 and inside[0].is_folder:
            inside, given = _inside(inside[0], given)
    entries = list[DownloadEntry]()
    for outermost in inside:
        files = _entries_in(outermost, given)
        entries += islice(files, MAX_FILES)
        entries += map(_first_unread, islice(files, 1))
    return entries


def _entries_in(place: Place, given: int | None) -> Iterator[DownloadEntry]:
    """Yield a file, or those of a folder level by level: a student's own lie above those of an environment there."""
    waiting = deque([(place, given)])
    while waiting:
        place, given = waiting.popleft()
        if not place.is_folder:
            yield _file_entry(place, given)
            continue
        try:
            inside, given = _inside(place, given)
        except OSError as error:  # without access, such as one that a student has closed
            yield replace(_file_entry(place, given), refused=f"it cannot be read: {error.strerror}")
        else:
            waiting.extend((inner, given) for inner in inside)


def _inside(folder: Place, given: int | None) -> tuple[list[Place], int | None]:
    """Return what counts in a folder, and how many parts of its path lead to a clone, once it is one or in one."""
    children = folder.children()
    if given is None and any(child.names[-1] == ".git" and child.is_folder for child in children):
        given = len(folder.names)
    return [child for child in children if child.names[-1] not in LITTER], given


def _file_entry(place: Place, given: int | None = None) -> DownloadEntry:
    # A folder can hold names that are no text; they are shown, and never written to.
    parts = tuple(os.fsencode(name).decode("utf-8", "replace") for name in place.names)
    *_, above, status = place.seen
    reason = _unsafe_kind(status.st_mode) or _unsafe_size(status.st_size, parts[-1])
    if status.st_nlink > 1 and status.st_uid != above.st_uid:
        reason = reason or "it is a link to a file of another account"

    def content(limit: int) -> bytes:
        try:
            return place.read(min(limit, MAX_NOTEBOOK_BYTES + 1))
        except OSError as error:
            raise EntryRefused(f"it cannot be read: {error.strerror}") from error

    return DownloadEntry("/".join(parts), parts, reason, content, status.st_mtime, place, given)
