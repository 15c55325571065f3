"""What must hold of chapter 2 in particular; test_every_room has what holds of each."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder.course import Course, names_of_source
from solutions.layers import Flatten, Linear, Sequential
from tests.checks.conftest import Judge, failed, named, with_mistakes

ROOM = "layers"
COURSE = Course.installed()


@pytest.mark.parametrize(
    "ids",
    [
        ("linear-bias-left-out", "linear-zeros"),
        ("linear-std-ignored", "linear-no-extra-repr"),
        ("linear-random-bias", "linear-std-not-refused"),
        ("linear-uniform", "linear-data-in-forward"),
        ("flatten-view", "sequential-plain-list"),
    ],
)
def test_two_mistakes_that_touch_different_checks_are_both_named(ids: tuple[str, str], verdicts_on: Judge) -> None:
    assert set(ids) <= named(verdicts_on(ROOM, with_mistakes(ROOM, *ids), 7))


def test_half_an_exercise_earns_the_points_of_its_half(verdicts_on: Judge) -> None:
    source = COURSE.source(ROOM).replace(
        'return f"{in_features}, {out_features}, bias=True"', 'raise NotImplementedError("layers: Linear")'
    )
    verdicts = verdicts_on(ROOM, names_of_source(source, "half"), 1)
    assert [verdict.check.name for verdict in failed(verdicts)] == ["printing"]


def test_the_reference_layer_computes_what_torch_computes() -> None:
    mine, theirs = Linear(7, 4), nn.Linear(7, 4)
    with torch.no_grad():
        theirs.weight.copy_(mine.weight.T)
        theirs.bias.copy_(mine.bias.normal_())
    x = torch.randn(3, 5, 7)
    torch.testing.assert_close(mine(x), theirs(x))


def test_the_reference_flattens_as_torch_does() -> None:
    for x in (torch.randn(3, 4, 5), torch.zeros(0, 28, 28), torch.randn(2, 3, 4, 5).transpose(1, 3)):
        torch.testing.assert_close(Flatten()(x), nn.Flatten()(x))


def test_the_reference_container_behaves_like_torchs() -> None:
    layers = [nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2)]
    mine, theirs = Sequential(*layers), nn.Sequential(*layers)
    x = torch.randn(5, 4)
    torch.testing.assert_close(mine(x), theirs(x))
    assert [len(mine), mine[-1], list(mine)] == [len(theirs), theirs[-1], list(theirs)]
    assert len(list(mine.parameters())) == len(list(theirs.parameters()))
