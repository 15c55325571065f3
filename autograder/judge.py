"""Observed and expected in, verdict and diagnosis out. Pure: it runs nobody's code and knows no notebook."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from autograder.arrays import (
    Array,
    NDArray,
    PythonNumbers,
    as_numpy,
    close,
    dtype_name,
    is_array,
    is_floating,
    of_one_kind,
)
from autograder.checks import Check, Observation, Raised, Sample, ready_made_for
from autograder.common_mistakes import certain_mistake, likely_mistake
from autograder.comparison import same, same_answer, tolerance_of
from autograder.matching import Place, explaining, names_at, rest_on_errors
from autograder.sections import Contents
from autograder.verdicts import Answer, Diagnosis, Likely, Outcome, Verdict, passed_by_delegation

MOST_ROWS, MOST_COLUMNS = 12, 32  # of a picture that is still looked at
FEW = 3  # observations that are right, which a hint still names


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
    def contents(self, room: str) -> Contents:
        """Return the sections of the room's chapter."""
        ...


def judge(
    checks: Sequence[Check], answers: Sequence[Answer], seeds: Sequence[int], expect: Expectations
) -> list[Verdict]:
    """Return a verdict for each check of one exercise.

    All checks of the exercise are judged together because a mistake shows best over all of them (see matching). A
    failed check names those of the mistakes that explain something in it.

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
    explained: dict[str, frozenset[Place]] = {}
    if not all(passed):
        mistaken = [expect.mistaken(check, seed) for check, seed in zip(checks, seeds, strict=True)]
        explained = explaining(answers, expected, mistaken)
    guessed = {mistake for mistake, places in explained.items() if rest_on_errors(places, answers, expected)}
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
        shown = {mistake: names_at(at, places) for mistake, places in explained.items()}
        diagnosis = _diagnose(check, answer, expected[at], shown, guessed, expect)
        outcome: Outcome = "fail" if answer.kind == "observed" else answer.kind
        verdicts.append(Verdict(check, seed, outcome, diagnosis, answer.duration_s))
    return verdicts


def _diagnose(
    check: Check,
    answer: Answer,
    expected: Answer,
    shown: Mapping[str, frozenset[str]],
    guessed: Container[str],
    expect: Expectations,
) -> Diagnosis:
    """Tell what a check saw, and which mistakes show in it: first the one that shows in most of its observations."""
    if answer.kind not in ("observed", "error"):
        return Diagnosis(answer.detail, "")
    wrong = _wrong(answer, expected)
    certainly = {name: certain_mistake(value, check.exercise) for name, value, _ in wrong}
    certain = next(filter(None, certainly.values()), "")
    likely = [
        Likely(
            mistake,
            about.says,
            str(expect.contents(check.room).section(about.read)),
            about.hint,
            perhaps=mistake in guessed,
        )
        for mistake in sorted(shown, key=lambda mistake: -len(shown[mistake]))
        if shown[mistake] and not certain
        for about in [expect.explanation(check, mistake)]
    ]
    if not likely:
        there = frozenset(name for name in expected.observations if certainly.get(name))
        said = _first_difference(answer, expected, there)
        common, perhaps = (certain, False) if certain else _common_mistake(wrong, check.exercise)
        return replace(said, likely=common, hint=_second_look(answer, expected), perhaps=perhaps)
    first, *also = likely
    said = _first_difference(answer, expected, shown[first.mistake])
    return replace(
        said,
        mistake=first.mistake,
        likely=first.says,
        read=first.read,
        hint=first.hint,
        also=tuple(also),
        perhaps=first.perhaps,
    )


Wrong = tuple[str, Observation, Observation]  # name of an observation, what it is, and what it should be


def _common_mistake(wrong: Sequence[Wrong], exercise: str) -> tuple[str, bool]:
    """Return what probably went wrong in the first observation that shows it, and whether an error's text says so."""
    for _, value, right in wrong:
        if said := likely_mistake(value, right, exercise):
            return said, isinstance(value, Raised)
    return "", False


def _wrong(answer: Answer, expected: Answer) -> list[Wrong]:
    """Return each observation that is not as expected, beside what it should be."""
    rights = expected.observations
    both = [(name, value, rights.get(name)) for name, value in answer.observations.items()]
    return [(name, value, right) for name, value, right in both if name not in rights or not same(value, right)]


def _second_look(answer: Answer, expected: Answer) -> str:
    """Say, where no known mistake answers so, which observations are right and which are not."""
    if answer.kind == "error":
        return "Make the same call in a cell of your own, with small numbers, and read the error from its last line up."
    if len(expected.observations) == 1:
        return ""
    right = [name for name, value in expected.observations.items() if _agrees(name, answer, value)]
    wrong = [name for name in expected.observations if name not in right]
    parts = [f"Not yet right: {', '.join(wrong)}."] if wrong else []
    parts += [f"Right already: {', '.join(right) if len(right) <= FEW else f'{len(right)} others'}."] if right else []
    return " ".join(parts)


