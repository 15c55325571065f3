"""The result of a run over a class, by submission and as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograder.instructor.course.folder import Submission
from autograder.instructor.course.records import GradingRecord
from autograder.instructor.grading.submission import versions
from autograder.instructor.marks import Mark
from autograder.judge.verdicts import VerdictRecord


@dataclass(frozen=True)
class GradedSubmission:
    """A graded submission."""

    submission: Submission
    mark: Mark
    before: Mark | None  # the mark before this run; None where nothing was graded
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

    def to_json(self, *, with_before: bool) -> list[dict[str, Any]]:
        """Return the verdicts as JSON values, each with all that reproduces it, and maybe its check's points before."""
        about: dict[str, Any] = {"student": self.submission.student, "assignment": self.submission.assignment}
        about |= {"run_seed": self.record.seed, "versions": dict(self.record.versions)}
        cells = self.before.cells if self.before else {}
        before = {name: {"before": cell.checked} for name, cell in cells.items()}
        return [
            about | verdict | (before.get(self.record.cell_of(verdict), {"before": None}) if with_before else {})
            for verdict in self.verdicts
        ]


@dataclass(frozen=True)
class MarkChange:
    """The mark of one work before a run and after it."""

    before: Mark | None  # None where nothing was graded
    mark: Mark

    @property
    def score_before(self) -> float | None:
        return None if self.before is None else self.before.score

    @property
    def questions(self) -> list[str]:
        """The ids of the cells with other points than before; points by a person hide what a check gives."""
        before = {name: cell.points for name, cell in self.before.cells.items()} if self.before else {}
        return [name for name, cell in self.mark.cells.items() if name not in before or before[name] != cell.points]


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
    changes: Sequence[MarkChange] = ()  # the marks that it changes, also of work that another's lateness touches
    dry: bool = False  # whether it wrote nothing

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
