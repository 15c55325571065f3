"""Moodle: the zip of "Download all submissions" in an assignment, or the folder that it was unpacked to.

A folder for each student is called ``Ada Lovelace_657737_assignsubmission_file_``; where "Download submissions in
folders" is off, each file has that before its own name. The number is the participant's (the column Identifier of the
grading worksheet); with blind marking the name is ``Participant``. The times in the zip are those of the download; the
grading worksheet has the right ones.

Source: ``mod/assign/classes/downloader.php`` (``get_student_prefix``, ``load_submissionplugin_filelist``) and
``files/classes/local/archive_writer/zip_writer.php`` in github.com/moodle/moodle.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile, outermost
from autograder.instructor.course.matching import Clue

# The first that fits: what a student calls a file comes after it.
NAME = re.compile(r"(?P<name>.+?)_(?P<participant>\d+)_assignsubmission_file(?:_.*)?", re.DOTALL)
SYSTEM = "Moodle"
BLIND = "Participant"


def read(entries: Sequence[Entry], depth: int) -> list[DownloadedFile]:
    """Return the files that Moodle named."""
    found = [(entry, next(filter(None, map(NAME.fullmatch, outermost(entry, depth))), None)) for entry in entries]
    return [DownloadedFile(entry, SYSTEM, (_clues(name),)) for entry, name in found if name]


def _clues(name: re.Match[str]) -> tuple[Clue, ...]:
    number = Clue("number", name["participant"])
    return (number,) if name["name"] == BLIND else (number, Clue("name", name["name"]))


def participant_of(one: DownloadedFile) -> str:
    """Return the number of the participant whose file it is; empty where it is none of Moodle's."""
    numbers = [clue.text for clues in one.owners for clue in clues if clue.kind == "number"]
    return numbers[0] if one.system == SYSTEM and numbers else ""
