"""What a plan is made of: what was found, what lies there, and what happens to each student's work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.course.attempts import Attempt
from autograder.instructor.course.extensions import Work
from autograder.instructor.course.roster import Student

Action = Literal["new", "newer", "other attempt", "as it is", "blocked", "no such attempt"]
WRITES: frozenset[Action] = frozenset({"new", "newer", "other attempt"})


@dataclass(frozen=True)
class RecognisedFile:
    """A file of a download, read.

    Attributes:
        handed_in: what its system says of it.
        assignment: that it is of; empty where it is none of the course's.
        digest: of its content, SHA-256 in hex; empty where it was not read.
        note: why it is none, or what is odd about it; or empty.
    """

    handed_in: DownloadedFile
    assignment: str
    digest: str
    note: str


@dataclass(frozen=True)
class PlacedWork:
    """What lies in ``submitted/STUDENT/ASSIGNMENT/``.

    Attributes:
        digest: of the notebook that would be graded; empty where there is none.
        stamp: the text of timestamp.txt; empty where there is none.
    """

    digest: str = ""
    stamp: str = ""


@dataclass(frozen=True)
class SubmissionPlan:
    """What collecting does with one student's work.

    Attributes:
        student: whose it is.
        assignment: its id.
        attempts: all that are known, the first first.
        chosen: the one that is to be graded; None where there is no such attempt.
        matched_by: the kind of the clue that said whose it is, and where students choose it, whether it is proved.
        seconds_late: by the due date, 0 where it is in time or nothing says when it came.
        action: what is written.
        note: what is odd about the chosen one; or empty.
        doubt: what speaks against its time; or empty.
        there: what lies in its place now.
        learned: whether an attempt, or its time, was not known before.
    """

    student: Student
    assignment: str
    attempts: tuple[Attempt, ...]
    chosen: Attempt | None
    matched_by: str
    seconds_late: float
    action: Action
    note: str
    doubt: str
    there: PlacedWork
    learned: bool

    @property
    def late_since_unknown(self) -> bool:
        """Whether the system says that it is late, and nothing says by how much."""
        written_by_hand = self.action == "as it is" and self.there.stamp
        return bool(self.chosen and self.chosen.late and not self.chosen.when and not written_by_hand)


@dataclass(frozen=True)
class ExcludedFile:
    """A file that is not collected.

    Attributes:
        path: in the download.
        reason: why.
        matters: whether it may be somebody's work, and not just something that lay beside it.
        stranger: whether it is a notebook of the course, of somebody who is not found in the class.
        several: whether more than one in the class may be meant.
        worksheet_tells: whether Moodle's worksheet, which was not given, would say which of them is.
    """

    path: str
    reason: str
    matters: bool
    stranger: bool = False
    several: bool = False
    worksheet_tells: bool = False


@dataclass(frozen=True)
class WrongFileType:
    """A student who handed in no notebook, but something else.

    Attributes:
        student: who.
        assignment: of which; empty where the download may be of several.
        file: the name of the first of their files.
    """

    student: Student
    assignment: str
    file: str


@dataclass(frozen=True)
class Plan:
    """What collecting would do.

    Attributes:
        planned: by assignment and student.
        left_out: in the order of the download.
        absent: the students of whom there is nothing, by assignment.
        instead: those of whom there is something, and no notebook.
    """

    planned: tuple[SubmissionPlan, ...]
    left_out: tuple[ExcludedFile, ...]
    absent: Mapping[str, tuple[Student, ...]] = field(default_factory=dict)
    instead: tuple[WrongFileType, ...] = ()

    @property
    def to_write(self) -> list[SubmissionPlan]:
        """What is written: into submitted/, or at least new attempts into collected/."""
        return [planned for planned in self.planned if planned.learned or planned.action in WRITES]

    @property
    def instead_by_assignment(self) -> dict[str, dict[str, str]]:
        """What was handed in instead of a notebook, by assignment and student, where the assignment is known."""
        found: dict[str, dict[str, str]] = {}
        for one in self.instead:
            if one.assignment:
                found.setdefault(one.assignment, {})[one.student.id] = one.file
        return found

    @property
    def complete(self) -> bool:
        """Whether everything that may be somebody's work is collected."""
        unplaced = any(planned.action in ("blocked", "no such attempt") for planned in self.planned)
        return not unplaced and not any(file.matters for file in self.left_out)


@dataclass(frozen=True)
class Situation:
    """What a plan depends on beside the download.

    Attributes:
        students: the class.
        kept: the attempts that are kept, by student and assignment.
        submitted: what lies there, by student and assignment.
        due: when each assignment is due, with a time zone.
        now: with a time zone.
        times: when students handed in, as the instructor says, by student.
        own_due: when it is due for those who have an extension, by student and assignment.
    """

    students: Sequence[Student]
    kept: Mapping[Work, tuple[Attempt, ...]]
    submitted: Mapping[Work, PlacedWork]
    due: Mapping[str, datetime]
    now: datetime
    times: Mapping[str, datetime] = field(default_factory=dict)
    own_due: Mapping[Work, datetime] = field(default_factory=dict)
