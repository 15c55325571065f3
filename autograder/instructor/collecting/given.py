"""What an instructor says of what was handed in: whose it is, and when it came. A time that is so given is claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.course.due_dates import AS_WRITTEN
from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.course.matching import Clue, Directory, any_of
from autograder.instructor.course.roster import Student
from autograder.instructor.course.tables import TableError, read_table

SYSTEM = "by hand"


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
