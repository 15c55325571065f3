"""The status of each assignment of a course folder, from the facts and marks on record."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from autograder.course import Course
from autograder.instructor.class_facts import computed_marks
from autograder.instructor.course.due_dates import assignments_of
from autograder.instructor.course.files import read_json, write_atomically
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.records import VERDICTS_FILE
from autograder.instructor.course.reminders import late_since_unknown
from autograder.instructor.course.roster import students_of
from autograder.instructor.marks import Mark, by_assignment
from autograder.receipts import receipt_of
from autograder.user_errors import plain

EXPORTED = "exported.json"  # in exports/: a digest of the marks of each assignment that were exported last


@dataclass(frozen=True)
class AssignmentStatus:
    """The status of one assignment."""

    assignment: str
    released: datetime | None = None  # when its notebook was written, with a time zone; None before its release
    students: int = 0  # of the class
    collected: int = 0  # works that were handed in
    unreadable: int = 0  # works that cannot be read
    graded: int = 0  # works whose verdicts are of the file and the time that are in submitted/ now
    to_mark: int = 0  # works with an answer that waits for a person
    late_without_time: int = 0  # works that came late at an unknown time
    exported: bool = False  # whether the marks that were exported last are the present ones

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"released": self.released and self.released.isoformat()}


def status_of(folder: CourseFolder, course: Course) -> list[AssignmentStatus]:
    """Return the status of each assignment of a course, in order; raise as ``read_marks``."""
    released = folder.assignments()
    marks = computed_marks(folder, course, released) if released else []
    exported, size = read_json(folder.root / "exports" / EXPORTED), len(students_of(folder))
    return [
        _status(folder, assignment, [mark for mark in marks if mark.assignment == assignment], exported)
        if assignment in released
        else AssignmentStatus(assignment, students=size)
        for assignment in sorted({*released, *assignments_of(course)})
    ]


def _status(folder: CourseFolder, assignment: str, marks: Sequence[Mark], exported: dict[str, str]) -> AssignmentStatus:
    return AssignmentStatus(
        assignment,
        released=datetime.fromtimestamp(folder.released(assignment).stat().st_mtime, UTC).astimezone(),
        students=len(marks),
        collected=sum(mark.handed_in for mark in marks),
        unreadable=sum(bool(mark.unreadable) for mark in marks),
        graded=sum(_is_graded(folder, mark) for mark in marks),
        to_mark=sum(mark.needs_manual_grade for mark in marks),
        late_without_time=len(late_since_unknown(folder, assignment)),
        exported=exported.get(assignment) == _digest(marks),
    )


def _is_graded(folder: CourseFolder, mark: Mark) -> bool:
    """Return whether a work is graded as it is now; its file is read only if it is newer than its record."""
    if mark.record is None:
        return False
    submission = folder.submission(mark.student.id, mark.assignment)
    graded = folder.autograded(mark.student.id, mark.assignment).with_name(VERDICTS_FILE).stat().st_mtime_ns
    files = [path for path in (submission.file, submission.stamp) if path.exists()]
    if all(path.stat().st_mtime_ns <= graded for path in files):
        return True
    work = submission.read()
    when = work.timestamp.replace(tzinfo=UTC) if isinstance(work.timestamp, datetime) else None
    receipt = receipt_of(work.content) if work.content else ""
    return (receipt, when) == (mark.record.receipt, mark.record.handed_in)


def note_export(folder: CourseFolder, marks: Iterable[Mark]) -> None:
    """Remember which marks were exported, by assignment."""
    path = folder.root / "exports" / EXPORTED
    path.parent.mkdir(exist_ok=True)
    digests = {assignment: _digest(group) for assignment, group in by_assignment(marks).items()}
    write_atomically(path, json.dumps(read_json(path) | digests, indent=1) + "\n")


def _digest(marks: Iterable[Mark]) -> str:
    """Return a digest of the exported marks of an assignment."""
    scores = {mark.student.id: "EX" if mark.excused else mark.final_score for mark in marks}
    known = {student: score for student, score in scores.items() if score is not None}
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def print_status(assignments: Sequence[AssignmentStatus]) -> None:
    """Print a line for each assignment, in 80 columns."""
    from rich.table import Table
    from rich.text import Text

    from autograder.console import print_table

    table = Table(box=None, pad_edge=False, padding=(0, 0, 0, 1))
    columns = ("assignment", "released", "collected", "unreadable", "graded", "to mark", "no time", "exported")
    for column in columns:
        table.add_column(column, justify="right" if column in columns[2:7] else "left", overflow="fold")
    for row in assignments:
        counts = (row.unreadable, row.graded, row.to_mark, row.late_without_time)
        cells = (
            row.assignment,
            f"{row.released:%Y-%m-%d}" if row.released else "no",
            f"{row.collected}/{row.students}",
            *(str(count) if row.collected or row.unreadable else "" for count in counts),
            ("yes" if row.exported else "no") if row.graded else "",
        )
        table.add_row(*(Text(plain(cell)) for cell in cells))
    print_table(table)
