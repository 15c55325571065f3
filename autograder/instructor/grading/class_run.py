"""The result of a run over a class, by submission and as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograder.instructor.course.folder import Submission
from autograder.instructor.course.grading_records import GradingRecord
from autograder.instructor.grading.submission import versions
from autograder.instructor.marks import Mark
from autograder.judge.verdicts import VerdictRecord


@dataclass(frozen=True)
class GradedSubmission:
    """A graded submission."""

    submission: Submission
    mark: Mark  # by its checks now
    before: Mark | None  # the student's mark before this run; None where it was not graded
    reused: bool  # whether its verdicts are from an earlier run over the same work with the same checks

    @property
    def record(self) -> GradingRecord:
        assert self.mark.record is not None
        return self.mark.record

    @property
    def verdicts(self) -> Sequence[VerdictRecord]:
        return self.mark.verdicts

    @property
    def points(self) -> int:
        return sum(verdict["points"] for verdict in self.verdicts)

    @property
    def max_points(self) -> int:
        return sum(verdict["max_points"] for verdict in self.verdicts)

    @property
    def points_before(self) -> float | None:
        """The points of the checks before; None where it was not graded."""
        return None if self.before is None else sum(self.checked_before(verdict) or 0 for verdict in self.verdicts)

    def checked_before(self, verdict: VerdictRecord) -> float | None:
        """Return the points of a check before; None where it was not graded."""
        return None if self.before is None else self.before.cells[self.record.cell_of(verdict)].checked

    @property
    def changed(self) -> list[VerdictRecord]:
        """The verdicts that give other points than before."""
        return [verdict for verdict in self.verdicts if self.checked_before(verdict) != verdict["points"]]

    def to_json(self, *, with_before: bool) -> list[dict[str, Any]]:
        """Return the verdicts as JSON values, each with all that reproduces it, and maybe its check's points before."""
        about: dict[str, Any] = {"student": self.submission.student, "assignment": self.submission.assignment}
        about |= {"run_seed": self.record.seed, "versions": dict(self.record.versions)}
        return [
            about | verdict | ({"before": self.checked_before(verdict)} if with_before else {})
            for verdict in self.verdicts
        ]


@dataclass(frozen=True)
class UngradedSubmission:
    """A submission that our own software failed on; its earlier marks wait for a person."""

    submission: Submission
    reason: str


@dataclass(frozen=True)
class ClassRun:
    """A run over a class."""

    seed: int
    isolated: bool  # whether student code was shut in
    graded: Sequence[GradedSubmission]
    ungraded: Sequence[UngradedSubmission] = ()
    dry: bool = False  # whether it wrote nothing

    @property
    def changes(self) -> list[GradedSubmission]:
        """The submissions with other points on some check than the gradebook held, in the order of a table."""
        return [graded for graded in self.in_order if graded.changed]

    @property
    def in_order(self) -> list[GradedSubmission]:
        """The graded submissions by assignment and student."""
        return sorted(self.graded, key=lambda graded: (graded.submission.assignment, graded.submission.student))

    def to_json(self) -> dict[str, Any]:
        """Return the run and all verdicts as JSON values (contract 4), those of a dry run with the points before."""
        run = {"seed": self.seed, "isolated": self.isolated, "versions": versions(), "submissions": len(self.graded)}
        run["ungraded"] = [
            {"student": work.submission.student, "assignment": work.submission.assignment, "reason": work.reason}
            for work in self.ungraded
        ]
        verdicts = [verdict for graded in self.in_order for verdict in graded.to_json(with_before=self.dry)]
        return {"run": run, "verdicts": verdicts}
