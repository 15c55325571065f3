"""The points of a program that computes nothing and repeats the right answers to an earlier run."""

from dataclasses import replace
from statistics import mean

from autograder.checks import Check, checks_of
from autograder.judge.comparison import same_answer
from autograder.judge.judge import Expectations
from autograder.observe import seed_of

RUNS = ((1, 2), (3, 4), (5, 6))  # run seeds: of the run that was recorded, and of the one that is graded


def replayed(room: str, expect: Expectations, recorded: int, graded: int) -> list[Check]:
    """Return the checks of a room, hidden ones too, that pass with the reference's answers to another run.

    The answers are repeated as they were recorded, and once more under the names of the graded run: the names of
    observations are not secret. ``recorded`` and ``graded`` are the seeds of the two runs.
    """
    passed = []
    for check in checks_of(room):
        right = expect.reference(check, seed_of(graded, check))
        repeated = expect.reference(check, seed_of(recorded, check))
        renamed = dict(zip(right.observations, repeated.observations.values(), strict=False))
        if same_answer(repeated, right) or same_answer(replace(repeated, observations=renamed), right):
            passed.append(check)
    return passed


def replayed_points(room: str, expect: Expectations) -> float:
    """Return the points of a room that the answers to one run earn in another one, on average over `RUNS`."""
    return mean(sum(check.points for check in replayed(room, expect, *run)) for run in RUNS)
