"""At how many seeds all checks of its exercise miss a wrong answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace

from autograder.checks import Check, checks_of
from autograder.course import Course
from autograder.judge import same_answer
from autograder.observe import observe, seed_of
from tests.checks.reached import ReachedExpectations, noting_draws
from tests.wrong import wrong_answers

Names = Callable[[], SimpleNamespace]


@dataclass(frozen=True)
class Misses:
    """How a wrong answer fared.

    Attributes:
        id: of the known mistake, or exercise and fault of an answer of the catalogue.
        seeds: at how many it was tried.
        missed: those at which every check of its exercise passed it.
        built: whether a check that draws nothing catches it, and so at each seed that there is.
    """

    room: str
    exercise: str
    id: str
    seeds: int
    missed: tuple[int, ...]
    built: bool


def candidates(room: str, course: Course) -> Iterator[tuple[str, str, Names]]:
    """Give exercise, id and names of each known mistake and of each answer of the catalogue."""
    for mistake in course.mistakes(room):
        yield mistake.exercise, mistake.id, course.mistaken(room, mistake)
    for answer in wrong_answers(room):
        yield answer.exercise, answer.id, answer.names


def misses(room: str, seeds: Iterable[int], only: Callable[[str], bool] = lambda exercise: True) -> Iterator[Misses]:
    """Try each known mistake and each wrong answer of a room at these seeds of a run.

    Args:
        room: the chapter's module.
        seeds: of runs, as the grader draws them.
        only: which exercises.
    """
    seeds, course = list(seeds), Course.installed()
    expect = ReachedExpectations(course)
    for exercise, id_, names in candidates(room, course):
        if only(exercise):
            missed, built = _missed(checks_of(room, exercise), names, seeds, expect)
            yield Misses(room, exercise, id_, len(seeds), missed, built)


def _missed(
    checks: list[Check], names: Names, seeds: list[int], expect: ReachedExpectations
) -> tuple[tuple[int, ...], bool]:
    """Return the seeds at which all checks pass, and whether a check without chance fails at all of them."""
    order, missed = list(checks), []
    for seed in seeds:
        for check in order:
            at, drew = seed_of(seed, check), []
            answer = observe(noting_draws(check, drew), names(), at)
            if not same_answer(answer, expect.reference(check, at)):
                if drew == [False] and not expect.draws(check, at):
                    return (), True
                order.remove(check)
                order.insert(0, check)  # what catches it here most likely catches it at the next seed
                break
        else:
            missed.append(seed)
    return tuple(missed), False
