"""Which known mistakes explain what a student's answers have got wrong: a set of them, since real code has several.

A *place* is one observation of one check; of a tensor or an array its dtype, its shape and its numbers are three
places, since one fault can spoil the dtype and another the numbers. A known mistake *fails* the places in which it
differs from the reference. There a student's answer can

- be the mistake's: the place is *explained*;
- be right: the place *contradicts* the mistake;
- be wrong in another way: then another fault covers this one, or it is not this one.

Of all sets of mistakes the one is taken that leaves least unexplained and is least contradicted, where a mistake more
has to explain something more. A check that raised an error is one place, the error: what it would have observed after
that says nothing, for a mistake or against it. What remains uncertain is not named: a mistake in the set has to explain
as many places as speak against it.
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
from autograder.comparison import same, tolerance_of
from autograder.verdicts import Answer

Place = tuple[int, str, str]  # which check, the observation's name, and which part of it

WHOLE = frozenset({"whole"})
PARTS = frozenset({"dtype", "shape", "numbers"})
ERROR = "error"  # the only observation of a check that raised
NOTHING: Any = object()  # in the place of an observation that is not there

CONTRADICTION = 3.0  # places that a mistake must explain more for each one that is right and should not be
CANCELLED = 2.0  # the same where two of the mistakes fail, so that one may undo the other
ANOTHER_MISTAKE = 0.5  # so that of two sets that explain the same the smaller one is taken
ALIKE = 0.6  # of a place that is explained by an error which only speaks of the same
MOST = 8  # mistakes at once


@dataclass(frozen=True)
class Agreement:
    """How a known mistake and a student's answers to one exercise agree.

    Attributes:
        explained: places in which the student's answer is the mistake's and wrong.
        alike: places in which both raised errors that only speak of the same.
        contradicted: places in which the mistake fails and the student does not.
        covered: places in which both fail, in two ways.
    """

    explained: frozenset[Place]
    alike: frozenset[Place]
    contradicted: frozenset[Place]
    covered: frozenset[Place]

    @classmethod
    def of(cls, told: Iterable[tuple[Place, str]]) -> Agreement:
        """Put together what each place says."""
        by_word: dict[str, list[Place]] = {word: [] for word in ("explained", "alike", "contradicted", "covered")}
        for place, word in told:
            by_word[word].append(place)
        return cls(**{word: frozenset(places) for word, places in by_word.items()})

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
    wrong = [wrong_places(at, mine, right) for at, (mine, right) in enumerate(zip(answers, expected, strict=True))]

    def told(mistake: str, where: Iterable[int]) -> list[tuple[Place, str]]:
        asked = ((at, answers[at], expected[at], mistaken[at][mistake], wrong[at]) for at in where)
        return [found for one in asked for found in compared(*one)]

    failing = [at for at, places in enumerate(wrong) if places]
    others = [at for at, places in enumerate(wrong) if not places]
    agreements = {}
    for mistake in dict.fromkeys(mistake for at in failing for mistake in mistaken[at]):
        there = told(mistake, failing)
        if any(word in ("explained", "alike") for _, word in there):
            agreements[mistake] = Agreement.of([*there, *told(mistake, others)])
    while True:
        chosen = _best_set(frozenset().union(*wrong), agreements)
        doubts = {mistake: _doubt(mistake, chosen, agreements) for mistake in chosen}
        worst = max(doubts, key=lambda mistake: doubts[mistake], default="")
        if not worst or doubts[worst] <= 1:
            return {mistake: agreements[mistake].explained | agreements[mistake].alike for mistake in chosen}
        del agreements[worst]


def _best_set(wrong: frozenset[Place], agreements: Mapping[str, Agreement]) -> tuple[str, ...]:
    """Return the set of mistakes that explains most: the best one or two, and more as long as each adds something."""

    def cost(chosen: tuple[str, ...]) -> tuple[float, int, int]:
        return _cost(wrong, [agreements[mistake] for mistake in chosen])

    sets: Iterable[tuple[str, ...]] = [(), *((one,) for one in agreements), *combinations(agreements, 2)]
    best = min(sets, key=cost)
    while best and len(best) < MOST:
        more = min(((*best, one) for one in agreements if one not in best), key=cost, default=best)
        if cost(more)[0] >= cost(best)[0]:
            break
        best = more
    return best


def _cost(wrong: frozenset[Place], chosen: Sequence[Agreement]) -> tuple[float, int, int]:
    """Return how badly a set of mistakes fits: the less the better; what comes second decides between equals."""
    failing = Counter(place for one in chosen for place in one.failed)
    explained = frozenset().union(*(one.explained for one in chosen))
    alike = frozenset().union(*(one.alike for one in chosen)) - explained
    right = [place for place in failing if place not in wrong]
    contradiction = sum(CONTRADICTION if failing[place] == 1 else CANCELLED for place in right)
    fit = len(wrong) - len(explained) - len(alike) * ALIKE + contradiction + ANOTHER_MISTAKE * len(chosen)
    crowded = sum(failing[place] > 1 for place in explained | alike)
    agreeing = sum(len(one.explained) - len(one.contradicted) for one in chosen)
    return fit, len(wrong - failing.keys()) + crowded, -agreeing


def _doubt(mistake: str, chosen: Sequence[str], agreements: Mapping[str, Agreement]) -> float:
    """Return how many places speak against a mistake, for each that it explains, and no other accounts for."""
    others = frozenset().union(*(agreements[other].failed for other in chosen if other != mistake))
    one = agreements[mistake]
    return len((one.contradicted | one.covered) - others) / len(one.explained | one.alike)


def names_at(at: int, places: frozenset[Place]) -> frozenset[str]:
    """Return the names of the observations of one check among some places."""
    return frozenset(name for where, name, _ in places if where == at)


def wrong_places(at: int, mine: Answer, right: Answer) -> frozenset[Place]:
    """Return where an answer is not as expected; nothing of one that a limit cut short."""
    if mine.kind == "error":
        return frozenset({(at, ERROR, "whole")})
    if mine.kind != "observed":
        return frozenset()
    pairs = ((name, values) for name, values in _side_by_side(mine, right))
    return frozenset((at, name, part) for name, (one, other) in pairs for part in differing(one, other, other))


def compared(
    at: int, mine: Answer, right: Answer, theirs: Answer, wrong: frozenset[Place]
) -> Iterator[tuple[Place, str]]:
    """Tell of each place of one check in which a mistake fails what the student's answer says of the mistake."""
    if theirs is right or mine.kind not in ("observed", "error"):
        return
    if mine.kind == "error":
        if theirs.kind == "error":
            yield (at, ERROR, "whole"), _how_alike(mine.observations.get(ERROR), theirs.observations.get(ERROR))
        return
    if theirs.kind != "observed":
        yield (at, ERROR, "whole"), "contradicted"
        return
    failed = failing(theirs, right)
    for name, (mine_, right_, theirs_) in _side_by_side(mine, right, theirs):
        fails = {(at, name, part) for part in failed.get(name, ())}
        yield from ((place, "contradicted") for place in fails - wrong)
        if isinstance(mine_, Raised) and isinstance(theirs_, Raised) and not asks_for_refusal(right_):
            yield from ((place, _how_alike(mine_, theirs_)) for place in fails & wrong)
            continue
        other = {(at, name, part) for part in differing(mine_, theirs_, right_)} if fails & wrong else set()
        yield from ((place, "explained") for place in (fails & wrong) - other)
        yield from ((place, "covered") for place in fails & wrong & other)


