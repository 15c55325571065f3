"""What must hold of chapter 2 in particular; test_every_room has what holds of each."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder.checks import checks_of
from autograder.course import Course, names_of_source
from autograder.observe import observe
from solutions.layers import Flatten, Linear, Sequential, cross_entropy, he_std, rms_through
from tests.checks.conftest import Judge, failed, named, with_mistakes

ROOM = "layers"
COURSE = Course.installed()


def test_half_an_exercise_earns_the_points_of_its_half(verdicts_on: Judge) -> None:
    source = COURSE.source(ROOM).replace(
        "return x @ self.weight + self.bias", 'raise NotImplementedError("layers: Linear")'
    )
    verdicts = verdicts_on(ROOM, names_of_source(source, "half"), 1)
    assert [verdict.check.name for verdict in failed(verdicts)] == ["affine_map", "refusals"]


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


def test_a_layer_that_refuses_nothing_loses_one_point(verdicts_on: Judge) -> None:
    for refuses_nothing in ("linear-nothing-refused", "linear-assert", "ce-nothing-refused", "ce-assert", "he-assert"):
        verdicts = verdicts_on(ROOM, with_mistakes(ROOM, refuses_nothing), 7)
        assert sum(verdict.check.points for verdict in failed(verdicts)) == 1, refuses_nothing
        assert named(verdicts) == {refuses_nothing}


def test_an_assert_is_named_whatever_it_says(verdicts_on: Judge) -> None:
    source = COURSE.source(ROOM).replace("if fan_in < 1:", "assert fan_in >= 1, 'too few'\n    if False:")
    assert named(verdicts_on(ROOM, names_of_source(source, "asserts"), 7, "he_std")) == {"he-assert"}


def test_a_wrong_rule_costs_no_points_for_refusals_and_a_wrong_measure_none_for_modes(verdicts_on: Judge) -> None:
    verdicts = failed(verdicts_on(ROOM, with_mistakes(ROOM, "he-variance", "rms-no-root"), 7))
    assert [v.check.name for v in verdicts] == ["rule", "size_kept", "behind_each_layer", "any_network"]


@pytest.mark.parametrize("size", [1.0, 1e2, 1e4])
def test_the_reference_loss_is_torchs_to_nine_digits_and_its_gradient_too(size: float) -> None:
    logits, targets = size * torch.randn(50, 10, dtype=torch.float64), torch.randint(10, (50,))
    mine, theirs = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    one, other = cross_entropy(mine, targets), nn.functional.cross_entropy(theirs, targets)
    torch.autograd.backward([one, other])
    torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-9, atol=1e-9)


def test_the_references_rule_keeps_the_size_that_it_measures() -> None:
    layers = [part for _ in range(10) for part in (Linear(256, 256, std=he_std(256)), nn.ReLU())]
    behind_relus = rms_through(layers, torch.randn(500, 256))[1::2]
    assert all(0.4 < size < 2.5 for size in behind_relus), behind_relus


def test_gradients_that_were_computed_in_float32_are_compared_by_its_tolerance() -> None:
    """Not by that of float64, in which another order of additions would be a mistake on some processors."""
    check = next(check for check in checks_of(ROOM, "Linear") if check.name == "affine_map")
    observations = observe(check, COURSE.names(ROOM), 7).observations
    gradients = {name: value for name, value in observations.items() if name.startswith("gradient")}
    assert len(gradients) == 3
    assert all(isinstance(value, torch.Tensor) and value.dtype == torch.float32 for value in gradients.values())
