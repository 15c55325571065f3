"""Judge answers against expectations: verdicts with diagnoses. Pure: it runs no student code and knows no notebook."""

from collections.abc import Collection, Container, Mapping, Sequence
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
from autograder.judge.common_mistakes import certain_mistake, likely_mistake
from autograder.judge.comparison import same, same_answer, tolerance_of
from autograder.judge.matching import Place, explaining, rest_on_errors
from autograder.judge.verdicts import Diagnosis, Likely, Outcome, Verdict, failed_by_delegation
from autograder.mistakes import Mistake
from autograder.observe import NOT_WRITTEN, Answer
from autograder.sections import Contents

MOST_ROWS, MOST_COLUMNS = 12, 32  # of a picture
SHOWN = 4  # numbers of an array
FEW = 3  # right observations that a hint names one by one


class Expectations(Protocol):
    """The source of right and mistaken answers: a live reference, or a recording of one."""

    def reference(self, check: Check, seed: int) -> Answer: ...
    def mistaken(self, check: Check, seed: int) -> Mapping[str, Answer]: ...  # by the id of a known mistake
    def explanation(self, check: Check, mistake: str) -> Mistake: ...
    def first_hints(self, check: Check) -> Sequence[str]: ...  # for a student who has written nothing yet
    def contents(self, room: str) -> Contents: ...


def judge(
    checks: Sequence[Check], answers: Sequence[Answer], seeds: Sequence[int], expect: Expectations
) -> list[Verdict]:
    """Return a verdict for each check of one exercise.

    All checks of the exercise are judged together because a mistake shows best over all of them (see matching). A
    failed check names the mistakes that explain something in it.
    """
    expected = [expect.reference(check, seed) for check, seed in zip(checks, seeds, strict=True)]
    for check, answer in zip(checks, expected, strict=True):
        if answer.kind != "observed":
            raise RuntimeError(f"the reference itself does not pass {check.id}: {answer.kind} {answer.observations}")
    passed = [same_answer(answer, right) for answer, right in zip(answers, expected, strict=True)]
    explained: dict[str, frozenset[Place]] = {}
    if not all(passed):
        mistaken = [expect.mistaken(check, seed) for check, seed in zip(checks, seeds, strict=True)]
        explained = explaining(answers, expected, mistaken)
    untouched = all(answer.kind == "missing" and answer.detail == NOT_WRITTEN for answer in answers)
    guessed = {mistake for mistake, places in explained.items() if rest_on_errors(places, answers, expected)}
    verdicts = []
    for at, (check, seed, answer) in enumerate(zip(checks, seeds, answers, strict=True)):
        if passed[at]:
            delegated = answer.delegated in ready_made_for(check.exercise).values()
            verdicts.append(
                failed_by_delegation(check, seed, answer)
                if delegated
                else Verdict(check, seed, "pass", None, answer.duration_s)
            )
            continue
        if untouched:
            diagnosis = Diagnosis(answer.detail, "", begin=tuple(expect.first_hints(check)))
        else:
            shown = {name: {what for where, what, _ in places if where == at} for name, places in explained.items()}
            diagnosis = _diagnose(check, answer, expected[at], shown, guessed, expect)
        outcome: Outcome = "fail" if answer.kind == "observed" else answer.kind
        verdicts.append(Verdict(check, seed, outcome, diagnosis, answer.duration_s))
    return verdicts


def _diagnose(
    check: Check,
    answer: Answer,
    expected: Answer,
    shown: Mapping[str, set[str]],
    guessed: Container[str],
    expect: Expectations,
) -> Diagnosis:
    """Describe a check's observations and the mistakes that show in them, the one in most observations first."""
    if answer.kind not in ("observed", "error"):
        return Diagnosis(answer.detail, "")
    wrong = _wrong(answer, expected)
    certainly = ((name, certain_mistake(value, check.exercise)) for name, value, _ in wrong)
    where, certain = next(((name, mistake) for name, mistake in certainly if mistake), ("", ""))
    likely = []
    for mistake in sorted(shown, key=lambda mistake: -len(shown[mistake])):
        if shown[mistake] and not certain:
            about = expect.explanation(check, mistake)
            read = expect.contents(check.room).section(about.read)
            likely.append(Likely(mistake, about.says, read, about.hint, perhaps=mistake in guessed))
    if not likely:
        common, perhaps = certain, False
        if not certain:
            where, common, perhaps = _common_mistake(wrong, check.exercise)
        difference = _first_difference(answer, expected, expected.observations.keys() & {where})
        return replace(difference, likely=common, hint=_second_look(answer, expected), perhaps=perhaps)
    first, *also = likely
    return replace(
        _first_difference(answer, expected, shown[first.mistake]),
        mistake=first.mistake,
        likely=first.says,
        read=first.read,
        hint=first.hint,
        also=tuple(also),
        perhaps=first.perhaps,
    )


Wrong = tuple[str, Observation, Observation]  # name of an observation, what it is, and what it should be


def _common_mistake(wrong: Sequence[Wrong], exercise: str) -> tuple[str, str, bool]:
    """Return the first observation that shows a common mistake, which one, and whether only an error's text says so."""
    for name, value, right in wrong:
        if value is None and name.startswith("gradient of "):
            continue  # it is left by autograd, and not returned
        if mistake := likely_mistake(value, right, exercise):
            return name, mistake, isinstance(value, Raised)
    return "", "", False


