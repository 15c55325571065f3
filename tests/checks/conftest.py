"""How the tests of a room's checks look at verdicts."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from autograder.checks import checks_of
from autograder.course import Course, Names, names_of_source
from autograder.judge.expectations import LiveExpectations
from autograder.judge.judge import judge
from autograder.judge.verdicts import Verdict, mistakes_in
from autograder.observe import observe, seed_of

# Judges the checks of a room, or of one exercise in it, on somebody's names, in one run of a seed: (room, names, seed,
# exercise). Names that are made anew are made for each check, as the grader does.
Judge = Callable[..., list[Verdict]]
SEED = 100  # shared by most tests: for a run, answers of the reference and of known mistakes are computed once


def failed(verdicts: list[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if not verdict.passed]


def named(verdicts: list[Verdict]) -> set[str | None]:
    """Return the mistakes that the failed checks name. A ready-made part that was called is a cause by itself."""
    records = [verdict.record() for verdict in failed(verdicts) if verdict.diagnosis and not verdict.delegated]
    return {mistake for record in records for mistake in mistakes_in(record) or [None]}


def with_mistakes(room: str, *ids: str) -> SimpleNamespace:
    """Return the names of a room's reference with known mistakes in it."""
    return names_of_source(Course.installed().mistaken_source(room, *ids), "several.mistakes")


@pytest.fixture(scope="session")
def verdicts_on(live: LiveExpectations) -> Judge:
    def verdicts(
        room: str, names: SimpleNamespace | Names, run_seed: int, exercise: str | None = None
    ) -> list[Verdict]:
        of_room = []
        for name in dict.fromkeys(check.exercise for check in checks_of(room, exercise)):
            checks = checks_of(room, name)
            seeds = [seed_of(run_seed, check) for check in checks]
            answers = []
            for check, seed in zip(checks, seeds, strict=True):
                own = names if isinstance(names, SimpleNamespace) else names()
                answers.append(observe(check, own, seed))
            of_room += judge(checks, answers, seeds, live)
        return of_room

    return verdicts
