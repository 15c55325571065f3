"""Google Classroom: an assignment's folder in Google Drive, downloaded as a zip, or unpacked.

Where the assignment gave "a copy for each student", Classroom calls a student's file ``Ada Lovelace - 2-layers.ipynb``.
A file that a student brought has the name that the student gave it, and Drive does not say in the zip whose it is: the
name is a claim. Nor are the times those of handing in.

Source: Google Classroom Help, "Create an assignment" (make a copy for each student) and "Download students' work".
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile, Ownership, outermost_file
from autograder.instructor.course.directory import any_of

BETWEEN = " - "


def read(entries: Sequence[Entry], depth: int) -> list[DownloadedFile]:
    """Return the files that begin with a student's name."""
    names = [(entry, outermost_file(entry, depth).partition(BETWEEN)) for entry in entries]
    return [
        DownloadedFile(entry, "Google Classroom", (any_of(name),), ownership=Ownership(name))
        for entry, (name, between, _) in names
        if between
    ]
