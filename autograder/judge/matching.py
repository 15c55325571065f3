"""Find the known mistakes that explain a student's wrong answers: a set of them, since real code has several.

A *place* is one observation of one check; of a tensor or an array its dtype, its shape and its numbers are three
places, since one fault can spoil the dtype and another the numbers. A known mistake *fails* the places in which it
differs from the reference. There a student's answer can

- be the mistake's: the place is *explained*;
- be right: the place *contradicts* the mistake;
- be wrong in another way: then another fault covers this one, or it is not this one.

The chosen set leaves least unexplained and is least contradicted, and each further mistake in it has to explain
something more. A check that raised an error is one place, the error: it says nothing about later observations, for a
mistake or against it. Nor does what is missing on both sides where the student's answer has an error: that ended it.
Uncertain mistakes are not named: each in the set has to explain as many places as speak against it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from autograder.arrays import Array, as_numpy, close, dtype_name, is_array, of_one_kind
from autograder.checks import ACCEPTED, Observation, Raised
from autograder.judge.comparison import same, tolerance_of
from autograder.observe import Answer

Place = tuple[int, str, str]  # which check, the observation's name, and which part of it

WHOLE = frozenset({"whole"})
PARTS = frozenset({"dtype", "shape", "numbers"})
ERROR = "error"  # the only observation of a check that raised
NOTHING: Any = object()  # stands for an absent observation

# The cost of a set of mistakes, in places that are left unexplained.
CONTRADICTION = 3.0  # for a place that is right although one mistake of the set fails there
CANCELLED = 2.0  # the same where two of them fail, of which one can undo the other
ANOTHER_MISTAKE = 0.5  # for each mistake: of two sets that explain the same, the smaller wins
ALIKE = 0.6  # saved by a place that is explained by an error of the same subject only
MOST = 8  # mistakes at once


@dataclass(frozen=True)
class Agreement:
    """Agreement between a known mistake and a student's answers to one exercise."""

    explained: frozenset[Place]  # places in which the student's answer is the mistake's and wrong
    alike: frozenset[Place]  # places in which both raised errors that only speak of the same
    contradicted: frozenset[Place]  # places in which the mistake fails and the student does not
    covered: frozenset[Place]  # places in which both fail, in two ways

    @classmethod
    def of(cls, evidence: Iterable[tuple[Place, str]]) -> Agreement:
        """Collect the places of each kind of evidence."""
        by_kind: dict[str, list[Place]] = {kind: [] for kind in ("explained", "alike", "contradicted", "covered")}
        for place, kind in evidence:
            by_kind[kind].append(place)
        return cls(**{kind: frozenset(places) for kind, places in by_kind.items()})

    @property
    def failed(self) -> frozenset[Place]:
        return self.explained | self.alike | self.contradicted | self.covered


def explaining(
    answers: Sequence[Answer], expected: Sequence[Answer], mistaken: Sequence[Mapping[str, Answer]]
) -> dict[str, frozenset[Place]]:
    """Return the known mistakes that explain wrong answers, each with the places that it explains.

    Args:
        answers: of a student to the checks of one exercise.
        expected: of the reference.
        mistaken: of each known mistake, by its id; looked up only where that can tell something.
    """
    wrong = [wrong_places(at, answer, right) for at, (answer, right) in enumerate(zip(answers, expected, strict=True))]

    def evidence(mistake: str, checks: Iterable[int]) -> list[tuple[Place, str]]:
        return [
            place_and_kind
            for at in checks
            for place_and_kind in compared(at, answers[at], expected[at], mistaken[at][mistake], wrong[at])
        ]

    failed = [at for at, places in enumerate(wrong) if places]
    passed = [at for at, places in enumerate(wrong) if not places]
    agreements = {}
    for mistake in dict.fromkeys(mistake for at in failed for mistake in mistaken[at]):
        in_failed = evidence(mistake, failed)
        if any(kind in ("explained", "alike") for _, kind in in_failed):
            agreements[mistake] = Agreement.of([*in_failed, *evidence(mistake, passed)])
    while True:
        chosen = _best_set(frozenset().union(*wrong), agreements)
        doubts = {mistake: _doubt(mistake, chosen, agreements) for mistake in chosen}
        worst = max(doubts, key=lambda mistake: doubts[mistake], default="")
        if not worst or doubts[worst] <= 1:
            return _needed({mistake: agreements[mistake].explained | agreements[mistake].alike for mistake in chosen})
        del agreements[worst]