def _wrong(answer: Answer, expected: Answer) -> list[Wrong]:
    """Return each wrong observation beside the right one."""
    rights = expected.observations
    both = [(name, value, rights.get(name)) for name, value in answer.observations.items()]
    return [(name, value, right) for name, value, right in both if name not in rights or not same(value, right)]


def _second_look(answer: Answer, expected: Answer) -> str:
    """Return a hint for a check that no known mistake explains: its right and its wrong observations."""
    if answer.kind == "error":
        return "Make the same call in a cell of your own, with small numbers, and read the error from its last line up."
    if len(expected.observations) == 1:
        return ""
    seen = answer.observations
    right = [name for name, value in expected.observations.items() if name in seen and same(seen[name], value)]
    wrong = [name for name in expected.observations if name not in right]
    parts = [f"Not yet right: {', '.join(wrong)}."] if wrong else []
    parts += [f"Right already: {', '.join(right) if len(right) <= FEW else f'{len(right)} others'}."] if right else []
    return " ".join(parts)


def _first_difference(answer: Answer, expected: Answer, among: Collection[str]) -> Diagnosis:
    """Describe the first wrong observation, among some names or all: both sides, and where they differ."""
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
        value = answer.observations[name]
        if not same(value, right):
            refusal = isinstance(right, Raised) and right.is_refusal
            if is_array(value) and is_array(right) and of_one_kind(value, right) and value.shape == right.shape:
                off = _off(value, right)
                seen, wanted = (f"{name}: {describe(array, _first_shown(off))}" for array in (value, right))
                return Diagnosis(f"{seen}{_gap(value, right, off)}", wanted, where=picture(off))
            wanted = f"{name}: {'a ValueError or TypeError' if refusal else describe(right)}"
            return Diagnosis(f"{name}: {describe(value)}", wanted)
    return Diagnosis("something more than was asked for", "only: " + ", ".join(expected.observations))


def _off(observed: Array, expected: Array) -> NDArray:
    """Return a mask of the wrong numbers of an array."""
    numbers, right = as_numpy(observed), as_numpy(expected)
    if dtype_name(observed) != dtype_name(expected) or not is_floating(observed):
        return np.asarray(numbers != right)
    return ~close(numbers, right, *tolerance_of(expected))


def _first_shown(off: NDArray) -> int:
    """Return from which element on to show an array: from its first, if the first wrong one is shown then."""
    first = int(off.argmax()) if off.size else 0
    return first if first >= SHOWN else 0


def _gap(observed: Array, expected: Array, off: NDArray) -> str:
    """Return by how much numbers are off, how many of them, and where, as an index that covers them."""
    if dtype_name(observed) != dtype_name(expected) or not is_floating(observed):
        return ""
    with np.errstate(invalid="ignore", over="ignore"):
        gaps = np.abs(as_numpy(observed) - as_numpy(expected))[off]
    known, missing = gaps[~np.isnan(gaps)], int(np.isnan(as_numpy(observed))[off].sum())
    number, total = int(off.sum()), off.size
    parts = [f"it is off by {'up to ' if total > 1 else ''}{known.max():.3g}"] if known.size else []
    parts += [f"NaN in {missing} of {total} numbers"] if missing else []
    if number < total:
        parts += [] if missing else [f"in {number} of {total} numbers"]
        parts += [f"at [{_covering(off)}]"]
    return f"; {', '.join(parts)}" if parts else ""


def picture(off: NDArray) -> str:
    """Draw which numbers are wrong, a line for each row of the last dimension; empty if all are, or too many."""
    if off.ndim == 0 or off.all() or not off.any():
        return ""
    rows = off.reshape(-1, off.shape[-1])
    if len(rows) > MOST_ROWS or rows.shape[1] > MOST_COLUMNS:
        return ""
    return "\n".join(" ".join("✗" if wrong else "·" for wrong in row) for row in rows.tolist())


def _covering(marked: NDArray) -> str:
    """Return the smallest block of indices around all marked elements, as Python writes it."""
    places = np.argwhere(marked)
    ends = zip(places.min(axis=0).tolist(), places.max(axis=0).tolist(), marked.shape, strict=True)
    return ", ".join(
        ":" if (first, last) == (0, size - 1) else str(first) if first == last else f"{first}:{last + 1}"
        for first, last, size in ends
    )


def describe(value: Observation, start: int = 0) -> str:
    """Return an observation in a few words for a student: sizes first, then numbers, of an array from ``start`` on."""
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
        shown = as_numpy(value).flatten()[start : start + SHOWN].tolist()
        numbers = ", ".join(str(number) if type(number) is int else f"{number:.4g}" for number in shown)
        more = ", …" if as_numpy(value).size > start + SHOWN else ""
        at = f"from [{', '.join(str(int(n)) for n in np.unravel_index(start, value.shape))}] on " if start else ""
        numbers = at + numbers
        if isinstance(value, PythonNumbers):
            return f"{numbers}{more}" or "no numbers"
        return f"{kind}: {numbers}{more}" if numbers else kind
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
