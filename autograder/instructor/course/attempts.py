"""Every attempt that was ever collected, kept in ``collected/STUDENT/ASSIGNMENT/`` with what is known of it.

Marks keep a time as nbgrader does, without saying how it is known; whoever shows one asks here. It is *proved* where a
clock says it that the student cannot set: a learning system's, or that of the disk on which nbgrader's exchange lies.
It is *entered by the instructor* where ``--times`` or ``--at`` says it. Every other is *claimed*: a commit's date, a
folder's name, a ``timestamp.txt``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.receipts import receipt_from

INDEX = "attempts.json"
Standing = Literal["proved", "entered by the instructor", "claimed"]  # how a time is known, the surest first
PROVED: Standing = "proved"
ENTERED: Standing = "entered by the instructor"
CLAIMED: Standing = "claimed"
SUREST_FIRST = (PROVED, ENTERED, CLAIMED)


@dataclass(frozen=True)
class Attempt:
    """One notebook that a student handed in.

    Attributes:
        number: the system's, or else 1 for the first that was met, 2 for the next, …
        digest: of its content, SHA-256 in hex.
        when: it was handed in, with a time zone; None where nothing says it.
        late: whether the system says that it came late.
        collected: when it was first met, with a time zone.
        path: that it had in the download.
        system: that gave it out.
        standing: how the time is known.
    """

    number: int
    digest: str
    when: datetime | None
    late: bool
    collected: datetime
    path: str
    system: str
    standing: Standing = CLAIMED

    @property
    def file(self) -> str:
        """The name under which its notebook is kept."""
        return f"{self.number:02}-{self.digest[:8]}.ipynb"

    @property
    def receipt(self) -> str:
        """The receipt of its notebook."""
        return receipt_from(self.digest)

    @property
    def stamp(self) -> str:
        """What nbgrader's timestamp.txt says of it; empty where nothing says when."""
        return f"{self.when.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC" if self.when else ""

    def same_as(self, other: Attempt) -> bool:
        """Whether both are one: the same work handed in at the same time, as far as that is known."""
        return self.digest == other.digest and (self.when == other.when or None in (self.when, other.when))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        when = self.when.isoformat() if self.when else None
        return asdict(self) | {"when": when, "collected": self.collected.isoformat()}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Attempt:
        """Return it from JSON values."""
        when = datetime.fromisoformat(record["when"]) if record["when"] else None
        return cls(**record | {"when": when, "collected": datetime.fromisoformat(record["collected"])})


def standing_of(folder: CourseFolder, student: str, assignment: str, when: datetime) -> Standing:
    """Return how the time is known at which a student handed in. What cannot be read proves nothing.

    Args:
        folder: the course folder.
        student: whose work it is.
        assignment: its id.
        when: with a time zone.
    """
    try:
        attempts = kept(folder, student, assignment)
    except (CourseFolderError, OSError):
        return CLAIMED
    then = [attempt.standing for attempt in attempts if attempt.when == when]
    return max(then, key=SUREST_FIRST.index, default=CLAIMED)


def kept(folder: CourseFolder, student: str, assignment: str) -> tuple[Attempt, ...]:
    """Return the attempts that are kept of a student's, the first first.

    Raises:
        CourseFolderError: the list of them is broken.
    """
    path = folder.collected(student, assignment) / INDEX
    try:
        return tuple(Attempt.from_json(record) for record in json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()
    except (ValueError, TypeError, KeyError) as error:
        where = path.relative_to(folder.root)
        raise CourseFolderError(f"{where} is broken: move its folder away, and collect again") from error


def keep(
    folder: CourseFolder, student: str, assignment: str, attempts: Sequence[Attempt], contents: Mapping[str, bytes]
) -> None:
    """Keep attempts: their notebooks, and then the list, so that it names none that is missing.

    Args:
        folder: the course folder.
        student: whose they are.
        assignment: that they are of.
        attempts: all, those that are kept already included.
        contents: of the new ones, by digest.
    """
    target = folder.collected(student, assignment)
    target.mkdir(parents=True, exist_ok=True)
    for attempt in attempts:
        if attempt.digest in contents:
            write_atomically(target / attempt.file, contents[attempt.digest])
    records = [attempt.to_json() for attempt in attempts]
    write_atomically(target / INDEX, json.dumps(records, indent=1, ensure_ascii=False) + "\n")


def keep_replaced(folder: CourseFolder, student: str, assignment: str, name: str, content: bytes) -> Path:
    """Keep a file that is about to be replaced, under a name that no other content has, and return its path."""
    target = folder.collected(student, assignment)
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"replaced-{hashlib.sha256(content).hexdigest()[:8]}-{Path(name).name}"
    write_atomically(path, content)
    return path
