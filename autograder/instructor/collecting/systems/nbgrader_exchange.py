"""nbgrader's exchange: the folder ``inbound`` of a course.

A submission is a folder called ``ada+2-layers+2026-11-05 22:41:07.123456 UTC+RANDOM``; the last part can be missing. A
student has made and named it, and can make others, which are nobody's. So the name is compared with the account that
owns the folder, the notebook and the folders between them, and the time with the disk's time of their last change,
which no student can set. A time that is more than ``SLACK_S`` away from it is only claimed, since a folder can be
renamed and its files written anew. The disk's is not taken instead: nbgrader lets everybody write into a submission
whose name they know, and so one student could make another late. In a zip and in a copy all is claimed.

Source: ``nbgrader/exchange/default/collect.py`` (``_path_to_record``, ``check_owner``) and ``submit.py`` in
github.com/jupyter/nbgrader.
"""

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from autograder.instructor.collecting.archive import DownloadEntry
from autograder.instructor.collecting.downloaded import DownloadedFile, outermost_folders
from autograder.instructor.collecting.owners import ownership_of
from autograder.instructor.course.directory import Clue
from autograder.instructor.course.folder import TIMESTAMP, parse_timestamp
from autograder.instructor.course.records import CLAIMED, PROVED

SYSTEM, INBOUND = "nbgrader", "inbound"
# A student's id can hold a plus.
NAME = re.compile(r"(?P<student>.+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d [\d:.]+) UTC(?:\+[^+]*)?")
SLACK_S = 120  # nbgrader takes the time first, and then looks at the notebooks and copies them


def read(entries: Sequence[DownloadEntry], depth: int) -> list[DownloadedFile]:
    """Return the files of submissions in the exchange."""
    return [file for entry in entries if (file := _named(entry, depth))]


def read_inbound(entries: Sequence[DownloadEntry]) -> list[DownloadedFile] | None:
    """Return all files of a download that is an exchange by its own name; None where it is not called so.

    A file beside the submissions is nobody's, and changes nothing, under any name.
    """
    root = next((entry.place.root for entry in entries if entry.place), None)
    if root is not None and root.resolve().name == INBOUND:
        depth = 0
    elif {entry.parts[:1] for entry in entries if entry.parts} == {(INBOUND,)}:
        depth = 1
    else:
        return None
    return [
        _named(entry, depth) or DownloadedFile(entry, SYSTEM, ())
        for entry in entries
        if entry.parts[-1:] != (TIMESTAMP,) or entry.refused
    ]


def _named(entry: DownloadEntry, depth: int) -> DownloadedFile | None:
    """Return a file with the facts of the outermost folder named as a submission; None without one."""
    if entry.parts[-1:] == (TIMESTAMP,) or entry.refused:
        return None
    names = enumerate(map(NAME.fullmatch, outermost_folders(entry, depth)))
    return next((_handed_in(entry, at, name) for at, name in names if name), None)


def _handed_in(entry: DownloadEntry, at: int, name: re.Match[str]) -> DownloadedFile:
    """Return a file below the folder that is called so, the ``at``-th of its path."""
    seen = entry.place.seen[at + 1 :] if entry.place else ()
    ownership, when = ownership_of(name["student"], seen), _time(name)
    is_proved = ownership.is_proved and when is not None and _agrees(when, seen)
    return DownloadedFile(
        entry,
        SYSTEM,
        ((Clue("id", name["student"]),),),
        when,
        standing=PROVED if is_proved else CLAIMED,
        ownership=ownership,
    )


def _agrees(when: datetime, seen: Sequence[os.stat_result]) -> bool:
    """Whether the disk has the time in a submission's folder name as that of the last change."""
    return abs(max(status.st_ctime for status in seen) - when.timestamp()) <= SLACK_S


def _time(name: re.Match[str]) -> datetime | None:
    when = parse_timestamp(name["time"])
    return when and when.replace(tzinfo=UTC)
