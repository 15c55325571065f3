"""How the tests of a room's checks look at verdicts."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from autograder.checks import checks_of
from autograder.judge import judge
from autograder.observe import observe, seed_of
from autograder.reference import LiveExpectations
from autograder.verdicts import Verdict

Judge = Callable[[str, SimpleNamespace, int], list[Verdict]]


def failed(verdicts: list[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if not verdict.passed]


def named(verdicts: list[Verdict]) -> set[str | None]:
    """Return the mistakes that the failed checks name."""
    return {verdict.diagnosis.mistake for verdict in failed(verdicts) if verdict.diagnosis}


@pytest.fixture(scope="session")
def verdicts_on(live: LiveExpectations) -> Judge:
    """Judge all checks of a room on somebody's names, in one run of a seed."""

    def verdicts(room: str, names: SimpleNamespace, run_seed: int) -> list[Verdict]:
        found = []
        for exercise in dict.fromkeys(check.exercise for check in checks_of(room)):
            checks = checks_of(room, exercise)
            seeds = [seed_of(run_seed, check) for check in checks]
            answers = [observe(check, names, seed) for check, seed in zip(checks, seeds, strict=True)]
            found += judge(checks, answers, seeds, live)
        return found

    return verdicts