# It is asked of the same two for each wrong answer of a class.
_failing: WeakKeyDictionary[Answer, WeakKeyDictionary[Answer, Mapping[str, frozenset[str]]]] = WeakKeyDictionary()


def failing(theirs: Answer, right: Answer) -> Mapping[str, frozenset[str]]:
    """Return the parts in which a mistake's observations are not the right ones, by the observation's name."""
    known = _failing.setdefault(theirs, WeakKeyDictionary())
    if right not in known:
        pairs = _side_by_side(theirs, right)
        known[right] = {name: differing(one, other, other) for name, (one, other) in pairs}
    return known[right]


def _side_by_side(*answers: Answer) -> Iterator[tuple[str, tuple[Observation, ...]]]:
    for name in dict.fromkeys(name for answer in answers for name in answer.observations):
        yield name, tuple(answer.observations.get(name, NOTHING) for answer in answers)


def _parts(right: Observation) -> frozenset[str]:
    return PARTS if is_array(right) else WHOLE


def differing(one: Observation, other: Observation, right: Observation) -> frozenset[str]:
    """Return the parts in which two observations differ, where the right one decides which parts there are."""
    if one is other:
        return frozenset()
    if not (is_array(one) and is_array(other) and of_one_kind(one, other) and of_one_kind(other, right)):
        here = one is not NOTHING and other is not NOTHING
        return frozenset() if here and same(one, other) else _parts(right)
    same_parts = {
        "dtype": dtype_name(one) == dtype_name(other),
        "shape": one.shape == other.shape,
        "numbers": _same_numbers(one, other),
    }
    return frozenset(part for part, is_same in same_parts.items() if not is_same)


def _same_numbers(one: Array, other: Array) -> bool:
    """Whether two arrays hold the same numbers in the same order, whatever their shapes and dtypes."""
    a, b = (as_numpy(array).flatten() for array in (one, other))
    if a.size != b.size:
        return False
    if np.array_equal(a, b):  # as in most places: a fault shows in few
        return True
    floating = [tolerance_of(array) for array, numbers in ((one, a), (other, b)) if numbers.dtype.kind == "f"]
    rtol, atol = map(max, zip(*floating, strict=True)) if floating else (0.0, 0.0)
    wide = np.complex128 if "c" in (a.dtype.kind, b.dtype.kind) else np.float64
    return bool(close(a.astype(wide), b.astype(wide), rtol, atol).all())


def _how_alike(mine: Observation, theirs: Observation) -> str:
    """Say how two errors agree that nobody asked for: word by word, numbers included, in what they speak of, or not.

    An own refusal is worded by whoever wrote it. So of two ValueErrors the words need not agree.
    """
    if not isinstance(mine, Raised) or not isinstance(theirs, Raised):
        return "covered"
    words = [re.sub(r"0x[0-9a-f]+", "#", error.message) for error in (mine, theirs)]
    if mine.kind == theirs.kind and words[0] == words[1]:
        return "explained"
    spoken = [set(re.findall(r"'(NoneType|list|tuple|generator|function)'", message)) for message in words]
    refusals = mine.kind == theirs.kind == "ValueError"
    return "alike" if refusals or spoken[0] & spoken[1] else "covered"


def asks_for_refusal(right: Observation) -> bool:
    """Whether an observation is of what is refused and what is accepted: there an error is the answer."""
    return isinstance(right, Raised) or (isinstance(right, str) and right == ACCEPTED)


def rest_on_errors(places: frozenset[Place], answers: Sequence[Answer], expected: Sequence[Answer]) -> bool:
    """Whether in all these places nothing but the text of an error tells which mistake it is."""
    return all(
        isinstance(answers[at].observations.get(name), Raised)
        and not asks_for_refusal(expected[at].observations.get(name))
        for at, name, _ in places
    )
