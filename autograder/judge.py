"""Observed and expected in, verdict and diagnosis out. Pure: it runs nobody's code and knows no notebook.

Tensors are compared by dtype, shape and value within a tolerance, NaN equal to NaN. Samples are compared as
distributions by the two-sample Kolmogorov-Smirnov distance D: for n draws each from one distribution

    P(D > e) <= 2 exp(-n e^2)

(Wei & Dudley 2012, doi 10.1016/j.spl.2011.11.012, for n >= 458). The threshold below makes that 10^-10, so a check
with up to nine samples fails a right answer less than once in 10^9 runs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from autograder.checks import Check, Observation, Raised, Sample, ready_made_for
from autograder.verdicts import Answer, Diagnosis, Outcome, Verdict, passed_by_delegation

SAMPLE_ERROR = 1e-10
TOLERANCE = {torch.float64: (1e-9, 1e-10), torch.float32: (1e-4, 1e-5)}


class Explanation(Protocol):
    """What the judge says of a known mistake (see mistakes.Mistake)."""

    @property
    def id(self) -> str: ...
    @property
    def says(self) -> str: ...
    @property
    def read(self) -> str: ...
    @property
    def hint(self) -> str: ...


class Expectations(Protocol):
    """Where the judge learns what to expect: a live reference, or a recording of one."""

    def reference(self, check: Check, seed: int) -> Answer: ...
    def mistaken(self, check: Check, seed: int) -> Mapping[str, Answer]:
        """Return, by its id, what each known mistake of the check's exercise answers."""
        ...

    def explanation(self, check: Check, mistake: str) -> Explanation: ...
    def page(self, room: str) -> str:
        """Return the address of the room's chapter in the book."""
        ...


def same(observed: Observation, expected: Observation) -> bool:
    """Whether two observations tell the same story, by the rule of the expected one."""
    if isinstance(expected, Sample):
        draws = observed.draws if isinstance(observed, Sample) else observed
        return isinstance(draws, Tensor) and same_distribution(draws, expected.draws)
    if isinstance(observed, Sample):
        return False
    if isinstance(expected, Tensor):
        return isinstance(observed, Tensor) and same_tensor(observed, expected)
    if isinstance(expected, Raised):
        return isinstance(observed, Raised) and same_error(observed, expected)
    if isinstance(expected, float) and isinstance(observed, float):
        return math.isclose(observed, expected, rel_tol=1e-6) or (math.isnan(observed) and math.isnan(expected))
    return type(observed) is type(expected) and observed == expected


def same_tensor(observed: Tensor, expected: Tensor) -> bool:
    """Whether dtype and shape agree, and the values within the dtype's tolerance."""
    if observed.dtype != expected.dtype or observed.shape != expected.shape:
        return False
    if not expected.is_floating_point():
        return torch.equal(observed, expected)
    rtol, atol = tolerance_of(expected.dtype)
    return torch.allclose(observed, expected, rtol=rtol, atol=atol, equal_nan=True)


def tolerance_of(dtype: torch.dtype) -> tuple[float, float]:
    """Return the relative and the absolute tolerance for a floating dtype."""
    return TOLERANCE.get(dtype, (1e-2, 1e-2))


def same_error(observed: Raised, expected: Raised) -> bool:
    """Two refusals are the same whatever they say; other errors where kind and message agree but for numbers."""
    if observed.is_refusal and expected.is_refusal:
        return True
    without_numbers = [re.sub(r"0x[0-9a-f]+|\d+", "#", error.message) for error in (observed, expected)]
    return observed.kind == expected.kind and without_numbers[0] == without_numbers[1]


def same_distribution(observed: Tensor, expected: Tensor) -> bool:
    """Whether two samples, each of shape (n,), can come from one distribution (see the module's text)."""
    # As many as the reference draws: of a few numbers almost any could be drawn.
    if observed.dtype != expected.dtype or observed.shape != expected.shape or expected.dim() != 1:
        return False
    if torch.equal(observed, expected):
        return True
    threshold = math.sqrt(math.log(2 / SAMPLE_ERROR) / len(expected))
    return distance(observed, expected) <= threshold


def distance(observed: Tensor, expected: Tensor) -> float:
    """Return the Kolmogorov-Smirnov distance: the largest gap between the two distribution functions."""
    # numpy sorts, and looks up a sorted list, several times faster than torch does.
    a, b = (np.sort(sample.double().numpy()) for sample in (observed, expected))
    if np.isnan(a).any() or np.isnan(b).any():
        return 0.0 if np.isnan(a).all() and np.isnan(b).all() else 1.0
    below = [np.searchsorted(sample, np.concatenate([a, b]), side="right") / len(sample) for sample in (a, b)]
    return float(np.abs(below[0] - below[1]).max())


def same_answer(observed: Answer, expected: Answer) -> bool:
    """Whether two answers agree in kind and in every observation."""
    return (
        observed.kind == expected.kind
        and observed.observations.keys() == expected.observations.keys()
        and all(same(observed.observations[name], value) for name, value in expected.observations.items())
    )