def _agrees(name: str, answer: Answer, right: Observation) -> bool:
    return name in answer.observations and same(answer.observations[name], right)


def _first_difference(answer: Answer, expected: Answer, among: frozenset[str] = frozenset()) -> Diagnosis:
    """Describe the first observation that is not as expected: the student's side, the right one, and where they differ.

    Args:
        answer: the student's.
        expected: the right one.
        among: names of observations, one of which is to be described; any if there are none.
    """
    if answer.kind == "error":
        raised = next(iter(answer.observations.values()), None)
        return Diagnosis(describe(raised), "no error")
    for name, right in expected.observations.items():
        if among and name not in among:
            continue
        if name not in answer.observations:
            errors = {what: value for what, value in answer.observations.items() if isinstance(value, Raised)}
            instead = [f"{what}: {describe(error)}" for what, error in errors.items()]
            return Diagnosis(next(iter(instead), f"{name}: nothing"), f"{name}: {describe(right)}")
        mine = answer.observations[name]
        if not same(mine, right):
            refusal = isinstance(right, Raised) and right.is_refusal
            wanted = f"{name}: {'a ValueError or TypeError' if refusal else describe(right)}"
            if is_array(mine) and is_array(right) and of_one_kind(mine, right) and mine.shape == right.shape:
                off = _off(mine, right)
                return Diagnosis(f"{name}: {describe(mine)}{_gap(mine, right, off)}", wanted, where=picture(off))
            return Diagnosis(f"{name}: {describe(mine)}", wanted)
    return Diagnosis("something more than was asked for", "only: " + ", ".join(expected.observations))


def _off(observed: Array, expected: Array) -> NDArray:
    """Return which numbers of an array are not as expected, in its shape."""
    one, other = as_numpy(observed), as_numpy(expected)
    if dtype_name(observed) != dtype_name(expected) or not is_floating(observed):
        return np.asarray(one != other)
    return ~close(one, other, *tolerance_of(expected))


def _gap(observed: Array, expected: Array, off: NDArray) -> str:
    """Say by how much numbers are off, how many of them, and where they lie, as an index that covers them."""
    if dtype_name(observed) != dtype_name(expected) or not is_floating(observed):
        return ""
    with np.errstate(invalid="ignore", over="ignore"):
        gaps = np.abs(as_numpy(observed) - as_numpy(expected))[off]
    known, missing = gaps[~np.isnan(gaps)], int(np.isnan(as_numpy(observed))[off].sum())
    number, total = int(off.sum()), off.size
    said = [f"it is off by {'up to ' if total > 1 else ''}{known.max():.3g}"] if known.size else []
    said += [f"NaN in {missing} of {total} numbers"] if missing else []
    if number < total:
        said += [] if missing else [f"in {number} of {total} numbers"]
        said += [f"at [{_covering(off)}]"]
    return f"; {', '.join(said)}" if said else ""


def picture(off: NDArray) -> str:
    """Draw which numbers are wrong, a line for each row of the last dimension; nothing where all are, or too many."""
    if off.ndim == 0 or off.all() or not off.any():
        return ""
    rows = off.reshape(-1, off.shape[-1])
    if len(rows) > MOST_ROWS or rows.shape[1] > MOST_COLUMNS:
        return ""
    return "\n".join(" ".join("✗" if wrong else "·" for wrong in row) for row in rows.tolist())


def _covering(marked: NDArray) -> str:
    """Return the smallest block of indices that has all marked elements in it, as Python writes it."""
    places = np.argwhere(marked)
    ends = zip(places.min(axis=0).tolist(), places.max(axis=0).tolist(), marked.shape, strict=True)
    return ", ".join(
        ":" if (first, last) == (0, size - 1) else str(first) if first == last else f"{first}:{last + 1}"
        for first, last, size in ends
    )


def describe(value: Observation) -> str:
    """Return an observation in a few words for a student: sizes first, then the first numbers."""
    if isinstance(value, Sample):
        draws = as_numpy(value.draws).astype(np.float64).flatten()
        if not len(draws):
            return "no numbers"
        with np.errstate(invalid="ignore", over="ignore"):
            mean, std = float(draws.mean()), float(draws.std(ddof=min(1, len(draws) - 1)))
        return f"{len(draws)} numbers with mean {mean:.3g} and standard deviation {std:.3g}"
    if isinstance(value, Raised):
        where = f", in the line: {value.line}" if value.line else ""
        return f"{value.kind}: {value.message or 'no message'}{where}"
    if is_array(value):
        kind = f"{dtype_name(value)} of shape {tuple(value.shape)}"
        numbers = ", ".join(f"{number:.4g}" for number in as_numpy(value).flatten()[:4].tolist())
        more = ", …" if as_numpy(value).size > 4 else ""
        if isinstance(value, PythonNumbers):
            return f"{numbers}{more}" or "no numbers"
        return f"{kind}: {numbers}{more}" if numbers else kind
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