def _needed(places: Mapping[str, frozenset[Place]]) -> dict[str, frozenset[Place]]:
    """Return the mistakes without those that explain nothing that the others do not: they came in to cancel another."""
    needed = dict(places)
    for mistake in sorted(places, key=lambda mistake: len(places[mistake])):
        others = frozenset().union(*(explained for name, explained in needed.items() if name != mistake))
        if needed[mistake] <= others:
            del needed[mistake]
    return needed


def _best_set(wrong: frozenset[Place], agreements: Mapping[str, Agreement]) -> tuple[str, ...]:
    """Return the set of mistakes that explains most: the best one or two, and more while each adds something."""

    def cost(chosen: tuple[str, ...]) -> tuple[float, int, int]:
        return _cost(wrong, [agreements[mistake] for mistake in chosen])

    sets: Iterable[tuple[str, ...]] = [(), *((mistake,) for mistake in agreements), *combinations(agreements, 2)]
    best = min(sets, key=cost)
    while best and len(best) < MOST:
        more = min(((*best, mistake) for mistake in agreements if mistake not in best), key=cost, default=best)
        if cost(more)[0] >= cost(best)[0]:
            break
        best = more
    return best


def _cost(wrong: frozenset[Place], chosen: Sequence[Agreement]) -> tuple[float, int, int]:
    """Return the cost of a set of mistakes; the second and third number decide between equals."""
    failing = Counter(place for agreement in chosen for place in agreement.failed)
    explained = frozenset().union(*(agreement.explained for agreement in chosen))
    alike = frozenset().union(*(agreement.alike for agreement in chosen)) - explained
    right = [place for place in failing if place not in wrong]
    contradiction = sum(CONTRADICTION if failing[place] == 1 else CANCELLED for place in right)
    fit = len(wrong) - len(explained) - len(alike) * ALIKE + contradiction + ANOTHER_MISTAKE * len(chosen)
    crowded = sum(failing[place] > 1 for place in explained | alike)
    agreeing = sum(len(agreement.explained) - len(agreement.contradicted) for agreement in chosen)
    return fit, len(wrong - failing.keys()) + crowded, -agreeing


def _doubt(mistake: str, chosen: Sequence[str], agreements: Mapping[str, Agreement]) -> float:
    """Return the ratio of places against a mistake, which no other accounts for, to places that it explains."""
    accounted = frozenset().union(*(agreements[name].failed for name in chosen if name != mistake))
    agreement = agreements[mistake]
    against = (agreement.contradicted | agreement.covered) - accounted
    return len(against) / len(agreement.explained | agreement.alike)


def wrong_places(at: int, answer: Answer, right: Answer) -> frozenset[Place]:
    """Return the places in which an answer is wrong; none for an answer that a limit cut short."""
    if answer.kind == "error":
        return frozenset({(at, ERROR, "whole")})
    if answer.kind != "observed":
        return frozenset()
    return frozenset((at, name, part) for name, parts in failing(answer, right).items() for part in parts)


def compared(
    at: int, answer: Answer, right: Answer, mistaken: Answer, wrong: frozenset[Place]
) -> Iterator[tuple[Place, str]]:
    """Yield each place of one check in which a mistake fails, with the evidence that a student's answer gives there."""
    if mistaken is right or answer.kind not in ("observed", "error"):
        return
    if answer.kind == "error":
        if mistaken.kind == "error":
            yield (at, ERROR, "whole"), _how_alike(answer.observations.get(ERROR), mistaken.observations.get(ERROR))
        return
    if mistaken.kind != "observed":
        yield (at, ERROR, "whole"), "contradicted"
        return
    known = _failing.setdefault(mistaken, WeakKeyDictionary())
    if right not in known:
        known[right] = failing(mistaken, right)
    expects = right.observations.get
    broke_off = any(_is_unwanted(value, expects(name)) for name, value in answer.observations.items())
    for name, (value, expected, mistake) in _side_by_side(answer, right, mistaken):
        if broke_off and value is mistake is NOTHING:
            continue
        fails = {(at, name, part) for part in known[right].get(name, ())}
        yield from ((place, "contradicted") for place in fails - wrong)
        if _is_unwanted(value, expected) and isinstance(mistake, Raised):
            yield from ((place, _how_alike(value, mistake)) for place in fails & wrong)
            continue
        unlike = {(at, name, part) for part in differing(value, mistake, expected)} if fails & wrong else set()
        if is_accepted(expected) and _refusal_of(value) != _refusal_of(mistake):
            unlike |= fails  # a TypeError that came about by itself is not the mistake's refusal
        yield from ((place, "explained") for place in (fails & wrong) - unlike)
        yield from ((place, "covered") for place in fails & wrong & unlike)