def judge(
    checks: Sequence[Check], answers: Sequence[Answer], seeds: Sequence[int], expect: Expectations
) -> list[Verdict]:
    """Return a verdict for each check of one exercise.

    All checks of the exercise are judged together because a mistake shows best over all of them: of the known
    mistakes that would have answered a failed check just so, the one that agrees with most other answers is named.

    Args:
        checks: of one exercise.
        answers: what the student's names answered, one for each check.
        seeds: with which each check ran.
        expect: the source of right and of mistaken answers.
    """
    expected = [expect.reference(check, seed) for check, seed in zip(checks, seeds, strict=True)]
    for check, answer in zip(checks, expected, strict=True):
        if answer.kind != "observed":
            raise RuntimeError(f"the reference itself does not pass {check.id}: {answer.kind} {answer.observations}")
    passed = [same_answer(mine, right) for mine, right in zip(answers, expected, strict=True)]
    verdicts = []
    for at, (check, seed, answer) in enumerate(zip(checks, seeds, answers, strict=True)):
        if passed[at]:
            delegated = answer.delegated in ready_made_for(check.exercise).values()
            verdicts.append(
                passed_by_delegation(check, seed, answer)
                if delegated
                else Verdict(check, seed, "pass", None, answer.duration_s)
            )
            continue
        likely = _likeliest(at, checks, answers, seeds, expect)
        diagnosis = _diagnose(check, answer, expected[at], likely, expect)
        outcome: Outcome = "fail" if answer.kind == "observed" else answer.kind
        verdicts.append(Verdict(check, seed, outcome, diagnosis, answer.duration_s))
    return verdicts


def _likeliest(
    at: int, checks: Sequence[Check], answers: Sequence[Answer], seeds: Sequence[int], expect: Expectations
) -> str | None:
    """Return the known mistake that answers this check as the student did, and most of the other checks too."""
    if answers[at].kind not in ("observed", "error"):
        return None
    mistaken = expect.mistaken(checks[at], seeds[at])
    candidates = [mistake for mistake, theirs in mistaken.items() if same_answer(answers[at], theirs)]
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    everywhere = list(zip(answers, (expect.mistaken(*where) for where in zip(checks, seeds, strict=True)), strict=True))
    return max(candidates, key=lambda mistake: sum(same_answer(mine, theirs[mistake]) for mine, theirs in everywhere))


def _diagnose(check: Check, answer: Answer, expected: Answer, likely: str | None, expect: Expectations) -> Diagnosis:
    if answer.kind not in ("observed", "error"):
        return Diagnosis(answer.detail, "")
    explanation = expect.explanation(check, likely) if likely else None
    observed, right = _first_difference(answer, expected)
    return Diagnosis(
        observed,
        right,
        mistake=likely,
        likely=explanation.says if explanation else "",
        read=f"{expect.page(check.room)}#{explanation.read}" if explanation else "",
        hint=explanation.hint if explanation else _second_look(answer, expected),
    )


def _second_look(answer: Answer, expected: Answer) -> str:
    """Say, where no known mistake answers so, which observations are right and which are not."""
    if answer.kind == "error":
        return "Make the same call in a cell of your own, with small numbers, and read the error from its last line up."
    if len(expected.observations) == 1:
        return ""
    right = [name for name, value in expected.observations.items() if _agrees(name, answer, value)]
    wrong = [name for name in expected.observations if name not in right]
    parts = [f"Not yet right: {', '.join(wrong)}."] if wrong else []
    parts += [f"Right already: {', '.join(right)}."] if right else []
    return " ".join(parts)


def _agrees(name: str, answer: Answer, right: Observation) -> bool:
    return name in answer.observations and same(answer.observations[name], right)


def _first_difference(answer: Answer, expected: Answer) -> tuple[str, str]:
    """Describe the first observation that is not as expected, the student's side and the right one."""
    if answer.kind == "error":
        raised = next(iter(answer.observations.values()), None)
        return describe(raised), "no error"
    for name, right in expected.observations.items():
        if name not in answer.observations:
            errors = {what: value for what, value in answer.observations.items() if isinstance(value, Raised)}
            instead = [f"{what}: {describe(error)}" for what, error in errors.items()]
            return next(iter(instead), f"{name}: nothing"), f"{name}: {describe(right)}"
        mine = answer.observations[name]
        if not same(mine, right):
            observed = f"{name}: {describe(mine)}"
            if isinstance(mine, Tensor) and isinstance(right, Tensor):
                observed += _largest_gap(mine, right)
            refusal = isinstance(right, Raised) and right.is_refusal
            return observed, f"{name}: {'a ValueError or TypeError that says why' if refusal else describe(right)}"
    return "something more than was asked for", "only: " + ", ".join(expected.observations)


def _largest_gap(observed: Tensor, expected: Tensor) -> str:
    if observed.shape != expected.shape or observed.dtype != expected.dtype or not observed.is_floating_point():
        return ""
    gap = float((observed - expected).abs().nan_to_num(math.inf).max())
    return f"; it is off by up to {gap:.3g}"


def describe(value: Observation) -> str:
    """Return an observation in a few words for a student: sizes first, then the first numbers."""
    if isinstance(value, Sample):
        draws = value.draws.double().flatten()
        if not len(draws):
            return "no numbers"
        mean, std = float(draws.mean()), float(draws.std(correction=min(1, len(draws) - 1)))
        return f"{len(draws)} numbers with mean {mean:.3g} and standard deviation {std:.3g}"
    if isinstance(value, Raised):
        if value.kind in ("ValueError", "TypeError") and not value.is_refusal:
            return f"{value.kind} without a message"
        where = f", in the line: {value.line}" if value.line else ""
        return f"{value.kind}: {value.message}{where}"
    if isinstance(value, Tensor):
        kind = f"{str(value.dtype).removeprefix('torch.')} of shape {tuple(value.shape)}"
        numbers = ", ".join(f"{number:.4g}" for number in value.flatten()[:4].tolist())
        more = ", …" if value.numel() > 4 else ""
        return f"{kind}: {numbers}{more}" if numbers else kind
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
