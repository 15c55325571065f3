"""Add the facts that a download lacks: whose work it is, and when it came. Such a time is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.course.attempts import CLAIMED, ENTERED
from autograder.instructor.course.due_dates import AS_WRITTEN
from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.course.matching import Clue, Directory, any_of
from autograder.instructor.course.roster import Student
from autograder.instructor.course.tables import TableError, read_table

SYSTEM = "by hand"


def files_of_student(
    entries: Sequence[Entry], student: str, students: Sequence[Student], when: datetime | None
) -> list[DownloadedFile]:
    """Return files as those of the student with an id, whatever they are called, handed in at a time if it is known.

    Raises:
        CourseFolderError: nobody in the class has the id.
    """
    if student not in {known.id for known in students}:
        raise CourseFolderError(f"--student {student}: the roster has no such id; add the student to roster.csv first")
    owners = ((Clue("id", student),),)
    return [DownloadedFile(entry, SYSTEM, owners, when, ENTERED if when else CLAIMED) for entry in entries]


def parse_time(text: str, zone: tzinfo | None) -> datetime | None:
    """Return a time as people write it, with its time zone or in the given one; None where it is none."""
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if ":" not in text or (when.tzinfo is None and zone is None):
        return None
    return when if when.tzinfo else when.replace(tzinfo=zone)


def zone_hint(zone: tzinfo | None) -> str:
    """Return what else a time needs where no due date says a time zone."""
    return "" if zone else "+01:00, with its time zone, since due_dates.csv has none"


def read_times(path: Path, students: Sequence[Student], zone: tzinfo | None) -> dict[str, datetime]:
    """Return when students handed in, by id, from a table with the columns ``student`` and ``time``.

    Any name by which the roster knows a student will do; a time without a time zone is in the given one.

    Raises:
        TableError: a line names nobody, or a time that is none.
        OSError: it cannot be read.
    """
    table, directory = read_table(path), Directory(students)
    if not table.has("student") or not table.has("time"):
        raise TableError(f"{path} lacks a column student or a column time")
    times = {}
    for row in table.rows:
        match = directory.find(any_of(row.cells.get("student", "")))
        if match.student is None:
            raise table.error(row, match.reason)
        text = row.cells.get("time", "")
        when = parse_time(text, zone)
        if when is None:
            raise table.error(row, f"{text!r} is no time: write {AS_WRITTEN}{zone_hint(zone)}")
        times[match.student.id] = when
    return times
