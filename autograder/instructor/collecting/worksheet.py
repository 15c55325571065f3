"""When work was handed in on Moodle: the grading worksheet of an assignment, which its zip does not say.

``Identifier`` is ``Participant 657737``, the number in the names of the zip; ``Last modified (submission)`` is such as
``Thursday, 5 November 2026, 11:41 PM``, in the time zone of whoever exported it, and ``-`` where nothing was handed in.

Source: MoodleDocs, "Offline grading worksheet" (mod/assign/feedback/offline in github.com/moodle/moodle).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.systems.moodle import participant_of
from autograder.instructor.course.tables import TableError, read_table

IDENTIFIER, MODIFIED = "identifier", "lastmodifiedsubmission"


def read_times(path: Path, zone: tzinfo) -> dict[str, datetime]:
    """Return when each participant, by number, handed in.

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
        text = row.cells.get(MODIFIED, "")
        if text not in ("", "-"):
            try:
                when = parse(text)
            except (ValueError, OverflowError) as error:
                raise table.error(row, f"{text!r} is no time: export the worksheet in English") from error
            found[row.cells.get(IDENTIFIER, "").removeprefix("Participant ")] = when.replace(tzinfo=when.tzinfo or zone)
    return found


def with_times(files: Sequence[DownloadedFile], times: Mapping[str, datetime]) -> list[DownloadedFile]:
    """Return the files of a download with the times of a worksheet."""
    by_file = [(file, times.get(participant_of(file))) for file in files]
    return [replace(file, when=when, proved=True) if when else file for file, when in by_file]
