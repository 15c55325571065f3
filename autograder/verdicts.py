"""The records that pass between the sandbox, the judge, the gradebook and the reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from textwrap import indent
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

if TYPE_CHECKING:
    from autograder.checks import Check, Observations

Outcome = Literal["pass", "fail", "error", "timeout", "memory", "crash", "missing", "invalid"]
AnswerKind = Literal["observed", "error", "timeout", "memory", "crash", "missing", "invalid"]
# How the parts of a diagnosis are called where people read them, in their order.
LABELS = {
    "observed": "observed",
    "expected": "expected",
    "where": "where",
    "likely": "likely mistake",
    "hint": "hint",
    "read": "read",
}
ALSO_LABELS = {"likely": "also likely", "hint": "hint", "read": "read"}
# How a mistake is called that nothing but the text of an error speaks for.
PERHAPS = {"likely mistake": "perhaps", "also likely": "perhaps also"}
LIKELY_LABELS = {*PERHAPS, *PERHAPS.values()}


@dataclass(frozen=True, eq=False)
class Answer:
    """What came back from running one check on somebody's names. Two are compared by `comparison.same_answer`.

    Attributes:
        kind: ``observed``, or why there is no complete observation. After an ``error`` the observations hold one
            ``Raised``, named error.
        observations: by name.
        detail: a sentence on what happened where the observations do not say it.
        duration_s: seconds of wall time.
        delegated: what a library has ready of the exercise and was called while the check ran; empty if nothing.
    """

    kind: AnswerKind
    observations: Observations
    detail: str = ""
    duration_s: float = 0.0
    delegated: str = ""


@dataclass(frozen=True)
class Likely:
    """A known mistake that a check shows.

    Attributes:
        mistake: its id.
        says: its explanation.
        read: which section helps, as the text of a ``sections.Section``.
        hint: what a second look adds.
        perhaps: whether nothing but the text of an error speaks for it.
    """

    mistake: str
    says: str
    read: str
    hint: str = ""
    perhaps: bool = False

    def record(self) -> LikelyRecord:
        said: LikelyRecord = {"mistake": self.mistake, "likely": self.says, "read": self.read}
        return {**said, "perhaps": True} if self.perhaps else said


@dataclass(frozen=True)
class Diagnosis:
    """What to tell a student about a check that did not pass, or passed by delegation.

    Attributes:
        observed: what the student's code did.
        expected: what it should have done.
        mistake: id of the known mistake that does the same, or None.
        likely: that mistake's explanation, or empty.
        read: which section helps, as the text of a ``sections.Section``, or empty.
        hint: what a second look adds, or empty.
        also: the mistakes that show in other observations of the same check.
        where: a picture of a tensor's numbers, a line for each row, in which ✗ is wrong and · is right; or empty.
        perhaps: whether nothing but the text of an error speaks for what is likely.
    """

    observed: str
    expected: str
    mistake: str | None = None
    likely: str = ""
    read: str = ""
    hint: str = ""
    also: tuple[Likely, ...] = ()
    where: str = ""
    perhaps: bool = False

    def record(self) -> DiagnosisRecord:
        """Return what is kept of it as JSON values; hints and pictures are for the notebook."""
        said: DiagnosisRecord = {
            "observed": self.observed,
            "expected": self.expected,
            "likely": self.likely,
            "read": self.read,
            "also": [one.record() for one in self.also],
        }
        return {**said, "perhaps": True} if self.perhaps else said


class LikelyRecord(TypedDict):
    """A mistake that a check shows besides another one, as JSON values."""

    mistake: str
    likely: str
    read: str
    perhaps: NotRequired[bool]


class DiagnosisRecord(TypedDict):
    """A diagnosis as JSON values; a part that there is not is empty. Older ones have no `also`."""

    observed: str
    expected: str
    likely: str
    read: str
    also: NotRequired[list[LikelyRecord]]
    perhaps: NotRequired[bool]


class VerdictRecord(TypedDict):
    """A verdict as JSON values, without student and assignment (contract 4); what there is not is None or empty."""

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


def shown_diagnosis(verdict: VerdictRecord, *, closed: bool = False) -> DiagnosisRecord | None:
    """Return what students see of a diagnosis.

    Of a hidden check's it is that their own code called a ready-made part and, once nobody can hand in any more, what
    was likely wrong and where to read. With which numbers it was seen stays hidden: the check may serve another class.

    Args:
        verdict: on a check.
        closed: whether the time to hand in is over for everybody.
    """
    diagnosis = verdict["diagnosis"]
    if verdict.get("delegated") or not verdict["hidden"] or not diagnosis:
        return diagnosis
    if not closed:
        return None
    saw_numbers = verdict["outcome"] in ("fail", "error")
    return {**diagnosis, "observed": "" if saw_numbers else diagnosis["observed"], "expected": ""}


def mistakes_in(verdict: VerdictRecord) -> dict[str, str]:
    """Return the explanations of the known mistakes that a verdict names, by their ids, the first one first."""
    diagnosis, first = verdict["diagnosis"], verdict["mistake"]
    if not first:
        return {}
    also = diagnosis.get("also", []) if diagnosis else []
    return {first: diagnosis["likely"] if diagnosis else ""} | {one["mistake"]: one["likely"] for one in also}


def labelled(diagnosis: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return the parts of a diagnosis, by the names of its fields, that say something: label and text of each."""
    parts = [(LABELS, diagnosis or {}), *((ALSO_LABELS, one) for one in (diagnosis or {}).get("also", ()))]
    return [
        (PERHAPS.get(label, label) if part.get("perhaps") else label, str(part[name]))
        for labels, part in parts
        for name, label in labels.items()
        if part.get(name)
    ]


