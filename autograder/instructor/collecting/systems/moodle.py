"""Moodle: the zip of "Download all submissions" in an assignment, or the folder that it was unpacked to.

A folder for each student is called ``Ada Lovelace_657737_assignsubmission_file_``; where "Download submissions in
folders" is off, each file has that before its own name. Typed text is beside it, in ``…_assignsubmission_onlinetext_``.
The number is the participant's; with blind marking the name is ``Participant``. Where teams hand in, both are
a team's. The times in the zip are those of the download.

The assignment's grading worksheet has the right times, and clues that tell two people of one name apart: their
addresses, and ID numbers where the school gives them. ``Identifier`` is ``Participant 657737``, the number in the names
of the zip; ``Last modified (submission)`` is such as ``Thursday, 5 November 2026, 11:41 PM``, in the time zone of
whoever exported it, and ``-`` where nothing was handed in.

Source: ``mod/assign/classes/downloader.php`` (``get_student_prefix``, ``load_submissionplugin_filelist``),
``files/classes/local/archive_writer/zip_writer.php`` and ``mod/assign/feedback/offline`` in github.com/moodle/moodle;
MoodleDocs, "Offline grading worksheet".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.instructor.collecting.archive import DownloadEntry
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.course.directory import Clue, share_a_part
from autograder.instructor.course.files import TableError, read_table
from autograder.instructor.course.records import PROVED
from autograder.instructor.course.roster import EMAIL_COLUMNS

# The first match counts: the student's own file name comes after it.
NAME = re.compile(r"(?P<name>.+?)_(?P<participant>\d+)_assignsubmission_[a-z\d]+(?:_.*)?", re.DOTALL)
SYSTEM = "Moodle"
BLIND = "Participant"
IDENTIFIER, FULL_NAME, MODIFIED = "identifier", "fullname", "lastmodifiedsubmission"


def read(entries: Sequence[DownloadEntry], depth: int) -> list[DownloadedFile]:
    names = [(entry, next(filter(None, map(NAME.fullmatch, entry.parts[: depth + 1])), None)) for entry in entries]
    return [DownloadedFile(entry, SYSTEM, (_clues(name),)) for entry, name in names if name]


def _clues(name: re.Match[str]) -> tuple[Clue, ...]:
    number = Clue("number", name["participant"])
    return (number,) if name["name"] == BLIND else (number, Clue("name", name["name"]))


@dataclass(frozen=True)
class Participant:
    """A row of a worksheet: clues by ID number and address, the time of handing in, with a time zone, and the name."""

    clues: tuple[Clue, ...]
    when: datetime | None
    name: str = ""


def read_worksheet(path: Path, zone: tzinfo) -> dict[str, Participant]:
    """Return a grading worksheet's participants, by number, its times in a zone; raise TableError for another table."""
    from dateutil.parser import parse

    table = read_table(path)
    if not table.has(IDENTIFIER) or not table.has(MODIFIED):
        raise TableError(f"{path} is not a worksheet of Moodle: it lacks Identifier or Last modified (submission)")
    participants = {}
    for row in table.rows:
        text, when = row.cells.get(MODIFIED, ""), None
        if text not in ("", "-"):
            try:
                when = parse(text)
            except (ValueError, OverflowError) as error:
                raise table.error(row, f"{text!r} is not a time: export the worksheet in English") from error
            when = when.replace(tzinfo=when.tzinfo or zone)
        clues = (Clue("id", row.cells.get("idnumber", "")), Clue("e-mail", row.first(*EMAIL_COLUMNS)))
        number = row.cells.get(IDENTIFIER, "").removeprefix("Participant ")
        name = row.cells.get(FULL_NAME, "")
        participants[number] = Participant(tuple(clue for clue in clues if clue.text), when, name)
    return participants


def with_worksheet(file: DownloadedFile, participants: Mapping[str, Participant]) -> DownloadedFile:
    """Return a file with the facts of a worksheet: its clues come after the number, and before the name.

    A number with a name that is in no part the participant's is none of a participant: a team has its own.
    """
    participant = participants.get(_participant_number(file))
    if participant is None:
        return file
    names = [clue.text for clues in file.owners for clue in clues if clue.kind == "name"]
    if participant.name and names and not share_a_part(participant.name, names[0]):
        return replace(file, owners=tuple(clues[1:] for clues in file.owners))
    owners = tuple((*clues[:1], *participant.clues, *clues[1:]) for clues in file.owners)
    if participant.when is None:
        return replace(file, owners=owners)
    return replace(file, owners=owners, when=participant.when, standing=PROVED)


def _participant_number(file: DownloadedFile) -> str:
    numbers = [clue.text for clues in file.owners for clue in clues if clue.kind == "number"]
    return numbers[0] if file.system == SYSTEM and numbers else ""
