"""Each wrong answer of the catalogues, and each known mistake, is caught wherever the grader's seed falls."""

from __future__ import annotations

import pytest

from autograder.checks import rooms
from autograder.course import Course
from tests.suite import is_deep
from tests.wrong.misses import misses

EXERCISES = [(room, exercise.name) for room in rooms() for exercise in Course.installed().exercises(room)]


@pytest.mark.parametrize(("room", "exercise"), EXERCISES)
@pytest.mark.long("every wrong answer of an exercise; in a deep run at 200 seeds")
def test_a_wrong_answer_is_caught_at_each_seed(room: str, exercise: str) -> None:
    seeds = range(200) if is_deep() else range(3)
    assert {found.id: found.missed for found in misses(room, seeds, exercise.__eq__) if found.missed} == {}
