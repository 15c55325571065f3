"""What must hold of chapter 2 in particular; test_every_room has what holds of each."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder.checks import checks_of
from autograder.course import Course, names_of_source
from autograder.observe import observe
from solutions.layers import cross_entropy
from tests.checks.conftest import Judge, named

ROOM = "layers"
COURSE = Course.installed()


def test_an_assert_is_named_whatever_it_says(verdicts_on: Judge) -> None:
    source = COURSE.mistaken_source(ROOM, "ce-assert")
    spoken = source.replace("logits.shape[:1]\n    if False", "logits.shape[:1], 'no fit'\n    if False")
    assert spoken != source
    assert named(verdicts_on(ROOM, names_of_source(spoken, "asserts"), 7, "cross_entropy")) == {"ce-assert"}


@pytest.mark.parametrize("size", [1.0, 1e2, 1e4])
def test_the_reference_loss_is_torchs_to_nine_digits_and_its_gradient_too(size: float) -> None:
    logits, targets = size * torch.randn(50, 10, dtype=torch.float64), torch.randint(10, (50,))
    own_logits, torchs_logits = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    own_loss, torchs_loss = cross_entropy(own_logits, targets), nn.functional.cross_entropy(torchs_logits, targets)
    torch.autograd.backward([own_loss, torchs_loss])
    torch.testing.assert_close(own_loss, torchs_loss, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(own_logits.grad, torchs_logits.grad, rtol=1e-9, atol=1e-9)


def test_gradients_that_were_computed_in_float32_are_compared_by_its_tolerance() -> None:
    """Not by that of float64, in which another order of additions would be a mistake on some processors."""
    check = next(check for check in checks_of(ROOM, "Linear") if check.name == "affine_map")
    observations = observe(check, COURSE.names(ROOM), 7).observations
    gradients = {name: value for name, value in observations.items() if name.startswith("gradient")}
    assert len(gradients) == 3
    assert all(isinstance(value, torch.Tensor) and value.dtype == torch.float32 for value in gradients.values())
