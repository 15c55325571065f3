"""Where the time of grading goes: every second belongs to one stage, and what is watched is there."""

import itertools
import time
from pathlib import Path

import pytest

from bench.cluster import Graded, ratios
from bench.stages import FUNCTIONS, STAGES, Clock, draw, summary


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock for which a second passes with each look."""
    monkeypatch.setattr(time, "perf_counter", itertools.count().__next__)
    return Clock()


def test_every_second_belongs_to_one_stage_and_the_inner_one_counts(clock: Clock) -> None:
    with clock.stage("judge"):
        with clock.stage("expect"):
            pass
        clock.turn_to("write")
    clock.tick()
    assert clock.seconds == {"": {"rest": 2, "judge": 2, "expect": 1, "write": 1}}


def test_a_frame_of_the_sandbox_begins_the_next_stage_and_its_end_the_way_out(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [{"cell": "bench-there"}, {"cell": "one"}, {"ready": True}, {"answer": {}}, {"ready": True}, {"end": True}]
    monkeypatch.setattr("bench.stages.RECEIVE", lambda: (frames.pop(0), b""))
    with clock.stage("fork"):
        while frames:
            clock.receive()
    assert clock.seconds == {"": {"rest": 1, "fork": 2, "cells": 1, "checks": 2}}


def test_a_process_that_ends_without_a_word_ends_its_stage(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def receive() -> None:
        raise EOFError

    monkeypatch.setattr("bench.stages.RECEIVE", receive)
    with clock.stage("checks"), pytest.raises(EOFError):
        clock.receive()
    assert clock.seconds == {"": {"rest": 1, "checks": 1, "fork": 1}}


def test_the_grader_still_has_every_function_that_is_watched() -> None:
    assert [name for owner, name, stage in FUNCTIONS if not hasattr(owner, name) or stage not in STAGES] == []


def test_stages_add_up_and_are_drawn(tmp_path: Path) -> None:
    seconds = {"": {"start": 4.0}, "ada": {"cells": 1.0}, "ben": {"cells": 2.0, "write": 1.0}}
    found = summary(seconds)
    assert [sum(found[name].values()) for name in ("class", "mean")] == [8.0, 4.0]
    draw(found, 2, tmp_path / "stages.svg")
    drawn = (tmp_path / "stages.svg").read_text(encoding="utf-8")
    assert all(f">{stage}<" in drawn for stage in STAGES)


def test_one_worker_is_compared_with_two_of_the_same_round() -> None:
    rounds = [Graded(number, workers, wall_s, 0, 0, 0) for number, workers, wall_s in ((1, 1, 9), (1, 2, 5), (2, 2, 4))]
    assert ratios([*rounds, Graded(2, 1, 8, 0, 0, 0)]) == [1.8, 2.0]
