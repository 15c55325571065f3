"""One reader for each system. A download is of one system: the one that knows most of its files.

A student chooses the end of a file's name, and may choose one that another system would give. So what the others would
say of a file is kept beside what its own system says: where they name two people, nobody is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile, Reader, shared_folders
from autograder.instructor.collecting.systems import (
    blackboard,
    canvas,
    github,
    google_classroom,
    gradescope,
    moodle,
    nbgrader_exchange,
    plain,
)

SYSTEMS: tuple[Reader, ...] = (
    gradescope.read,
    nbgrader_exchange.read,
    moodle.read,
    blackboard.read,
    partial(github.read, system="Classroom 50"),
    partial(github.read, system="GitHub"),
    canvas.read,
    google_classroom.read,
)


def read_all(entries: Sequence[Entry]) -> list[DownloadedFile]:
    """Return all files of a download with what its system says of them, in the order of the download.

    Its system is the one that knows most files, and at least half of them; of two, the more particular one, which comes
    first. Where there is none, it is a plain folder. A file that another system named is nobody's. In nbgrader's
    exchange students name everything, so it is known by its own name alone.
    """
    if (inbound := nbgrader_exchange.read_inbound(entries)) is not None:
        return inbound
    depth = shared_folders(entries)
    *by_system, in_folders = [
        {id(file.entry): file for file in read(entries, depth)} for read in (*SYSTEMS, plain.read)
    ]
    most = max(by_system, key=len)
    own = most if most and 2 * len(most) >= len(in_folders) else in_folders
    system = next(iter(own.values())).system if own else ""
    files = []
    for entry in entries:
        others = [known[id(entry)] for known in (*by_system, in_folders) if id(entry) in known and known is not own]
        if id(entry) in own:
            named = [other for other in others if other.system != plain.SYSTEM]
            files.append(replace(own[id(entry)], other_readings=(*named, plain.of_its_folders(entry))))
        elif others:
            files.append(DownloadedFile(entry, system, (), other_readings=tuple(others)))
    return files
