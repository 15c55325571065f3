"""The records that pass between the sandbox, the judge, the gradebook and the reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from autograder.checks import Check, Observations

Outcome = Literal["pass", "fail", "error", "timeout", "memory", "crash", "missing", "invalid"]
AnswerKind = Literal["observed", "error", "timeout", "memory", "crash", "missing", "invalid"]


@dataclass(frozen=True)
class Answer:
    """What came back from running one check on somebody's names.

    Attributes:
        kind: ``observed``, or why there is no complete observation. After an ``error`` the observations hold one
            ``Raised``, named error.
        observations: by name.
        detail: a sentence on what happened where the observations do not say it.
        duration_s: seconds of wall time.
    """

    kind: AnswerKind
    observations: Observations
    detail: str = ""
    duration_s: float = 0.0


@dataclass(frozen=True)
class Diagnosis:
    """What to tell a student about a check that did not pass.

    Attributes:
        observed: what the student's code did.
        expected: what it should have done.
        mistake: id of the known mistake that does the same, or None.
        likely: that mistake's explanation, or empty.
        read: address of the section of the book that helps, or empty.
        hint: what a second look adds, or empty.
    """

    observed: str
    expected: str
    mistake: str | None = None
    likely: str = ""
    read: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Verdict:
    """The only thing that produces points."""

    check: Check
    seed: int
    outcome: Outcome
    diagnosis: Diagnosis | None
    duration_s: float

    @property
    def passed(self) -> bool:
        return self.outcome == "pass"

    @property
    def points(self) -> int:
        return self.check.points if self.passed else 0

    @property
    def message(self) -> str:
        """Title and diagnosis as plain text of a few lines."""
        head = f"{self.check.exercise} · {self.check.title}"
        if self.diagnosis is None:
            return head
        rows = (
            ("observed", self.diagnosis.observed),
            ("expected", self.diagnosis.expected),
            ("likely mistake", self.diagnosis.likely),
            ("read", self.diagnosis.read),
        )
        return "\n".join([head, *(f"  {name}: {text}" for name, text in rows if text)])

    def record(self) -> dict[str, Any]:
        """Return the verdict as JSON values, without student and assignment."""
        return {
            "exercise": self.check.exercise,
            "check": self.check.name,
            "title": self.check.title,
            "hidden": self.check.hidden,
            "points": self.points,
            "max_points": self.check.points,
            "outcome": self.outcome,
            "mistake": self.diagnosis.mistake if self.diagnosis else None,
            "message": self.message,
            "seed": self.seed,
            "duration_s": round(self.duration_s, 4),
        }
