"""nbgrader's exchange: the folder ``inbound`` of a course.

A submission is a folder called ``ada+2-layers+2026-11-05 22:41:07.123456 UTC+RANDOM``; the last part may be missing. A
student has made and named it, and may make others, which are nobody's. So the name is compared with the account that
owns the folder, the notebook and what is between them, and the time with that at which the disk saw any of these change
last, which no student can set. A time that is more than ``SLACK_S`` away from it is only claimed, since a folder can be
renamed and what is in it written anew. The disk's is not taken instead: nbgrader lets everybody write into a submission
whose name they know, and so one student could make another late. In a zip and in a copy all is claimed.

Source: ``nbgrader/exchange/default/collect.py`` (``_path_to_record``, ``check_owner``) and ``submit.py`` in
github.com/jupyter/nbgrader.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile, outermost_folders
from autograder.instructor.collecting.ownership import owned
from autograder.instructor.course.matching import Clue

SYSTEM, INBOUND, TIMESTAMP = "nbgrader", "inbound", "timestamp.txt"
# A student's id may hold a plus.
NAME = re.compile(r"(?P<student>.+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d [\d:.]+) UTC(?:\+[^+]*)?")
SLACK_S = 120  # nbgrader takes the time first, and then looks at the notebooks and copies them


def read(entries: Sequence[Entry], depth: int) -> list[DownloadedFile]:
    """Return the files of submissions in the exchange.

    Raises:
        OSError: a folder is there no more.
    """
    return [one for entry in entries if (one := _named(entry, depth))]


def read_inbound(entries: Sequence[Entry]) -> list[DownloadedFile] | None:
    """Return all files of a download that is an exchange by its own name; None where it is not called so.

    What students have put beside the submissions is nobody's, and changes nothing, whatever it is called.

    Raises:
        OSError: a folder is there no more.
    """
    paths = [(entry.path, len(entry.parts)) for entry in entries if entry.path]
    if paths and paths[0][0].parents[paths[0][1] - 1].resolve().name == INBOUND:
        depth = 0
    elif {entry.parts[:1] for entry in entries if entry.parts} == {(INBOUND,)}:
        depth = 1
    else:
        return None
    theirs = [entry for entry in entries if entry.parts[-1:] != (TIMESTAMP,) or entry.refused]
    return [_named(entry, depth) or DownloadedFile(entry, SYSTEM, ()) for entry in theirs]


def _named(entry: Entry, depth: int) -> DownloadedFile | None:
    """Return a file in the outermost folder that is called as a submission, or None where there is none."""
    if entry.parts[-1:] == (TIMESTAMP,) or entry.refused:
        return None
    names = enumerate(map(NAME.fullmatch, outermost_folders(entry, depth)))
    return next((_handed_in(entry, at, name) for at, name in names if name), None)


def _handed_in(entry: Entry, at: int, name: re.Match[str]) -> DownloadedFile:
    """Return a file below the folder that is called so, the ``at``-th of its path."""
    inside = len(entry.parts) - at - 1
    paths = [entry.path, *entry.path.parents[:inside]] if entry.path else []
    whose, when = owned(name["student"], paths), _time(name)
    clues, doubt = (Clue("id", name["student"]),), ""
    if whose.is_proved and when:
        doubt = doubt_of(when, paths)
    proved = whose.is_proved and when is not None and not doubt
    return DownloadedFile(entry, SYSTEM, (clues,), when, proved, doubt=doubt, owned=whose)


def doubt_of(when: datetime, paths: Sequence[Path]) -> str:
    """Return how the disk contradicts the time of a submission; empty where it does not.

    Args:
        when: it was handed in, as its folder says.
        paths: of the folder and of what is in it.
    """
    changed = datetime.fromtimestamp(max(path.lstat().st_ctime for path in paths), UTC)
    if abs((changed - when).total_seconds()) <= SLACK_S:
        return ""
    return f"its folder says {when:%Y-%m-%d %H:%M} UTC, the disk {changed:%Y-%m-%d %H:%M} UTC"


def _time(name: re.Match[str]) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(name["time"]).replace(tzinfo=UTC)
    return None
