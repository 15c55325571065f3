"""Records of a work: its collected attempts, and its grading.

Every collected attempt is kept in ``collected/STUDENT/ASSIGNMENT/``, with its receipt and the standing of its time. A
time is *proved* where a clock says it that the student cannot set: a learning system's, or that of the disk on which
nbgrader's exchange lies. It is *entered by the instructor* where ``--times`` or ``--at`` says it. Every other is
*claimed*: a commit's date, a folder's name, a ``timestamp.txt``.

The record of grading is ``verdicts.json`` beside the graded notebook, and nowhere else.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import Any, Literal, Self

from autograder.instructor.course.due_dates import Work
from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.judge.verdicts import VerdictRecord
from autograder.receipts import receipt_from

ATTEMPTS_FILE = "attempts.json"
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
        attempts = attempts_of(folder, student, assignment)
    except (CourseFolderError, OSError):
        return CLAIMED
    then = [attempt.standing for attempt in attempts if attempt.when == when]
    return max(then, key=SUREST_FIRST.index, default=CLAIMED)


def attempts_of(folder: CourseFolder, student: str, assignment: str) -> tuple[Attempt, ...]:
    """Return a student's attempts, the first first; raise CourseFolderError where the list of them is broken."""
    path = folder.collected(student, assignment) / ATTEMPTS_FILE
    try:
        return tuple(Attempt.from_json(record) for record in json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()
    except (ValueError, TypeError, KeyError) as error:
        where = path.relative_to(folder.root)
        raise CourseFolderError(f"{where} is broken: move its folder away, and collect again") from error


def write_attempts(
    folder: CourseFolder, student: str, assignment: str, attempts: Sequence[Attempt], contents: Mapping[str, bytes]
) -> None:
    """Keep all attempts: first new notebooks, by digest, and then the list, which so never names a missing one."""
    target = folder.collected(student, assignment)
    target.mkdir(parents=True, exist_ok=True)
    for attempt in attempts:
        if attempt.digest in contents:
            write_atomically(target / attempt.file, contents[attempt.digest])
    records = [attempt.to_json() for attempt in attempts]
    write_atomically(target / ATTEMPTS_FILE, json.dumps(records, indent=1, ensure_ascii=False) + "\n")


def keep_copy(folder: CourseFolder, student: str, assignment: str, name: str, content: bytes) -> Path:
    """Keep a file that is about to be replaced, under a name that no other content has, and return its path."""
    target = folder.collected(student, assignment)
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"replaced-{hashlib.sha256(content).hexdigest()[:8]}-{Path(name).name}"
    write_atomically(path, content)
    return path


VERDICTS_FILE = "verdicts.json"
DATES = ("handed_in", "graded")
EARLIER_EDITION = '"unreadable": '  # a key of the metadata of each notebook that the second edition graded


@dataclass(frozen=True)
class GradingRecord:
    """The verdicts on one submission, and how they came about."""

    room: str
    verdicts: tuple[VerdictRecord, ...] = ()  # as they were judged, before any decision; none where nothing was run
    notes: tuple[str, ...] = ()  # each a sentence
    unreadable: str = ""  # why the work could not be read; or empty
    answers: Mapping[str, str] = field(default_factory=dict)  # the student's text of each answer, by the cell's id
    blank: frozenset[str] = frozenset()  # the answers that are as they were released
    handed_in: datetime | None = None  # in UTC; None where nothing says it
    graded: datetime | None = None  # in UTC
    digest: str = ""  # of all that the verdicts depend on but the seed
    receipt: str = ""  # of the file that was handed in; or empty
    seed: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)  # of the sandbox, by their names
    isolated: bool = True  # whether the student's code was shut in

    def cell_of(self, verdict: VerdictRecord) -> str:
        return f"{self.room}-{verdict['exercise']}-{verdict['check']}"

    def text_digest(self, cell: str) -> str:
        """Return a digest of the answer that a graded cell is about: its own text, or that of the check's exercise."""
        answer = cell if cell in self.answers else "-".join(cell.split("-")[:2])
        return hashlib.sha256(self.answers.get(answer, "").encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        values = asdict(self) | {"blank": sorted(self.blank)}
        return values | {name: values[name] and values[name].isoformat() for name in DATES}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        dates = {name: values[name] and datetime.fromisoformat(values[name]) for name in DATES}
        lists = {name: tuple(values[name]) for name in ("verdicts", "notes")}
        return cls(**{**values, **dates, **lists, "blank": frozenset(values["blank"])})


def write_record(path: Path, record: GradingRecord) -> None:
    """Write the record of a submission beside its graded notebook, of the given path, whole or not at all."""
    write_atomically(path.with_name(VERDICTS_FILE), json.dumps(record.to_json(), indent=1) + "\n")


class GradingRecords:
    """The records of a course folder, each file read once until it changes."""

    def __init__(self, folder: CourseFolder) -> None:
        self.folder = folder
        self._read: dict[Path, tuple[tuple[int, int], GradingRecord]] = {}

    def of(self, student: str, assignment: str) -> GradingRecord | None:
        """Return the record of a work, or None; raise CourseFolderError where it is broken or of an earlier edition."""
        notebook = self.folder.autograded(student, assignment)
        path = notebook.with_name(VERDICTS_FILE)
        try:
            status = path.stat()
            stamp = status.st_mtime_ns, status.st_ino
            if path not in self._read or self._read[path][0] != stamp:
                self._read[path] = stamp, GradingRecord.from_json(json.loads(path.read_bytes()))
        except FileNotFoundError:
            if notebook.is_file() and EARLIER_EDITION in notebook.read_text(encoding="utf-8", errors="replace"):
                raise CourseFolderError(
                    f"{self.folder.root} was graded by an earlier edition of autograder, which kept marks otherwise: "
                    "make a new folder with `autograder init DIR`"
                ) from None
            return None
        except (ValueError, TypeError, KeyError) as error:
            where = path.relative_to(self.folder.root)
            raise CourseFolderError(f"{where} is broken: delete it, and grade again") from error
        return self._read[path][1]

    def all(self, student: str | None = None) -> Iterator[tuple[Work, GradingRecord]]:
        """Yield the records of the class, or of one student, by student and assignment; raise as ``of``."""
        whose = escape(student) if student else "*"
        for path in sorted((self.folder.root / "autograded").glob(f"{whose}/*/*.ipynb")):
            work = path.parent.parent.name, path.parent.name
            record = self.of(*work) if path.stem == path.parent.name else None
            if record is not None:
                yield work, record
