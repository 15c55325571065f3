"""What is trained on beside the data set's images: stretched garments, and made shapes that are none."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from solutions.accelerate import FastLearner
from solutions.accelerate.distortions import half_width, stretched
from solutions.accelerate.recipes import RECIPES
from solutions.accelerate.shapes import FORMS, SIDE, made_shapes
from solutions.data import Dataset
from solutions.runs.measurement import to_tensors
from solutions.runs.run import new_model


def test_a_shape_fills_the_picture_from_side_to_side_and_its_background_is_zero() -> None:
    shapes = made_shapes(200, seed=3)
    assert (shapes.shape, shapes.dtype) == ((200, 28, 28), np.float32)
    assert shapes.min() == 0
    assert shapes.max() <= 1
    for shape in shapes:
        rows, columns = np.flatnonzero(shape.any(axis=1)), np.flatnonzero(shape.any(axis=0))
        assert max(np.ptp(rows), np.ptp(columns)) >= 26
    assert (shapes == 0).any(axis=(1, 2)).mean() > 0.95


def test_the_same_seed_gives_the_same_shapes() -> None:
    first = made_shapes(20, seed=1)
    np.testing.assert_array_equal(made_shapes(20, seed=1), first)
    assert not np.array_equal(made_shapes(20, seed=2), first)


@pytest.mark.parametrize("form", FORMS)
def test_no_two_shapes_of_a_form_are_alike(form: object) -> None:
    assert callable(form)
    masks = [form(np.random.default_rng(seed)) for seed in range(20)]
    assert {mask.shape for mask in masks} == {(SIDE, SIDE)}
    assert len({mask.tobytes() for mask in masks}) == 20


def test_a_network_trained_with_shapes_is_seldom_sure_of_others_and_as_often_right(sample: Dataset) -> None:
    """On shapes of another seed; without them a third of the answers to these have more than 70 %."""
    train = to_tensors(sample.train_images[:4000], sample.train_labels[:4000], "cpu")
    valid = to_tensors(sample.train_images[4000:], sample.train_labels[4000:], "cpu")
    unseen = torch.from_numpy(made_shapes(300, seed=99)).flatten(1)
    sure, right = [], []
    for shapes in (0.0, 0.1):
        recipe = replace(RECIPES["photo"], epochs=6, shapes=shapes)
        learner = FastLearner(new_model(recipe, 0), recipe, train, valid)
        for _ in range(recipe.epochs):
            learner.train_epoch()
        learner.model.load_state_dict(learner.weights())
        with torch.no_grad():
            sure.append((learner.model.eval()(unseen).softmax(dim=1).amax(dim=1) > 0.7).double().mean().item())
        right.append(learner.validate()[1])
    assert sure[0] > 0.25
    assert sure[1] < sure[0] / 2
    assert right[1] > right[0] - 0.03


# --- stretched garments


def test_half_width_is_the_share_of_the_way_to_the_farther_side() -> None:
    images = torch.zeros(4, 28, 28)
    images[1, 3, 13:15] = 0.1
    images[2, 3, 20] = 0.1
    images[3, 3, 0] = 0.1
    torch.testing.assert_close(half_width(images), torch.tensor([0, 1 / 14, 7 / 14, 1]))


@pytest.mark.parametrize(
    ("width", "widening", "becomes"),
    [(16, 1.0, (20, 16)), (16, 1.25, (20, 20)), (28, 1.25, (16, 28))],
    ids=["not changed", "wider and as high as before", "lower where it would grow beyond the sides"],
)
def test_a_garment_is_stretched_within_the_picture(width: int, widening: float, becomes: tuple[int, int]) -> None:
    """A block, 20 high, in the middle."""
    images = torch.zeros(1, 28, 28)
    images[0, 4:24, 14 - width // 2 : 14 + width // 2] = 1
    (found,) = stretched(images, torch.tensor([widening]), half_width(images))
    assert (found[:, 14].sum().item(), found[14].sum().item()) == pytest.approx(becomes, abs=1e-4)
