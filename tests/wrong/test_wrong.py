"""Each wrong answer is caught wherever the grader's seed falls; of those that students typed, the fault is named."""

from collections import Counter

import pytest

from autograder.checks import checks_of, rooms
from autograder.course import Course
from autograder.judge.judge import judge
from autograder.judge.live import LiveExpectations
from autograder.observe import observe, seed_of
from tests.checks.conftest import named
from tests.suite import is_deep
from tests.wrong import StrangersAnswer, wrong_answers
from tests.wrong.misses import misses

WANTED = 8  # of each exercise
SEEDS = 200  # in a deep run; `python -m tests.wrong --seeds` takes as many as one has time for
SLOW = {"Learner": 20, "Dropout": 100, "temperature": 100, "prepare_image": 100}  # a seed takes seconds
EXERCISES = [
    pytest.param(room, exercise.name, marks=[pytest.mark.deep] * (exercise.name in SLOW))
    for room in rooms()
    for exercise in Course.installed().exercises(room)
]
TYPED = [answer for room in rooms() for answer in wrong_answers(room) if answer.mistakes is not None]
NAMED = 0.9  # of the typed answers whose main fault is known: where it is named


@pytest.mark.parametrize(("room", "exercise"), EXERCISES)
@pytest.mark.daily
@pytest.mark.long("every wrong answer of an exercise")
@pytest.mark.timeout(1800)
def test_a_wrong_answer_is_caught_at_each_seed(room: str, exercise: str) -> None:
    seeds = range(SLOW.get(exercise, SEEDS) if is_deep() else 1)
    assert {answer.id: answer.missed for answer in misses(room, seeds, exercise.__eq__) if answer.missed} == {}


@pytest.mark.parametrize("room", rooms())
def test_each_exercise_has_wrong_answers_by_other_algorithms(room: str) -> None:
    count = Counter(answer.exercise for answer in wrong_answers(room))
    exercises = {exercise.name for exercise in Course.installed().exercises(room)}
    assert count.keys() <= exercises
    assert [name for name in exercises if count[name] < WANTED] == []


def test_each_typed_answer_names_mistakes_that_there_are() -> None:
    for answer in TYPED:
        known = {
            mistake.id for mistake in Course.installed().mistakes(answer.room) if mistake.exercise == answer.exercise
        }
        assert set(answer.mistakes or ()) <= known, answer.id


@pytest.mark.parametrize("seed", [7, pytest.param(8, marks=pytest.mark.deep), pytest.param(9, marks=pytest.mark.deep)])
@pytest.mark.long("some ninety answers")
def test_the_fault_of_a_typed_answer_is_named_and_no_other(seed: int, live: LiveExpectations) -> None:
    named_in = {answer.id: _told(answer, seed, live) for answer in TYPED}
    main = {answer.id: answer.mistakes[0] for answer in TYPED if answer.mistakes}
    lost = [name for name, fault in main.items() if fault not in named_in[name]]
    assert len(lost) <= (1 - NAMED) * len(main), lost
    wrong = {answer.id: named_in[answer.id] - set(answer.mistakes or ()) for answer in TYPED}
    assert {name: others for name, others in wrong.items() if others} == {}


def _told(answer: StrangersAnswer, seed: int, live: LiveExpectations) -> set[str]:
    """Return which known mistakes the checks of its exercise name in an answer."""
    checks = checks_of(answer.room, answer.exercise)
    seeds = [seed_of(seed, check) for check in checks]
    answers = [observe(check, answer.names(), at) for check, at in zip(checks, seeds, strict=True)]
    return {mistake for mistake in named(judge(checks, answers, seeds, live)) if mistake}
