"""What must hold of chapter 2 in particular; test_every_room has what holds of each."""

import torch

from autograder.checks import checks_of
from autograder.course import Course, names_of_source
from autograder.observe import observe
from tests.checks.conftest import SEED, Judge, named

ROOM = "layers"
COURSE = Course.installed()


def test_an_assert_is_named_whatever_it_says(verdicts_on: Judge) -> None:
    source = COURSE.mistaken_source(ROOM, "ce-assert")
    spoken = source.replace("logits.shape[:1]\n    if False", "logits.shape[:1], 'no fit'\n    if False")
    assert spoken != source
    assert named(verdicts_on(ROOM, names_of_source(spoken, "asserts"), SEED, "cross_entropy")) == {"ce-assert"}


def test_gradients_that_were_computed_in_float32_are_compared_by_its_tolerance() -> None:
    """Not by that of float64, in which another order of additions would be a mistake on some processors."""
    check = next(check for check in checks_of(ROOM, "Linear") if check.name == "affine_map")
    observations = observe(check, COURSE.names(ROOM), 7).observations
    gradients = {name: value for name, value in observations.items() if name.startswith("gradient")}
    assert len(gradients) == 3
    assert all(isinstance(value, torch.Tensor) and value.dtype == torch.float32 for value in gradients.values())
