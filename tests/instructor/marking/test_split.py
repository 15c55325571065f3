"""Who marks what: complete, within the table, level, and without moving what is marked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from autograder.instructor.marking.split import sample, split

MARKERS = ("ann", "bob", "eve")
eligibles = st.lists(st.frozensets(st.sampled_from(MARKERS)), max_size=7).map(
    lambda sets: {f"a{at}": who for at, who in enumerate(sets)}
)


def unevenness(given: Mapping[str, str]) -> int:
    return sum(count * count for count in Counter(given.values()).values())


def least_uneven(eligible: Mapping[str, frozenset[str]], stay: Mapping[str, str]) -> int:
    """Try every way to hand out the answers."""
    choices = [
        [(answer, stay[answer])] if answer in stay else [(answer, one) for one in who]
        for answer, who in eligible.items()
    ]
    return min(unevenness(dict(way)) for way in product(*filter(None, choices)))


@given(eligibles, st.data())
def test_every_answer_has_one_marker_of_those_who_may_and_no_split_is_more_even(
    eligible: dict[str, frozenset[str]], data: st.DataObject
) -> None:
    before = {answer: data.draw(st.sampled_from(MARKERS)) for answer in eligible if data.draw(st.booleans())}
    fixed = {answer for answer in before if data.draw(st.booleans())}
    found = split(eligible, before, fixed)
    assert {answer: found[answer] for answer in fixed} == {answer: before[answer] for answer in fixed}
    assert found.keys() == {answer for answer, who in eligible.items() if who} | fixed
    assert all(found[answer] in eligible[answer] for answer in found.keys() - fixed)
    assert unevenness(found) == least_uneven(eligible, {answer: before[answer] for answer in fixed})


@given(st.integers(0, 300), st.integers(1, 5))
def test_who_may_all_do_the_same_get_equally_many_but_for_one(answers: int, markers: int) -> None:
    who = frozenset(f"m{at}" for at in range(markers))
    counts = Counter(split({f"a{at}": who for at in range(answers)}, {}).values())
    assert max(counts.values(), default=0) - min((counts[name] for name in who), default=0) <= 1


@given(eligibles)
def test_to_split_again_moves_nothing(eligible: dict[str, frozenset[str]]) -> None:
    once = split(eligible, {})
    assert split(eligible, once) == once


@given(st.sets(st.integers(0, 50)).map(lambda numbers: {f"a{one}" for one in numbers}), st.floats(0, 100), st.data())
def test_a_sample_has_its_size_and_keeps_what_was_marked(
    answers: set[str], percent: float, data: st.DataObject
) -> None:
    some = st.sets(st.sampled_from(sorted(answers))) if answers else st.just(set[str]())
    fixed = data.draw(some)
    chosen = fixed | data.draw(some)
    first = {answer: data.draw(st.sampled_from(MARKERS)) for answer in sorted(answers)}
    found = sample(first, percent, chosen, fixed)
    wanted = math.ceil(len(answers) * percent / 100 - 1e-9)
    assert len(set(found)) == len(found) == max(wanted, len(fixed))
    assert fixed <= set(found) <= answers
    kept = chosen & set(found)
    assert kept == chosen or set(found) <= chosen


@given(st.integers(1, 5), st.integers(1, 20), st.floats(0, 100))
def test_a_sample_has_equally_many_answers_of_everybody_but_for_one(markers: int, each: int, percent: float) -> None:
    first = {f"a{at}": f"m{at % markers}" for at in range(markers * each)}
    counts = Counter(first[answer] for answer in sample(first, percent, (), ()))
    assert max(counts.values(), default=0) - min(counts[f"m{at}"] for at in range(markers)) <= 1
