"""nbgrader's exchange: the folder ``inbound`` of a course.

A submission is a folder called ``ada+2-layers+2026-11-05 22:41:07.123456 UTC+RANDOM``; the last part may be missing.

Source: ``nbgrader/exchange/default/collect.py`` (``_path_to_record``) and ``submit.py`` in github.com/jupyter/nbgrader.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile, outermost
from autograder.instructor.collecting.matching import Clue

TIMESTAMP = "timestamp.txt"
# A student's id may hold a plus.
NAME = re.compile(r"(?P<student>.+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d [\d:.]+) UTC(?:\+[^+]*)?")


def read(entries: Sequence[Entry], depth: int) -> list[DownloadedFile]:
    """Return the files of submissions in the exchange."""
    folders = [
        (entry, outermost(entry, depth)) for entry in entries if entry.parts[1:] and entry.parts[-1] != TIMESTAMP
    ]
    found = [(entry, next(filter(None, map(NAME.fullmatch, names)), None)) for entry, names in folders]
    return [
        DownloadedFile(entry, "nbgrader", ((Clue("id", name["student"]),),), _time(name))
        for entry, name in found
        if name
    ]


def _time(name: re.Match[str]) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(name["time"]).replace(tzinfo=UTC)
    return None
