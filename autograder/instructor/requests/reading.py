"""Requests as they lie in folders, in single files and in a learning system's zips, and whose each of them is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.instructor.collecting.archive import EntryRefused, open_download
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.owners import owners_of
from autograder.instructor.collecting.systems import plain, read_all
from autograder.instructor.course.directory import Directory, Match, any_of
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.roster import Student, students_of
from autograder.instructor.requests.form import MAX_BYTES, NoRequest, Request, parse_request


@dataclass(frozen=True)
class Asked:
    file: str  # it lay in, for the instructor
    request: Request  # in the student's words
    student: Student
    known: str  # what says so, such as ``Canvas`` or ``its folder``; empty where only the file itself does

    @property
    def other_name(self) -> str:
        """The name that the file itself gives, where that is not its owner's."""
        return "" if self.request.student in ("", self.student.id) else self.request.student


@dataclass(frozen=True)
class NotAsked:
    """A file that cannot be answered, and why."""

    file: str
    reason: str


def read_requests(folder: CourseFolder, paths: Sequence[Path]) -> tuple[list[Asked], list[NotAsked]]:
    """Return what lies in some folders, files and zips: the requests, and what is none.

    Whose a request is, its folder or the learning system says; where neither does, what the file says is claimed.

    Raises:
        CourseFolderError: a path is a damaged zip or an archive of another kind.
        OSError: it is not there, or cannot be read.
        TableError: the roster cannot be read.
    """
    directory = Directory(_everybody(folder))
    asked, left = list[Asked](), list[NotAsked]()
    for path in paths:
        with open_download(path) as entries:
            files = read_all(entries)
            for file, matches in zip(files, owners_of(files, directory), strict=True):
                try:
                    if file.entry.refused:
                        raise NoRequest(file.entry.refused)
                    request = parse_request(file.entry.read(MAX_BYTES + 1))
                    asked.append(_asked(file, request, matches, directory))
                except (NoRequest, EntryRefused) as error:
                    left.append(NotAsked(file.entry.name, str(error)))
    return asked, left


def _everybody(folder: CourseFolder) -> list[Student]:
    """Return the class, and by their ids those who handed in and are not in the roster."""
    known = {student.id: student for student in students_of(folder)}
    for path in sorted((folder.root / "submitted").glob("*")):
        known.setdefault(path.name, Student(path.name))
    return list(known.values())


def _asked(file: DownloadedFile, request: Request, matches: Sequence[Match], directory: Directory) -> Asked:
    claimed = directory.find(any_of(request.student))
    if file.system == plain.SYSTEM:  # a file's own name there is the student's choice
        matches, known = [directory.find(clues) for clues in plain.of_its_folders(file.entry).owners], "its folder"
    else:
        known = file.system
    owners = [match.student for match in matches if match.student]
    if owners:
        one_of_group = claimed.student if claimed.student in owners else None
        return Asked(file.entry.name, request, one_of_group or owners[0], known)
    several = [match.reason for match in matches if match.several]  # outside the file, so its own word cannot decide
    if several or claimed.student is None:
        raise NoRequest([*several, claimed.reason][0])
    return Asked(file.entry.name, request, claimed.student, "")
