"""Records of the sandbox, the judge, the gradebook and the reports: answers, diagnoses, verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from textwrap import indent
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from autograder.sections import Section

if TYPE_CHECKING:
    from autograder.checks import Check
    from autograder.observe import Answer

Outcome = Literal["pass", "fail", "error", "timeout", "memory", "crash", "missing", "invalid"]
# Labels of the parts of a diagnosis for readers, in order.
LABELS = {
    "observed": "observed",
    "expected": "expected",
    "where": "where",
    "likely": "likely mistake",
    "hint": "hint",
    "read": "read",
}
ALSO_LABELS = {"likely": "also likely", "hint": "hint", "read": "read"}
# Labels of a mistake for which only the text of an error speaks.
PERHAPS = {"likely mistake": "perhaps", "also likely": "perhaps also"}
LIKELY_LABELS = {*PERHAPS, *PERHAPS.values()}


@dataclass(frozen=True)
class Likely:
    """A known mistake that a check shows, by its id; ``says`` explains it, and the rest is as in a ``Diagnosis``."""

    mistake: str
    says: str
    read: Section
    hint: str = ""
    perhaps: bool = False

    def record(self) -> LikelyRecord:
        record: LikelyRecord = {"mistake": self.mistake, "likely": self.says, "read": asdict(self.read)}
        return {**record, "perhaps": True} if self.perhaps else record


@dataclass(frozen=True)
class Diagnosis:
    """An explanation for a student of a check that did not pass."""

    observed: str  # behaviour of the student's code
    expected: str  # right behaviour
    mistake: str | None = None  # id of the known mistake that does the same
    likely: str = ""  # that mistake's explanation
    read: Section | None = None  # the section that helps
    hint: str = ""  # for a second look
    also: tuple[Likely, ...] = ()  # the mistakes that show in other observations of the same check
    where: str = ""  # a picture of a tensor's numbers, a line for each row, in which ✗ is wrong and · is right
    perhaps: bool = False  # whether only the text of an error speaks for the mistake
    begin: Sequence[str] = ()  # hints for an exercise of which nothing is written yet: for a first look, for a second

    def record(self) -> DiagnosisRecord:
        """Return it as JSON values, without hints and picture, which are for the notebook."""
        record: DiagnosisRecord = {
            "observed": self.observed,
            "expected": self.expected,
            "likely": self.likely,
            "read": asdict(self.read) if self.read else None,
            "also": [likely.record() for likely in self.also],
        }
        return {**record, "perhaps": True} if self.perhaps else record


class LikelyRecord(TypedDict):
    """A mistake that a check shows besides another one, as JSON values."""

    mistake: str
    likely: str
    read: dict[str, str]
    perhaps: NotRequired[bool]


class DiagnosisRecord(TypedDict):
    """A diagnosis as JSON values, absent parts empty."""

    observed: str
    expected: str
    likely: str
    read: dict[str, str] | None
    also: list[LikelyRecord]
    perhaps: NotRequired[bool]


class VerdictRecord(TypedDict):
    """A verdict as JSON values, without student and assignment; absent parts are None or empty."""

    exercise: str
    check: str
    title: str
    hidden: bool
    points: int
    max_points: int
    outcome: Outcome
    mistake: str | None
    diagnosis: DiagnosisRecord | None
    message: str
    delegated: str
    seed: int
    duration_s: float


# What students see of a hidden check: in words of ours, since its process, which knows the check, can choose others.
OF_HIDDEN = {
    "timeout": "it did not end in time, or two before it did not",
    "crash": "it ended the whole process",
    "memory": "it took more memory than it may",
    "missing": "it is not written yet, or is not there",
    "invalid": "it gave no valid answer",
}


def shown_diagnosis(verdict: VerdictRecord, *, closed: bool = False) -> DiagnosisRecord | None:
    """Return the part of a diagnosis that students see.

    For a hidden check it is that their code called a ready-made part and, once the time to hand in is over for
    everybody (``closed``), the likely mistake and the section. The numbers stay hidden: the check can serve another
    class.
    """
    diagnosis = verdict["diagnosis"]
    if verdict.get("delegated") or not verdict["hidden"] or not diagnosis:
        return diagnosis
    if not closed:
        return None
    return {**diagnosis, "observed": OF_HIDDEN.get(verdict["outcome"], ""), "expected": ""}


def mistakes_in(verdict: VerdictRecord) -> dict[str, str]:
    """Return the explanations of the known mistakes that a verdict names, by their ids, the first one first."""
    diagnosis, first = verdict["diagnosis"], verdict["mistake"]
    if not first:
        return {}
    also = diagnosis["also"] if diagnosis else []
    return {first: diagnosis["likely"] if diagnosis else ""} | {second["mistake"]: second["likely"] for second in also}


def labelled(diagnosis: Mapping[str, Any] | None) -> list[tuple[str, str | Section]]:
    """Return each part of a diagnosis that is not empty, with its label: the section to read, and others as text."""
    parts = [(LABELS, diagnosis or {}), *((ALSO_LABELS, likely) for likely in (diagnosis or {}).get("also", ()))]
    return [
        (
            PERHAPS.get(label, label) if part.get("perhaps") else label,
            Section(**part[name]) if isinstance(part[name], dict) else str(part[name]),
        )
        for labels, part in parts
        for name, label in labels.items()
        if part.get(name)
    ]


def labelled_lines(diagnosis: Mapping[str, object] | None) -> list[str]:
    """Return the same as lines; further lines of a text are indented, so none of a student's reads as a label."""
    return [f"{label}: " + "\n    ".join(str(part).splitlines()) for label, part in labelled(diagnosis)]


@dataclass(frozen=True)
class Verdict:
    """The result of a check, and the only source of points."""

    check: Check
    seed: int  # of the check's run
    outcome: Outcome
    diagnosis: Diagnosis | None  # None for a pass without a comment
    duration_s: float  # seconds of wall time
    delegated: str = ""  # the ready-made part that a right answer called; empty if none

    @property
    def passed(self) -> bool:
        return self.outcome == "pass"

    @property
    def points(self) -> int:
        return self.check.points if self.passed else 0

    @property
    def message(self) -> str:
        """Title and diagnosis as plain text of a few lines."""
        explanation = "\n".join(labelled_lines(self.diagnosis.record() if self.diagnosis else None))
        head = f"{self.check.exercise} · {self.check.title}"
        return f"{head}\n{indent(explanation, '  ')}" if explanation else head

    def record(self) -> VerdictRecord:
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
            "diagnosis": self.diagnosis.record() if self.diagnosis else None,
            "message": self.message,
            "delegated": self.delegated,
            "seed": self.seed,
            "duration_s": round(self.duration_s, 4),
        }


def failed_by_delegation(check: Check, seed: int, answer: Answer) -> Verdict:
    """Return the verdict on a right answer for which a ready-made part did the work."""
    diagnosis = Diagnosis(
        f"it called the ready-made {answer.delegated}, which did the work",
        f"your own {check.exercise}, which the exercise asks you to write",
    )
    return Verdict(check, seed, "fail", diagnosis, answer.duration_s, answer.delegated)
