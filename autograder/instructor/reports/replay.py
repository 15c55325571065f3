"""What a program earns that computes nothing, and gives the right answers to an earlier run once more."""

from __future__ import annotations

from dataclasses import replace
from statistics import mean

from autograder.checks import Check, checks_of
from autograder.comparison import same_answer
from autograder.judge import Expectations
from autograder.observe import seed_of

RUNS = ((1, 2), (3, 4), (5, 6))  # run seeds: of the run that was recorded, and of the one that is graded


def replayed(room: str, expect: Expectations, recorded: int, graded: int) -> list[Check]:
    """Return the checks of a room, hidden ones too, that pass with the reference's answers to another run.

    The answers are given as they were recorded, and once more under the names of the run that is graded, one after the
    other: how observations are called is no secret.

    ``recorded`` is the seed of the run whose answers are given, and ``graded`` of the run in which they are given.
    """
    passed = []
    for check in checks_of(room):
        right = expect.reference(check, seed_of(graded, check))
        given = expect.reference(check, seed_of(recorded, check))
        named = dict(zip(right.observations, given.observations.values(), strict=False))
        if same_answer(given, right) or same_answer(replace(given, observations=named), right):
            passed.append(check)
    return passed


def replayed_points(room: str, expect: Expectations) -> float:
    """Return how many points of a room the answers to a recorded run earn in another one, on average over `RUNS`."""
    return mean(sum(check.points for check in replayed(room, expect, *run)) for run in RUNS)