def labelled_lines(diagnosis: Mapping[str, object] | None) -> list[str]:
    """Return the same as lines; a text of several goes on indented, so that none of a student's reads as a label."""
    return [f"{label}: " + "\n    ".join(text.splitlines()) for label, text in labelled(diagnosis)]


@dataclass(frozen=True)
class Verdict:
    """The only thing that produces points.

    Attributes:
        check: that was run.
        seed: with which.
        outcome: how it ended.
        diagnosis: what to tell the student; None where a pass leaves nothing to say.
        duration_s: seconds of wall time.
        delegated: the ready-made part that did the work of what agrees with the reference, or empty.
    """

    check: Check
    seed: int
    outcome: Outcome
    diagnosis: Diagnosis | None
    duration_s: float
    delegated: str = ""

    @property
    def passed(self) -> bool:
        return self.outcome == "pass"

    @property
    def points(self) -> int:
        return self.check.points if self.passed else 0

    @property
    def message(self) -> str:
        """Title and diagnosis as plain text of a few lines."""
        said = "\n".join(labelled_lines(self.diagnosis.record() if self.diagnosis else None))
        head = f"{self.check.exercise} · {self.check.title}"
        return f"{head}\n{indent(said, '  ')}" if said else head

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


def passed_by_delegation(check: Check, seed: int, answer: Answer) -> Verdict:
    """Return a pass that tells the student which ready-made part did the work."""
    diagnosis = Diagnosis(
        f"it passed by calling the ready-made {answer.delegated}",
        f"your own {check.exercise}, which the exercise asks you to write; in some courses nothing else earns points",
    )
    return Verdict(check, seed, "pass", diagnosis, answer.duration_s, answer.delegated)


def without_delegation(verdict: Verdict) -> Verdict:
    """Return a verdict as it is in a course where a pass by delegation earns nothing."""
    if not verdict.delegated:
        return verdict
    diagnosis = Diagnosis(
        f"it agrees with the reference by calling the ready-made {verdict.delegated}",
        f"your own {verdict.check.exercise}: in this course nothing else earns points",
    )
    return replace(verdict, outcome="fail", diagnosis=diagnosis)
