"""One reader for each system. A download is of one system: the one that knows most of its files.

A student chooses the end of a file's name, and may choose one that another system would give. So what the others would
say of a file is kept beside what its own system says: where they name two people, nobody is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile, Reader, shared_folders
from autograder.instructor.collecting.systems import (
    blackboard,
    canvas,
    classroom50,
    github_classroom,
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
    classroom50.read,
    github_classroom.read,
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
    known = [{id(file.entry): file for file in read(entries, depth)} for read in (*SYSTEMS, plain.read)]
    anything = known[-1]
    most = max(known[:-1], key=len)
    theirs = most if most and 2 * len(most) >= len(anything) else anything
    system = next(iter(theirs.values())).system if theirs else ""
    found = []
    for entry in entries:
        others = tuple(one[id(entry)] for one in known if id(entry) in one and one is not theirs)
        if id(entry) in theirs:
            named = tuple(other for other in others if other.system != plain.SYSTEM)
            found.append(replace(theirs[id(entry)], others=(*named, plain.of_its_folders(entry))))
        elif others:
            found.append(DownloadedFile(entry, system, (), others=others))
    return found
