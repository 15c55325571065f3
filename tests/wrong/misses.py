"""At how many seeds all checks of its exercise miss a wrong answer."""

from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace

from autograder.checks import checks_of
from autograder.course import Course
from autograder.judge.judge import same_answer
from autograder.judge.live import LiveExpectations
from autograder.observe import observe, seed_of
from tests.wrong import wrong_answers


def misses(room: str, exercise: str, seeds: Sequence[int]) -> dict[str, list[int]]:
    """Try each known mistake in an exercise, and each answer of the catalogue, at these seeds of a run.

    Returns:
        By the mistake's id, or the answer's, the seeds at which every check passes it.
    """
    course = Course.installed()
    mistakes = [mistake for mistake in course.mistakes(room) if mistake.exercise == exercise]
    tried = {mistake.id: course.mistaken(room, mistake) for mistake in mistakes}
    tried |= {answer.id: answer.names for answer in wrong_answers(room) if answer.exercise == exercise}
    expected = LiveExpectations(course)
    return {name: list(_missed(room, exercise, names, seeds, expected)) for name, names in tried.items()}


def _missed(
    room: str, exercise: str, names: Callable[[], SimpleNamespace], seeds: Sequence[int], expected: LiveExpectations
) -> Iterator[int]:
    order = checks_of(room, exercise)
    for seed in seeds:
        for check in order:
            at = seed_of(seed, check)
            if not same_answer(observe(check, names(), at), expected.reference(check, at)):
                order.remove(check)
                order.insert(0, check)  # what catches it here most likely catches it at the next seed
                break
        else:
            yield seed
