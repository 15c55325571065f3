"""A file of a download with what its learning system says of it, and the parts of its path that the system gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.course.attempts import CLAIMED, Standing
from autograder.instructor.course.directory import Clue

BY_HAND = "by hand"  # the system of what the instructor has said to be one student's
TIMESTAMP = "timestamp.txt"  # in which nbgrader writes when a submission was handed in


@dataclass(frozen=True)
class Ownership:
    """Which accounts of this machine own a submission whose name a student chose."""

    named: str  # the student whom the name of its folder, or where there is none of its file, gives
    accounts: tuple[str, ...] = ()  # those that own the folder and what is in it; empty where the download does not say

    @property
    def is_proved(self) -> bool:
        """Whether it is the named student's, by nbgrader's own rule."""
        return set(self.accounts) == {self.named}


@dataclass(frozen=True)
class DownloadedFile:
    """A file that somebody handed in."""

    entry: Entry
    system: str  # that gave it out
    owners: tuple[tuple[Clue, ...], ...]  # the clues to each person whose work it is; several for a group
    when: datetime | None = None  # it was handed in, with a time zone; None where the system does not say it
    standing: Standing = CLAIMED  # how that time is known
    late: bool = False  # whether the system says that it came late
    number: int | None = None  # of the attempt, where the system gives one; the first is 1
    upload: int = 0  # grows from upload to upload, where the system numbers them
    doubt: str = ""  # what speaks against its time, in words for the instructor; or empty
    ownership: Ownership | None = None  # on the disk, where students choose the name that says whose it is
    other_readings: tuple[DownloadedFile, ...] = ()  # what other systems would say of the same file, by its name


# Takes the entries, and how many folders all of them lie in; returns those that it knows. Only names at the outermost
# level, just below these folders, are the system's; a student chose the others.
Reader = Callable[[Sequence[Entry], int], list[DownloadedFile]]


def shared_folders(entries: Sequence[Entry]) -> int:
    """Return how many folders, one in another, all entries of a download lie in."""
    folders = [entry.parts[:-1] for entry in entries if entry.parts]
    levels = zip(*folders, strict=False)
    return sum(1 for _ in takewhile(lambda names: len(set(names)) == 1, levels))


def outermost_folders(entry: Entry, depth: int) -> tuple[str, ...]:
    """Return the names of an entry's folders that the system may have given."""
    return entry.parts[:-1][: depth + 1]


def outermost_file(entry: Entry, depth: int) -> str:
    """Return an entry's file name where the system may have given it, or else an empty text."""
    return entry.parts[-1] if 0 < len(entry.parts) <= depth + 1 else ""
