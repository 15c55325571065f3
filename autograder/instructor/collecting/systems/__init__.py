"""One reader for each system, the most particular first: a file belongs to the first that knows it."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile, Reader, shared_folders
from autograder.instructor.collecting.systems import (
    blackboard,
    canvas,
    github_classroom,
    google_classroom,
    gradescope,
    moodle,
    nbgrader_exchange,
    plain,
)

READERS: tuple[Reader, ...] = (
    gradescope.read,
    nbgrader_exchange.read,
    moodle.read,
    blackboard.read,
    github_classroom.read,
    canvas.read,
    google_classroom.read,
    plain.read,
)


def read_all(entries: Sequence[Entry]) -> list[DownloadedFile]:
    """Return all files of a download with what its system says of them, in the order of the download."""
    found: dict[int, DownloadedFile] = {}
    depth = shared_folders(entries)
    for read in READERS:
        found |= {id(file.entry): file for file in read([entry for entry in entries if id(entry) not in found], depth)}
    return [found[id(entry)] for entry in entries if id(entry) in found]
