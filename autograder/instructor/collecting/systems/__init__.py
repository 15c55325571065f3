"""A reader for each system. A download is of one system: the one that knows most of its files.

A student chooses the end of a file's name, and can choose one that another system would give. So the readings of other
systems are kept beside that of its own: where they name two people, the file is nobody's.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from autograder.instructor.collecting.archive import DownloadEntry, shared_depth
from autograder.instructor.collecting.downloaded import DownloadedFile, given_parts
from autograder.instructor.collecting.systems import canvas, gradescope, moodle, nbgrader_exchange, other_systems

# Takes the entries, and the number of folders that all of them lie in; returns the files that it knows.
Reader = Callable[[Sequence[DownloadEntry], int], list[DownloadedFile]]
SYSTEMS: tuple[Reader, ...] = (gradescope.read, nbgrader_exchange.read, moodle.read, canvas.read)


def read_all(entries: Sequence[DownloadEntry]) -> list[DownloadedFile]:
    """Return all files of a download with its system's facts, in the order of the download.

    Its system is the one that knows most files, and at least half of them; of two, the more particular one, which comes
    first in ``SYSTEMS``. Where there is none, as for Blackboard and Google Classroom, it is a plain folder. A file that
    another system named is nobody's. In nbgrader's exchange students name everything, so it is known by its own name
    alone.
    """
    if (inbound := nbgrader_exchange.read_inbound(entries)) is not None:
        return inbound
    depth = shared_depth(given_parts(entry) for entry in entries)
    *by_system, in_folders = [
        {id(file.entry): file for file in read(entries, depth)} for read in (*SYSTEMS, other_systems.read)
    ]
    most = max(by_system, key=len)
    chosen = most if most and 2 * len(most) >= len(in_folders) else in_folders
    system = next(iter(chosen.values())).system if chosen else ""
    files = []
    for entry in entries:
        readings = [
            known[id(entry)] for known in (*by_system, in_folders) if id(entry) in known and known is not chosen
        ]
        if id(entry) in chosen:
            named = [reading for reading in readings if reading.system != other_systems.SYSTEM]
            files.append(replace(chosen[id(entry)], other_readings=(*named, other_systems.of_its_folders(entry))))
        elif readings:
            files.append(DownloadedFile(entry, system, (), other_readings=tuple(readings)))
    return files
