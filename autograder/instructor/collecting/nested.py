"""A zip that a student handed in, opened in its place, one level deep: what is in it has the clues of the zip.

Defends as ``archive`` does, with the same limits on what is read of it: nothing is unpacked, a zip in it is refused,
and one of more bytes than a notebook may have is not opened. Does not defend: the time to read many such zips.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from autograder.instructor.collecting.archive import Entry, EntryRefused, zip_entries
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.notebooks.graft import MAX_NOTEBOOK_BYTES


def unpacked(file: DownloadedFile) -> list[DownloadedFile]:
    """Return what is in a downloaded file if it is a zip, each with what its system says of the zip; else the file."""
    outer = file.entry
    if outer.packed is None:
        return [file]
    try:
        inside = _contents(outer)
    except EntryRefused as refused:
        return [replace(file, entry=replace(outer, refused=str(refused), packed=None))]
    return [replace(file, entry=_placed(outer, at, inner)) for at, inner in enumerate(inside)]


@lru_cache(maxsize=1)  # entries are read one after the other
def _contents(outer: Entry) -> Sequence[Entry]:
    assert outer.packed is not None
    content = outer.packed(MAX_NOTEBOOK_BYTES + 1)
    if len(content) > MAX_NOTEBOOK_BYTES:
        raise EntryRefused(f"it is a zip of more than {MAX_NOTEBOOK_BYTES >> 20} MiB")
    try:
        return zip_entries(zipfile.ZipFile(io.BytesIO(content)))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise EntryRefused("it is a damaged zip") from error


def _placed(outer: Entry, at: int, inner: Entry) -> Entry:
    """Return an entry of a zip with its place in the download; the zip is not held open for it."""

    def read(limit: int) -> bytes:
        return _contents(outer)[at].read(limit)

    parts = (*outer.parts, *inner.parts) if inner.parts else ()
    return Entry(f"{outer.name}/{inner.name}", parts, inner.refused, read, inner.modified or outer.modified)
