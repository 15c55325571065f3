"""The agreement of two markers against slow ways to work it out, and where it cannot be said."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from autograder.instructor.marking.agreement import agreement

halves = st.integers(0, 10).map(lambda number: number / 2)
pairs_of_marks = st.lists(st.tuples(halves, halves), min_size=1, max_size=40)


def slow_kappa(pairs: list[tuple[float, float]]) -> float | None:
    """Work out kappa as its definition says: by a table of all categories, seen and by chance."""
    levels = sorted({one for pair in pairs for one in pair})
    seen = chance = 0.0
    for x in levels:
        for y in levels:
            weight = (x - y) ** 2
            seen += weight * pairs.count((x, y)) / len(pairs)
            first = sum(one == x for one, _ in pairs) / len(pairs)
            second = sum(other == y for _, other in pairs) / len(pairs)
            chance += weight * first * second
    return 1 - seen / chance if chance else None


@given(pairs_of_marks)
def test_it_is_what_the_slow_way_gives(pairs: list[tuple[float, float]]) -> None:
    found, slow = agreement(pairs), slow_kappa(pairs)
    assert found
    assert (found.kappa is None) == (slow is None)
    assert slow is None or math.isclose(found.kappa or 0.0, slow, abs_tol=1e-9)
    assert found.equal == sum(one == other for one, other in pairs) / len(pairs)
    assert abs(found.difference) <= found.distance + 1e-12


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2).filter(
        lambda pairs: len({*sum(pairs, ())}) > 1
    )
)
def test_on_whole_points_it_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    found = agreement([(float(one), float(other)) for one, other in pairs])
    expected = cohen_kappa_score(*zip(*pairs, strict=True), labels=range(6), weights="quadratic")
    assert found
    assert found.kappa == pytest.approx(expected, abs=1e-9)


@given(pairs_of_marks)
def test_exchanging_the_markers_turns_the_difference_and_nothing_else(pairs: list[tuple[float, float]]) -> None:
    here, there = agreement(pairs), agreement([(other, one) for one, other in pairs])
    assert here and there
    assert here.difference == pytest.approx(-there.difference)
    assert (here.equal, here.distance) == (there.equal, pytest.approx(there.distance))


def test_the_same_marks_agree_wholly_and_of_nothing_nothing_is_said() -> None:
    found = agreement([(1.0, 1.0), (4.0, 4.0)])
    assert found and (found.kappa, found.equal, found.difference) == (1.0, 1.0, 0.0)
    alike = agreement([(3.0, 3.0)] * 4)
    assert alike and alike.kappa is None
    assert agreement([]) is None
