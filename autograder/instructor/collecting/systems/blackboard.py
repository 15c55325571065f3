"""Blackboard: the zip of "Assignment File Download", and what nbgrader's ``zip_collect`` takes as its example.

A file is called ``Layers_ada_attempt_2026-11-05-22-41-07_2-layers.ipynb``: assignment, user name, time, file name. No
time zone is given, so the times only put the attempts of a student in order.

Source: the help of ``FileNameCollectorPlugin.named_regexp`` in nbgrader (``nbgrader/plugins/zipcollect.py``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile, outermost_file
from autograder.instructor.course.directory import Clue

NAME = re.compile(r".*?_(?P<user>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_.*)?(?:\..+)?", re.DOTALL)


def read(entries: Sequence[Entry], depth: int) -> list[DownloadedFile]:
    """Return the files that Blackboard named."""
    return [
        DownloadedFile(entry, "Blackboard", (_clues(name["user"]),), upload=int(name["time"].replace("-", "")))
        for entry in entries
        if (name := NAME.fullmatch(outermost_file(entry, depth)))
    ]


def _clues(user: str) -> tuple[Clue, ...]:
    return Clue("e-mail" if "@" in user else "id", user), Clue("name", user)
