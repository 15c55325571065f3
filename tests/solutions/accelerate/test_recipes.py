"""The recipes: what they refuse, how their learning rates go, and what they train on beside the labelled images."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from solutions.accelerate.augmentation import FORMS, SIDE, half_width, made_shapes, stretched
from solutions.accelerate.fast_learner import FastLearner
from solutions.accelerate.recipes import LADDER, RECIPES, Recipe, rung
from solutions.accelerate.teacher import taught
from solutions.data import Dataset
from solutions.runs import run as runs
from solutions.runs.measurement import to_tensors
from solutions.training import LearnerConfig
from tests.conftest import ROOT

Examples = tuple[Tensor, Tensor]


@pytest.mark.parametrize(
    "wrong",
    [
        *({"epochs": 0}, {"batch_size": 0}, {"patience": 0}, {"lr": 0}, {"lr": math.nan}, {"lr": math.inf}),
        *({"dropout": 1}, {"dropout": -0.1}, {"dropout": math.nan}, {"smoothing": 1}, {"shift": 28}, {"shift": -1}),
        *({"stretch": -0.1}, {"stretch": 1.1}, {"stretch": math.nan}),
        *({"teacher": -1}, {"shapes": -0.1}, {"shapes": math.nan}, {"shapes": 0.1, "teacher": 1}),
        *({"weight_decay": -1}, {"max_seconds": 0}, {"optimizer": "adam"}, {"normalize": True}),
        {"normalize": True, "cosine": True, "batch_size": 1},
    ],
    ids=str,
)
def test_a_number_out_of_its_range_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Recipe(**wrong)


def test_the_classic_recipe_is_the_chapters_and_the_others_go_beyond_it() -> None:
    assert [name for name, recipe in RECIPES.items() if recipe.is_plain_descent] == ["classic"]
    assert RECIPES["classic"].learning_rates(3) == [0.1] * 3


@given(steps=st.integers(1, 3000), lr=st.floats(1e-6, 10))
def test_a_cosine_rises_to_the_learning_rate_and_falls_to_zero(steps: int, lr: float) -> None:
    rates = Recipe(lr=lr, cosine=True).learning_rates(steps)
    top = rates.index(max(rates))
    assert len(rates) == steps
    assert max(rates) == pytest.approx(lr)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert top <= max(1, steps / 19)
    if steps > 1:
        assert rates[-1] == pytest.approx(0, abs=1e-12)


def test_the_ladder_leads_from_chapter_5s_learner_to_the_best_recipe() -> None:
    config = LearnerConfig(nn.Identity(), nn.CrossEntropyLoss())
    assert rung(0) == RECIPES["classic"]
    assert (rung(0).epochs, rung(0).lr) == (config.epochs, config.lr)
    assert rung(-1) == rung(len(LADDER) - 1) == RECIPES["best"]
    assert len({rung(number) for number in range(len(LADDER))}) == len(LADDER)
    chapter = (ROOT / "chapters" / "5-training.md").read_text(encoding="utf-8")
    assert re.search(r"^SEEDS, EPOCHS, LR = .*, 0\.1$", chapter, re.MULTILINE)


# --- made shapes


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


def test_no_two_shapes_of_a_form_are_alike() -> None:
    for form in FORMS:
        masks = [form(np.random.default_rng(seed)) for seed in range(20)]
        assert {mask.shape for mask in masks} == {(SIDE, SIDE)}
        assert len({mask.tobytes() for mask in masks}) == 20


@pytest.mark.deep
@pytest.mark.long("two networks are trained")
def test_training_with_shapes_makes_a_network_seldom_sure_of_others_and_as_often_right(sample: Dataset) -> None:
    """On shapes of another seed; without them a third of the answers to these have more than 70 %."""
    train = to_tensors(sample.train_images[:4000], sample.train_labels[:4000], "cpu")
    valid = to_tensors(sample.train_images[4000:], sample.train_labels[4000:], "cpu")
    unseen = torch.from_numpy(made_shapes(300, seed=99)).flatten(1)
    sure, right = [], []
    for shapes in (0.0, 0.1):
        recipe = replace(RECIPES["photo"], epochs=6, shapes=shapes)
        learner = FastLearner(runs.new_model(recipe, 0), recipe, train, valid)
        for _ in range(recipe.epochs):
            learner.train_epoch()
        learner.model.load_state_dict(learner.weights())
        with torch.no_grad():
            sure.append((learner.model.eval()(unseen).softmax(dim=1).amax(dim=1) > 0.7).double().mean().item())
        right.append(learner.validate()[1])
    assert sure[0] > 0.25
    assert sure[1] < sure[0] / 2
    assert right[1] > right[0] - 0.03


# --- garments, stretched


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
    (garment,) = stretched(images, torch.tensor([widening]), half_width(images))
    assert (garment[:, 14].sum().item(), garment[14].sum().item()) == pytest.approx(becomes, abs=1e-4)


# --- a teacher


@pytest.fixture(scope="module")
def train(sample: Dataset) -> Examples:
    return to_tensors(sample.train_images[:1000], sample.train_labels[:1000], "cpu")


@pytest.mark.deep
@pytest.mark.long("the teachers are trained")
def test_a_teacher_answers_with_probabilities_and_mostly_the_label(train: Examples) -> None:
    answers = taught(*train, classes=10, epochs=5, seed=0, shift=1)
    assert (answers.shape, answers.dtype) == ((1000, 3, 3, 10), torch.float32)
    torch.testing.assert_close(answers.sum(dim=3), torch.ones(1000, 3, 3))
    right = answers[:, 1, 1].argmax(dim=1) == train[1]
    assert right.float().mean() > 0.7
    assert not right.all(), "then it tells nothing that the labels do not"


def test_the_same_seed_gives_the_same_answers_and_leaves_other_random_numbers_unchanged(train: Examples) -> None:
    few = (train[0][:256], train[1][:256])
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    first = taught(*few, classes=10, epochs=1, seed=1)
    torch.testing.assert_close(torch.rand(2), expected, rtol=0, atol=0)
    torch.testing.assert_close(taught(*few, classes=10, epochs=1, seed=1), first, rtol=0, atol=0)
    assert not torch.equal(taught(*few, classes=10, epochs=1, seed=2), first)


def test_learning_from_sure_answers_is_learning_from_labels(train: Examples) -> None:
    recipe = Recipe(epochs=2, shift=1)
    by_labels = FastLearner(runs.new_model(recipe, 0), recipe, train, train)
    sure = functional.one_hot(train[1], 10).float()[:, None, None].expand(-1, 3, 3, -1)
    distilled = replace(recipe, teacher=1)
    by_answers = FastLearner(runs.new_model(distilled, 0), distilled, (train[0], sure), train)
    assert by_labels.train_epoch() == by_answers.train_epoch()
    torch.testing.assert_close(by_labels.weights(), by_answers.weights(), rtol=0, atol=0)


def test_a_moved_image_has_the_teachers_answer_for_its_place(train: Examples) -> None:
    recipe = replace(RECIPES["distilled"], batch_size=16)
    answers = torch.arange(16.0 * 3 * 3 * 10).view(16, 3, 3, 10)
    images = torch.zeros(16, 28, 28)
    images[:, 10, 10] = 1
    learner = FastLearner(runs.new_model(recipe, 0), recipe, (images, answers), train)
    learner.train_epoch()
    down, across = learner._offsets[:, :16]
    torch.testing.assert_close(learner._targets[:16], answers[learner._rows[:16], down, across], rtol=0, atol=0)
    brightest = learner._inputs[:16].argmax(dim=1)
    torch.testing.assert_close(brightest, (11 - down) * 28 + 11 - across, rtol=0, atol=0)
