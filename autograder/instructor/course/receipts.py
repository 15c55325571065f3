"""The receipts of what a student handed in, worked out again from the files themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.instructor.course.attempts import Attempt, kept
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.notebooks.graft import MalformedNotebook, read_capped
from autograder.receipts import receipt_from


@dataclass(frozen=True)
class Receipt:
    """One notebook that a student handed in.

    Attributes:
        student: whose it is.
        assignment: that it is of.
        digest: of its content, SHA-256 in hex.
        attempt: what is known of it; None where it was put into submitted/ by hand.
        counts: whether it is the one in submitted/, which is graded.
        lost: whether the file that was kept has gone or holds other bytes now.
    """

    student: str
    assignment: str
    digest: str
    attempt: Attempt | None
    counts: bool
    lost: bool = False

    def __str__(self) -> str:
        parts = [receipt_from(self.digest)]
        if self.attempt is None:
            parts.append("put into submitted/ by hand, and not collected")
        else:
            when, standing = self.attempt.when, self.attempt.standing
            parts.insert(0, f"attempt {self.attempt.number}")
            parts.append(f"handed in {when.astimezone():%Y-%m-%d %H:%M %Z}, {standing}" if when else "time unknown")
            parts.append(f"collected {self.attempt.collected.astimezone():%Y-%m-%d %H:%M %Z} as {self.attempt.path}")
        parts += ["this one counts"] if self.counts else []
        parts += ["ITS FILE HAS CHANGED OR GONE since it was collected"] if self.lost else []
        return f"{self.assignment}: " + "; ".join(parts)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "student": self.student,
            "assignment": self.assignment,
            "receipt": receipt_from(self.digest),
            "digest": self.digest,
            "attempt": self.attempt.to_json() if self.attempt else None,
            "counts": self.counts,
            "lost": self.lost,
        }


def receipts_of(folder: CourseFolder, student: str, assignments: Sequence[str]) -> list[Receipt]:
    """Return the receipts of all that a student handed in, by assignment, the first attempt first.

    Raises:
        CourseFolderError: the student handed nothing in, or the list of the attempts is broken.
    """
    found = [one for assignment in assignments for one in _of_assignment(folder, student, assignment)]
    if not found:
        raise CourseFolderError(f"{student} handed nothing in for {' or '.join(assignments)}")
    return found


def _of_assignment(folder: CourseFolder, student: str, assignment: str) -> Iterator[Receipt]:
    attempts, submission = kept(folder, student, assignment), folder.submission(student, assignment)
    there = submission.read().content if submission.notebook.parent.is_dir() else b""
    counting = hashlib.sha256(there).hexdigest() if there else ""
    for attempt in attempts:
        try:
            content = read_capped(folder.collected(student, assignment) / attempt.file)
            lost = hashlib.sha256(content).hexdigest() != attempt.digest
        except (OSError, MalformedNotebook):
            lost = True
        yield Receipt(student, assignment, attempt.digest, attempt, attempt.digest == counting, lost)
    if counting and counting not in {attempt.digest for attempt in attempts}:
        yield Receipt(student, assignment, counting, None, counts=True)
