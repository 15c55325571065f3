"""Each wrong answer is caught wherever the grader's seed falls; of those that students typed, the fault is named."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace

import pytest

from autograder.checks import checks_of, rooms
from autograder.course import Course
from autograder.judge.expectations import LiveExpectations
from autograder.judge.judge import same_answer
from autograder.observe import observe, seed_of
from tests.checks.conftest import Judge, named, verdicts_on  # noqa: F401
from tests.suite import is_deep
from tests.wrong import wrong_answers

WANTED = 8  # of each exercise
ASKED = int(os.environ.get("SEEDS") or 0)  # by `make mutants SEEDS=10000`, which takes the time that it takes
SEEDS = 200  # in a deep run
SLOW = {"Learner": 20, "Dropout": 100, "temperature": 100, "prepare_image": 100}  # a seed takes seconds
EXERCISES = [
    pytest.param(room, exercise.name, marks=[pytest.mark.deep] * (exercise.name in SLOW))
    for room in rooms()
    for exercise in Course.installed().exercises(room)
]
TYPED = [answer for room in rooms() for answer in wrong_answers(room) if answer.mistakes is not None]
NAMED = 0.9  # of the typed answers whose main fault is known: where it is named


def misses(room: str, exercise: str, seeds: Sequence[int]) -> dict[str, list[int]]:
    """Try each answer of the catalogue to an exercise at these seeds of a run, and at several each known mistake.

    At one seed the known mistakes are tried when the book is built, whose page says of each that it is caught.

    Returns:
        By the mistake's id, or the answer's, the seeds at which every check passes it.
    """
    course = Course.installed()
    mistakes = [known for known in course.mistakes(room) if known.exercise == exercise and len(seeds) > 1]
    tried = {mistake.id: course.mistaken(room, mistake) for mistake in mistakes}
    tried |= {answer.id: answer.names for answer in wrong_answers(room) if answer.exercise == exercise}
    expected = LiveExpectations(course)
    return {name: list(_missed(room, exercise, names, seeds, expected)) for name, names in tried.items()}


def _missed(
    room: str, exercise: str, names: Callable[[], SimpleNamespace], seeds: Sequence[int], expected: LiveExpectations
) -> Iterator[int]:
    """The quickest check comes first: most answers fail several, and one is enough."""
    seconds = {
        check: expected.reference(check, seed_of(seeds[0], check)).duration_s for check in checks_of(room, exercise)
    }
    order = sorted(seconds, key=seconds.__getitem__)
    for seed in seeds:
        for check in order:
            at = seed_of(seed, check)
            if not same_answer(observe(check, names(), at), expected.reference(check, at)):
                order.remove(check)
                order.insert(0, check)  # what catches it here most likely catches it at the next seed
                break
        else:
            yield seed


@pytest.mark.parametrize(("room", "exercise"), EXERCISES)
@pytest.mark.long("every wrong answer of an exercise")
@pytest.mark.timeout(20 * max(ASKED, SEEDS))  # seconds for a seed of batches, where several runs share a machine
def test_a_wrong_answer_is_caught_at_each_seed(room: str, exercise: str) -> None:
    seeds = range(ASKED or (SLOW.get(exercise, SEEDS) if is_deep() else 1))
    assert {answer: missed for answer, missed in misses(room, exercise, seeds).items() if missed} == {}


@pytest.mark.parametrize("room", rooms())
def test_each_exercise_has_wrong_answers_by_other_algorithms(room: str) -> None:
    count = Counter(answer.exercise for answer in wrong_answers(room))
    exercises = {exercise.name for exercise in Course.installed().exercises(room)}
    assert count.keys() <= exercises
    assert [name for name in exercises if count[name] < WANTED] == []


def test_each_typed_answer_names_mistakes_that_there_are() -> None:
    known = {(mistake.exercise, mistake.id) for room in rooms() for mistake in Course.installed().mistakes(room)}
    said = {(answer.exercise, mistake) for answer in TYPED for mistake in answer.mistakes or ()}
    assert said <= known


@pytest.mark.parametrize("seed", [7, pytest.param(8, marks=pytest.mark.deep), pytest.param(9, marks=pytest.mark.deep)])
@pytest.mark.deep
@pytest.mark.long("some ninety answers")
def test_the_fault_of_a_typed_answer_is_named_and_no_other(seed: int, verdicts_on: Judge) -> None:  # noqa: F811
    named_in = {
        answer.id: named(verdicts_on(answer.room, answer.names, seed, answer.exercise)) - {None} for answer in TYPED
    }
    main = {answer.id: answer.mistakes[0] for answer in TYPED if answer.mistakes}
    lost = [name for name, fault in main.items() if fault not in named_in[name]]
    assert len(lost) <= (1 - NAMED) * len(main), lost
    wrong = {answer.id: named_in[answer.id] - set(answer.mistakes or ()) for answer in TYPED}
    assert {name: others for name, others in wrong.items() if others} == {}
