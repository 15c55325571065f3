"""Whoever has the right answers to one run, and replays them in another, has not solved the exercises."""

from __future__ import annotations

import pytest

from autograder.checks import checks_of, rooms
from autograder.instructor.reports.replay import RUNS, replayed
from autograder.judge.live import LiveExpectations


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run[0]}-in-{run[1]}")
@pytest.mark.parametrize("room", rooms())
def test_answers_to_another_run_earn_no_more_than_a_quarter_of_a_room(
    room: str, run: tuple[int, int], live: LiveExpectations
) -> None:
    passed = {check.id: check.points for check in replayed(room, live, *run)}
    assert sum(passed.values()) <= sum(check.points for check in checks_of(room)) / 4, passed


@pytest.mark.parametrize("room", rooms())
def test_answers_to_the_same_run_earn_every_point(room: str, live: LiveExpectations) -> None:
    """So what the others lack is the seed, and not a way to be given."""
    assert replayed(room, live, 1, 1) == checks_of(room)
