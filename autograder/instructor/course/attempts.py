"""Every collected attempt, kept in ``collected/STUDENT/ASSIGNMENT/``, with its receipt and the standing of its time.

A time is *proved* where a clock says it that the student cannot set: a learning system's, or that of the disk on which
nbgrader's exchange lies. It is *entered by the instructor* where ``--times`` or ``--at`` says it. Every other is
*claimed*: a commit's date, a folder's name, a ``timestamp.txt``.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.receipts import receipt_from

INDEX = "attempts.json"
Standing = Literal["proved", "entered by the instructor", "claimed"]  # how a time is known, the surest first
PROVED: Standing = "proved"
ENTERED: Standing = "entered by the instructor"
CLAIMED: Standing = "claimed"
SUREST_FIRST = (PROVED, ENTERED, CLAIMED)
TIME_IN_WORDS: Mapping[str, str] = {CLAIMED: ", by a claimed time", ENTERED: ", by a time that the instructor entered"}


@dataclass(frozen=True)
class Attempt:
    """One notebook that a student handed in."""

    number: int  # in the order in which they were collected, from 1
    digest: str  # of its content, SHA-256 in hex
    when: datetime | None  # it was handed in, with a time zone; None where nothing says it
    late: bool  # whether the system says that it came late
    collected: datetime  # when it was first collected, with a time zone
    path: str
    system: str
    standing: Standing = CLAIMED
    upload: int = 0  # grows from upload to upload of a system; 0 where it does not number them

    @property
    def file(self) -> str:
        return f"{self.number:02}-{self.digest[:8]}.ipynb"

    @property
    def receipt(self) -> str:
        return receipt_from(self.digest)

    @property
    def stamp(self) -> str:
        """The line of nbgrader's timestamp.txt; empty where nothing says when."""
        return f"{self.when.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC" if self.when else ""

    def same_as(self, attempt: Self) -> bool:
        """Whether it is the same work, handed in at the same time and in the same upload as far as they are known."""
        at_once = self.when == attempt.when or None in (self.when, attempt.when)
        uploads = {self.upload, attempt.upload} - {0} if self.system == attempt.system else set()
        return self.digest == attempt.digest and at_once and len(uploads) < 2

    def to_json(self) -> dict[str, Any]:
        when = self.when.isoformat() if self.when else None
        return asdict(self) | {"when": when, "collected": self.collected.isoformat()}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        when = datetime.fromisoformat(record["when"]) if record["when"] else None
        return cls(**record | {"when": when, "collected": datetime.fromisoformat(record["collected"])})


def standing_of(folder: CourseFolder, student: str, assignment: str, when: datetime) -> Standing:
    """Return the standing of a time of handing in, which has a time zone. A broken list proves nothing."""
    try:
        attempts = kept(folder, student, assignment)
    except (CourseFolderError, OSError):
        return CLAIMED
    then = [attempt.standing for attempt in attempts if attempt.when == when]
    return max(then, key=SUREST_FIRST.index, default=CLAIMED)


def kept(folder: CourseFolder, student: str, assignment: str) -> tuple[Attempt, ...]:
    """Return a student's attempts, the first first; raise CourseFolderError where the list of them is broken."""
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
    """Keep all attempts: first new notebooks, by digest, and then the list, which so never names a missing one."""
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
