"""Facts that a download lacks and the instructor adds: whose work is, and when it came. Such a time is claimed.

They come from the command line, from a table of times, or from Moodle's grading worksheet. Moodle's zip names people,
and two may have one name; the worksheet has their addresses, and ID numbers where the school gives them. ``Identifier``
is ``Participant 657737``, the number in the names of the zip; ``Last modified (submission)`` is such as ``Thursday, 5
November 2026, 11:41 PM``, in the time zone of whoever exported it, and ``-`` where nothing was handed in.

Source: MoodleDocs, "Offline grading worksheet" (mod/assign/feedback/offline in github.com/moodle/moodle).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.systems.moodle import participant_of
from autograder.instructor.course.due_dates import AS_WRITTEN
from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.course.matching import Clue, Directory, any_of
from autograder.instructor.course.roster import EMAIL_COLUMNS, Student
from autograder.instructor.course.tables import TableError, read_table

SYSTEM = "by hand"
IDENTIFIER, MODIFIED = "identifier", "lastmodifiedsubmission"


def of_student(
    entries: Sequence[Entry], student: str, students: Sequence[Student], when: datetime | None
) -> list[DownloadedFile]:
    """Return files as one student's, whatever they are called.

    Args:
        entries: the files.
        student: an id.
        students: the class.
        when: it was handed in, with a time zone; None where the instructor does not say it.

    Raises:
        CourseFolderError: nobody has the id.
    """
    if student not in {one.id for one in students}:
        raise CourseFolderError(f"--student {student}: the roster has no such id; add the student to roster.csv first")
    return [DownloadedFile(entry, SYSTEM, ((Clue("id", student),),), when, said=when is not None) for entry in entries]


def given_time(text: str, zone: tzinfo | None) -> datetime | None:
    """Return a time as people write it, with its time zone or in the given one; None where it is none."""
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if ":" not in text or (when.tzinfo is None and zone is None):
        return None
    return when if when.tzinfo else when.replace(tzinfo=zone)


def read_given_times(path: Path, students: Sequence[Student], zone: tzinfo | None) -> dict[str, datetime]:
    """Return when students handed in, by id, as a table with the columns ``student`` and ``time`` says.

    Args:
        path: of the table.
        students: the class; any name by which the roster knows one will do.
        zone: of times that do not say theirs; None where nothing says it.

    Raises:
        TableError: a line names nobody, or a time that is none.
        OSError: it cannot be read.
    """
    table, directory = read_table(path), Directory(students)
    if not table.has("student") or not table.has("time"):
        raise TableError(f"{path} lacks a column student or a column time")
    found = {}
    for row in table.rows:
        who = directory.find(any_of(row.cells.get("student", "")))
        if who.student is None:
            raise table.error(row, who.reason)
        when = given_time(row.cells.get("time", ""), zone)
        if when is None:
            raise table.error(row, f"{row.cells.get('time', '')!r} is no time: write {AS_WRITTEN}{zone_hint(zone)}")
        found[who.student.id] = when
    return found


def zone_hint(zone: tzinfo | None) -> str:
    """Return what else a time needs where no due date says a time zone."""
    return "" if zone else "+01:00, with its time zone, since due_dates.csv has none"


def with_given_time(file: DownloadedFile, student: Student | None, times: Mapping[str, datetime]) -> DownloadedFile:
    """Return a student's file with the time that the instructor gives, where its system gives none."""
    when = times.get(student.id) if student else None
    return file if when is None or file.when is not None else replace(file, when=when, said=True)


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
