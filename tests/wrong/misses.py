"""At how many seeds all checks of its exercise miss a wrong answer."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import torch

from autograder.checks import Check, Observations, checks_of
from autograder.course import Course
from autograder.judge.judge import same_answer
from autograder.observe import Answer, observe, seed_of
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
    reference = Reference(course)
    for exercise, id_, names in candidates(room, course):
        if only(exercise):
            missed, built = _missed(checks_of(room, exercise), names, seeds, reference)
            yield Misses(room, exercise, id_, len(seeds), missed, built)


@dataclass
class Reference:
    """What the checks see of the reference, found once for each seed, or once for all where a check draws nothing."""

    course: Course
    _answers: dict[tuple[str, int | None], Answer] = field(default_factory=dict)

    def answer(self, check: Check, seed: int) -> Answer:
        for key in ((check.id, None), (check.id, seed)):
            if key in self._answers:
                return self._answers[key]
        answer, drew = observe_drawing(check, self.course.names(check.room), seed)
        return self._answers.setdefault((check.id, seed if drew else None), answer)

    def draws(self, check: Check) -> bool:
        """Whether a check whose answer was asked for draws a number when it runs the reference."""
        return (check.id, None) not in self._answers


def observe_drawing(check: Check, names: SimpleNamespace, seed: int) -> tuple[Answer, bool]:
    """Return what a check observes, and whether a generator has moved on meanwhile."""
    drew: list[bool] = []

    def observe_and_note(names: SimpleNamespace, rng: torch.Generator) -> Observations:
        before = rng.get_state(), torch.get_rng_state()
        try:
            return check.observe(names, rng)
        finally:
            drew.append(not all(map(torch.equal, before, (rng.get_state(), torch.get_rng_state()))))

    return observe(replace(check, observe=observe_and_note), names, seed), drew != [False]


def _missed(checks: list[Check], names: Names, seeds: list[int], reference: Reference) -> tuple[tuple[int, ...], bool]:
    """Return the seeds at which all checks pass, and whether a check without chance fails at all of them."""
    order, missed = list(checks), []
    for seed in seeds:
        for check in order:
            at = seed_of(seed, check)
            answer, drew = observe_drawing(check, names(), at)
            if not same_answer(answer, reference.answer(check, at)):
                if not drew and not reference.draws(check):
                    return (), True
                order.remove(check)
                order.insert(0, check)  # what catches it here most likely catches it at the next seed
                break
        else:
            missed.append(seed)
    return tuple(missed), False
