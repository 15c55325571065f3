"""A file of a download with its learning system's facts, and the parts of its path that the system gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from autograder.instructor.collecting.archive import DownloadEntry
from autograder.instructor.course.directory import Clue
from autograder.instructor.course.records import CLAIMED, Standing

BY_HAND = "by hand"  # the system of files that the instructor has given to one student
TIMESTAMP = "timestamp.txt"  # nbgrader's file with the time of handing in


@dataclass(frozen=True)
class Ownership:
    """The student named by a folder or file, and its owners' accounts on this machine, where known."""

    named: str
    accounts: tuple[str, ...] = ()

    @property
    def is_proved(self) -> bool:
        """Whether it is the named student's, by nbgrader's own rule."""
        return set(self.accounts) == {self.named}


@dataclass(frozen=True)
class DownloadedFile:
    """A file that was handed in."""

    entry: DownloadEntry
    system: str
    owners: tuple[tuple[Clue, ...], ...]  # the clues to each person whose work it is; several for a group
    when: datetime | None = None  # it was handed in, with a time zone; None where the system does not say it
    standing: Standing = CLAIMED
    late: bool = False
    upload: int = 0  # grows from upload to upload, where the system numbers them
    ownership: Ownership | None = None  # on the disk, where students choose the name that says whose it is
    other_readings: tuple[DownloadedFile, ...] = ()  # of other systems, of the same file's name
    assignment: str = ""  # recognised by its cells; empty for a file of another kind, and until it is read
    digest: str = ""  # of its content, SHA-256 in hex; empty for a file of another kind
    note: str = ""  # why it is of another kind, or its oddity; or empty

    @property
    def name(self) -> str:
        """The name of the file, without its folders."""
        return self.entry.name.rpartition("/")[2]


# Only names at the outermost level, just below the folders that all entries lie in, are the system's; a student chose
# the others.


def given_parts(entry: DownloadEntry) -> tuple[str, ...]:
    """Return the parts of an entry's path that its student has not named: all, but of a clone those that lead to it.

    Only a folder shows its clones: in a zip ``.git`` is passed over with the rest of the litter.
    """
    above = entry.path.parents[: len(entry.parts) - 1] if entry.path and entry.parts else ()
    return next(
        (entry.parts[:count] for count, folder in enumerate(reversed(above), 1) if (folder / ".git").is_dir()),
        entry.parts,
    )


def outermost_folders(entry: DownloadEntry, depth: int) -> tuple[str, ...]:
    """Return the names of an entry's folders that the system can have given."""
    return entry.parts[:-1][: depth + 1]


def outermost_file(entry: DownloadEntry, depth: int) -> str:
    """Return an entry's file name where the system can have given it, or else an empty text."""
    return entry.parts[-1] if 0 < len(entry.parts) <= depth + 1 else ""
