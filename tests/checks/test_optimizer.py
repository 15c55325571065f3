"""What must hold of chapter 4 in particular; test_every_room has what holds of each."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from autograder.checks import Sample, checks_of
from autograder.course import Course, names_of_source
from autograder.observe import observe
from solutions.optimizer import (
    Momentum,
    Optimizer,
    numerical_gradient,
)
from tests.checks.conftest import Judge, failed, with_mistakes

ROOM = "optimizer"
COURSE = Course.installed()
MISTAKES = {mistake.id: mistake for mistake in COURSE.mistakes(ROOM)}


@pytest.mark.parametrize("mistake", ["numerical-eps-not-refused", "optimizer-nothing-refused", "momentum-not-refused"])
def test_who_refuses_nothing_loses_one_point(mistake: str, verdicts_on: Judge) -> None:
    assert sum(verdict.check.points for verdict in failed(verdicts_on(ROOM, with_mistakes(ROOM, mistake), 3))) == 1


def test_half_an_exercise_earns_the_points_of_its_half(verdicts_on: Judge) -> None:
    source = COURSE.source(ROOM).replace(
        "        for p in self.params:\n            p.grad = None\n",
        '        raise NotImplementedError("optimizer: Optimizer")\n',
    )
    verdicts = verdicts_on(ROOM, names_of_source(source, "half"), 1)
    assert {verdict.check.name for verdict in failed(verdicts)} == {"forgetting", "training"}


def test_nothing_is_judged_by_chance() -> None:
    """No check has a Sample, so none can fail a right answer by bad luck: the numbers agree up to rounding."""
    for check in checks_of(ROOM):
        observations = observe(check, COURSE.names(ROOM), 5).observations
        assert not any(isinstance(value, Sample) for value in observations.values()), check.id


def test_what_a_step_switches_off_is_on_again_for_the_next_check() -> None:
    names = with_mistakes(ROOM, "optimizer-recording-stays-off")
    for check in checks_of(ROOM, "Optimizer"):
        observe(check, names, 5)
        assert torch.is_grad_enabled(), check.id


def test_a_numerical_gradient_agrees_with_autograd_to_the_square_of_the_nudge() -> None:
    x = torch.randn(5, dtype=torch.float64)
    errors = [(numerical_gradient(lambda x: x.sin().sum(), x, eps) - x.cos()).abs().max() for eps in (1e-2, 1e-3)]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize(("momentum", "forget"), [(0.0, True), (1.0, False)])
def test_gradients_that_are_never_forgotten_are_momentum_one(momentum: float, forget: bool) -> None:
    """Elsewhere nobody says it: adding up gradients *is* a velocity that is never damped, digit for digit."""
    models = [nn.Linear(4, 3) for _ in range(2)]
    models[1].load_state_dict(models[0].state_dict())
    plain = Optimizer(models[0].parameters(), lr=0.125)
    moving = Momentum(models[1].parameters(), lr=0.125)
    moving.momentum = momentum  # 1 is what the constructor refuses
    for _ in range(20):
        x, y = torch.randn(8, 4), torch.randint(3, (8,))
        if forget:
            plain.zero_grad()
        moving.zero_grad()
        for model in models:
            F.cross_entropy(model(x), y).backward()
        plain.step()
        moving.step()
    assert all(torch.equal(p, q) for p, q in zip(models[0].parameters(), models[1].parameters(), strict=True))
