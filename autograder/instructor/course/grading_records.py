"""The record of grading one submission: ``verdicts.json`` beside its graded notebook, and nowhere else."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from glob import escape
from pathlib import Path
from typing import Any, Self

from autograder.instructor.course.extensions import Work
from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.judge.verdicts import VerdictRecord

FILE = "verdicts.json"
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
    write_atomically(path.with_name(FILE), json.dumps(record.to_json(), indent=1) + "\n")


class GradingRecords:
    """The records of a course folder, each file read once until it changes."""

    def __init__(self, folder: CourseFolder) -> None:
        self.folder = folder
        self._read: dict[Path, tuple[tuple[int, int], GradingRecord]] = {}

    def of(self, student: str, assignment: str) -> GradingRecord | None:
        """Return the record of a work, or None; raise CourseFolderError where it is broken or of an earlier edition."""
        notebook = self.folder.autograded(student, assignment)
        path = notebook.with_name(FILE)
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
