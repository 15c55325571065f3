"""What a class has got: the records between the gradebook and whatever shows or exports marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from autograder.instructor.course.roster import Student
from autograder.instructor.course.standing import CLAIMED, standing_of
from autograder.verdicts import VerdictRecord


@dataclass(frozen=True)
class Mark:
    """What one student has got for one assignment.

    Attributes:
        student: whose work.
        assignment: its id.
        max_score: points that can be had.
        raw_score: points before a penalty; None where nothing was handed in, or it has not been graded.
        penalty: points taken off for being late.
        handed_in: whether there is work.
        needs_manual_grade: whether something waits for a person, if only to be looked at again.
        unmarked: whether an answer has no points yet, and so the raw score leaves it out.
        excused: whether the student need not do it; then nothing else is said of it.
        instead: the file that was handed in and is no notebook; empty where there is none.
        late_since_unknown: whether the system says that it came late, and nothing says when.
        submitted_at: when it was handed in, in UTC, where that is known.
        proved: whether a clock says so that the student cannot set.
        due: until when it had to be, extension included, in UTC, where there is a date.
        verdicts: as recorded when it was graded.
        answers: the student's cells as they were graded, by grade id.
        notes: what was noticed when it was graded.
    """

    student: Student
    assignment: str
    max_score: float
    raw_score: float | None = None
    penalty: float = 0.0
    handed_in: bool = False
    needs_manual_grade: bool = False
    unmarked: bool = False
    excused: bool = False
    instead: str = ""
    late_since_unknown: bool = False
    submitted_at: datetime | None = None
    proved: bool = False
    due: datetime | None = None
    verdicts: Sequence[VerdictRecord] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def score(self) -> float | None:
        """Points with the penalty taken off, never below 0, as nbgrader's own export gives them."""
        return None if self.raw_score is None else max(0.0, self.raw_score - self.penalty)

    @property
    def final_score(self) -> float | None:
        """The score that may leave for other systems; None while an answer has no points yet."""
        return None if self.unmarked else self.score

    @property
    def share(self) -> float | None:
        """The score as a part of what can be had."""
        return None if self.score is None or not self.max_score else self.score / self.max_score

    @property
    def decided_share(self) -> float | None:
        """The share of those points that are decided: while an answer waits for a person, of the points from checks."""
        possible = sum(verdict["max_points"] for verdict in self.verdicts)
        if self.raw_score is None or not self.needs_manual_grade or not possible:
            return self.share
        return float(sum(verdict["points"] for verdict in self.verdicts) / possible)

    @property
    def is_late(self) -> bool:
        return self.submitted_at is not None and self.due is not None and self.submitted_at > self.due

    @property
    def standing(self) -> str:
        """Whether it is ``proved`` when it was handed in, or only ``claimed``; empty where nothing says when."""
        return standing_of(self.submitted_at, proved=self.proved)

    @property
    def lateness(self) -> str:
        """What lateness has cost, as the student is told; empty where it has cost nothing."""
        return penalty_in_words(self.penalty, claimed=self.standing == CLAIMED)

    @property
    def status(self) -> str:
        """How far it is, in a word or two."""
        if self.excused:
            return "excused"
        if not self.handed_in:
            return "something else" if self.instead else "missing"
        if self.raw_score is None:
            return "not graded"
        return "waits for a person" if self.needs_manual_grade else "graded"


def penalty_in_words(penalty: float, *, claimed: bool) -> str:
    """Return what lateness has cost, and whether the time is only claimed; empty where it has cost nothing."""
    late = "Late, by a claimed time" if claimed else "Late"
    return f"{late}: {number(penalty)} points taken off" if penalty else ""


def number(points: float) -> str:
    """Return points as people write them: at most two digits after the point, and no zeros at the end."""
    return f"{points:.2f}".rstrip("0").rstrip(".")
