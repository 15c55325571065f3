"""Each wrong answer of the catalogues, and each known mistake, is caught wherever the grader's seed falls."""

from __future__ import annotations

from collections import Counter

import pytest

from autograder.checks import rooms
from autograder.course import Course
from tests.suite import is_deep
from tests.wrong import wrong_answers
from tests.wrong.misses import misses

WANTED = 8  # of each exercise but those which the third edition replaces
REPLACED = {"collapse", "he_std", "backward_relu", "evaluate", "classify"}
EXERCISES = [(room, exercise.name) for room in rooms() for exercise in Course.installed().exercises(room)]
SEEDS = 200  # in a deep run; `python -m tests.wrong --seeds` takes as many as one has time for
SLOW = {"Learner": 20, "temperature": 100, "prepare_image": 100}  # a seed of all their answers takes seconds


@pytest.mark.parametrize(("room", "exercise"), EXERCISES)
@pytest.mark.turn(0)
@pytest.mark.long("every wrong answer of an exercise")
def test_a_wrong_answer_is_caught_at_each_seed(room: str, exercise: str) -> None:
    seeds = range(SLOW.get(exercise, SEEDS) if is_deep() else 1)
    assert {found.id: found.missed for found in misses(room, seeds, exercise.__eq__) if found.missed} == {}


@pytest.mark.parametrize("room", rooms())
def test_each_exercise_has_wrong_answers_by_other_algorithms(room: str) -> None:
    count = Counter(answer.exercise for answer in wrong_answers(room))
    exercises = {exercise.name for exercise in Course.installed().exercises(room)}
    assert count.keys() <= exercises
    assert [name for name in exercises - REPLACED if count[name] < WANTED] == []
