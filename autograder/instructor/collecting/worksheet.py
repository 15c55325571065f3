"""What Moodle's zip does not say and the grading worksheet of an assignment does: when work came, and whose it is.

The zip names people, and two may have one name; the worksheet has their addresses, and ID numbers where the school
gives them. ``Identifier`` is ``Participant 657737``, the number in the names of the zip; ``Last modified (submission)``
is such as ``Thursday, 5 November 2026, 11:41 PM``, in the time zone of whoever exported it, and ``-`` where nothing was
handed in.

Source: MoodleDocs, "Offline grading worksheet" (mod/assign/feedback/offline in github.com/moodle/moodle).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.systems.moodle import participant_of
from autograder.instructor.course.matching import Clue
from autograder.instructor.course.roster import EMAIL_COLUMNS
from autograder.instructor.course.tables import TableError, read_table

IDENTIFIER, MODIFIED = "identifier", "lastmodifiedsubmission"


@dataclass(frozen=True)
class Participant:
    """What a worksheet says of one person.

    Attributes:
        clues: the ID number and the address, as far as it has them.
        when: work was handed in, with a time zone; None where none was.
    """

    clues: tuple[Clue, ...]
    when: datetime | None


def read_worksheet(path: Path, zone: tzinfo) -> dict[str, Participant]:
    """Return what is said of each participant, by number.

    Args:
        path: of the worksheet.
        zone: that its times are in.

    Raises:
        TableError: it is no grading worksheet, or a time in it is none.
        OSError: it cannot be read.
    """
    from dateutil.parser import parse

    table = read_table(path)
    if not table.has(IDENTIFIER) or not table.has(MODIFIED):
        raise TableError(f"{path} is no grading worksheet of Moodle: it lacks Identifier or Last modified (submission)")
    found = {}
    for row in table.rows:
        text, when = row.cells.get(MODIFIED, ""), None
        if text not in ("", "-"):
            try:
                when = parse(text)
            except (ValueError, OverflowError) as error:
                raise table.error(row, f"{text!r} is no time: export the worksheet in English") from error
            when = when.replace(tzinfo=when.tzinfo or zone)
        said = (Clue("id", row.cells.get("idnumber", "")), Clue("e-mail", row.first(*EMAIL_COLUMNS)))
        number = row.cells.get(IDENTIFIER, "").removeprefix("Participant ")
        found[number] = Participant(tuple(clue for clue in said if clue.text), when)
    return found


def with_worksheet(files: Sequence[DownloadedFile], people: Mapping[str, Participant]) -> list[DownloadedFile]:
    """Return the files of a download with what a worksheet says: its clues after the number, and before the name."""
    return [_completed(file, people.get(participant_of(file))) for file in files]


def would_tell(file: DownloadedFile) -> bool:
    """Whether a worksheet, which was not given, says more of whose a file is than Moodle's zip does."""
    return bool(participant_of(file)) and {clue.kind for clues in file.owners for clue in clues} <= {"number", "name"}


def _completed(file: DownloadedFile, participant: Participant | None) -> DownloadedFile:
    if participant is None:
        return file
    owners = tuple((*clues[:1], *participant.clues, *clues[1:]) for clues in file.owners)
    if participant.when is None:
        return replace(file, owners=owners)
    return replace(file, owners=owners, when=participant.when, proved=True)
