"""Blackboard, Google Classroom, any other system, and plain folders: a download without numbers of its own.

Files are called ``STUDENT/2-layers.ipynb``, ``STUDENT/2-layers/2-layers.ipynb`` or ``STUDENT_2-layers.ipynb``.

The outermost folder that names a student decides, since the student has named all that is further inside. A clone of
a student's repository is known by its folder's name, or by a folder above it: nothing inside says whose it is. A
``timestamp.txt`` beside a notebook, as nbgrader writes it, says when it was handed in. The time of a file itself does
not: it can be that of a copy, and only puts several files of one student in order.

A system that is not read here can give a file a name whose end its student has chosen, as Google Classroom does in
``Ada Lovelace - bob.ipynb``, and Blackboard after ``_attempt_`` and a time: that end never says whose it is.
"""

import contextlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from autograder.instructor.collecting.archive import DownloadEntry, EntryRefused
from autograder.instructor.collecting.downloaded import DownloadedFile, given_parts
from autograder.instructor.course.directory import Clue, any_of
from autograder.instructor.course.folder import TIMESTAMP, parse_timestamp

SYSTEM = "folder"
MAX_TIMESTAMP_BYTES = 100
MOST_WORDS = 20  # of a file's name; the others are one
OF_BLACKBOARD = re.compile(r"_attempt_\d{4}(-\d\d){5}")


def read(entries: Sequence[DownloadEntry], depth: int) -> list[DownloadedFile]:
    times = {entry.parts[:-1]: _time(entry) for entry in entries if entry.parts[-1:] == (TIMESTAMP,)}
    return [
        DownloadedFile(entry, SYSTEM, (clues,) if (clues := _clues(entry)) else (), times.get(entry.parts[:-1]))
        for entry in entries
        if entry.parts[-1:] != (TIMESTAMP,)
    ]


def of_its_folders(entry: DownloadEntry) -> DownloadedFile:
    """Return the reading of a file by its folders, without its own name."""
    return DownloadedFile(entry, SYSTEM, (_folder_clues(entry),))


def _folder_clues(entry: DownloadEntry) -> tuple[Clue, ...]:
    folders = given_parts(entry)[: max(0, len(entry.parts) - 1)]
    return tuple(clue for folder in folders for clue in any_of(folder))


def _clues(entry: DownloadEntry) -> tuple[Clue, ...]:
    has_its_name = entry.parts and given_parts(entry) == entry.parts
    names = _beginnings_and_ends(entry.parts[-1]) if has_its_name else []
    return _folder_clues(entry) + tuple(clue for name in names for clue in any_of(name))


def _beginnings_and_ends(file: str) -> list[str]:
    """Return the parts of a file's name that can name a student, the longest first."""
    name = re.sub(r"(\.ipynb|\.txt|\.json)+$", "", file, flags=re.IGNORECASE)
    if OF_BLACKBOARD.search(name):
        return []
    name, google_classrooms, _ = name.partition(" - ")
    words = name.split("_", MOST_WORDS)
    beginnings = ["_".join(words[:count]) for count in range(len(words), 0, -1)]
    return beginnings if google_classrooms else [*beginnings, *("_".join(words[at:]) for at in range(1, len(words)))]


def _time(entry: DownloadEntry) -> datetime | None:
    with contextlib.suppress(EntryRefused):
        when = parse_timestamp(entry.read(MAX_TIMESTAMP_BYTES).decode(errors="replace").strip())
        return when and when.replace(tzinfo=UTC)
    return None