# The same two answers are compared for each wrong answer of a class.
_failing: WeakKeyDictionary[Answer, WeakKeyDictionary[Answer, Mapping[str, frozenset[str]]]] = WeakKeyDictionary()


def failing(answer: Answer, right: Answer) -> Mapping[str, frozenset[str]]:
    """Return the wrong parts of an answer's observations, by the observation's name."""
    pairs = _side_by_side(answer, right)
    return {name: differing(value, expected, expected) for name, (value, expected) in pairs}


def _side_by_side(*answers: Answer) -> Iterator[tuple[str, tuple[Observation, ...]]]:
    for name in dict.fromkeys(name for answer in answers for name in answer.observations):
        yield name, tuple(answer.observations.get(name, NOTHING) for answer in answers)


def differing(first: Observation, second: Observation, right: Observation) -> frozenset[str]:
    """Return the parts in which two observations differ; the right one decides which parts there are."""
    if first is second:
        return frozenset()
    if not (is_array(first) and is_array(second) and of_one_kind(first, second) and of_one_kind(second, right)):
        if first is not NOTHING and second is not NOTHING and same(first, second):
            return frozenset()
        return PARTS if is_array(right) else WHOLE
    same_parts = {
        "dtype": dtype_name(first) == dtype_name(second),
        "shape": first.shape == second.shape,
        "numbers": _same_numbers(first, second),
    }
    return frozenset(part for part, is_same in same_parts.items() if not is_same)


def _same_numbers(first: Array, second: Array) -> bool:
    """Return whether two arrays hold the same numbers in the same order, in any shape and dtype."""
    a, b = (as_numpy(array).flatten() for array in (first, second))
    if a.size != b.size:
        return False
    if np.array_equal(a, b):  # as in most places: a fault shows in few
        return True
    floating = [tolerance_of(array) for array, numbers in ((first, a), (second, b)) if numbers.dtype.kind == "f"]
    rtol, atol = map(max, zip(*floating, strict=True)) if floating else (0.0, 0.0)
    wide = np.complex128 if "c" in (a.dtype.kind, b.dtype.kind) else np.float64
    return bool(close(a.astype(wide), b.astype(wide), rtol, atol).all())


def _how_alike(value: Observation, mistake: Observation) -> str:
    """Return how two unwanted errors agree: word by word, numbers included, in their subject, or not at all.

    The words of two ValueErrors need not agree: everybody words a refusal of their own.
    """
    if not isinstance(value, Raised) or not isinstance(mistake, Raised):
        return "covered"
    words = [re.sub(r"0x[0-9a-f]+", "#", error.message) for error in (value, mistake)]
    if value.kind == mistake.kind and words[0] == words[1]:
        return "explained"
    subjects = [set(re.findall(r"'(NoneType|list|tuple|generator|function)'", message)) for message in words]
    refusals = value.kind == mistake.kind == "ValueError"
    return "alike" if refusals or subjects[0] & subjects[1] else "covered"


def is_accepted(right: Observation) -> bool:
    return isinstance(right, str) and right == ACCEPTED


def _refusal_of(value: Observation) -> str:
    return (value.base or value.kind) if isinstance(value, Raised) else ""


def _is_unwanted(value: Observation, right: Observation) -> bool:
    """Return whether an observation is an error where none is asked for: a check of refusals asks for one."""
    return isinstance(value, Raised) and not isinstance(right, Raised) and not is_accepted(right)


def rest_on_errors(places: frozenset[Place], answers: Sequence[Answer], expected: Sequence[Answer]) -> bool:
    """Return whether in all these places only the text of an error tells which mistake it is."""
    return all(
        _is_unwanted(answers[at].observations.get(name), expected[at].observations.get(name)) for at, name, _ in places
    )
