"""The fast path trains what the chapter's Learner trains, and what goes beyond the chapter does what it says."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from solutions.accelerate import compiled
from solutions.accelerate.compiled import built
from solutions.accelerate.fast_learner import RESOLUTION, FastLearner
from solutions.accelerate.recipes import RECIPES, Recipe
from solutions.data import Dataset
from solutions.deployment import affine_layers
from solutions.dropout import Classifier
from solutions.errors import WrongUse
from solutions.layers import Linear
from solutions.runs.measurement import MEASURING_BATCH, to_tensors
from solutions.runs.run import new_model
from solutions.training import Learner, LearnerConfig, Loader, batches

Examples = tuple[Tensor, Tensor]
needs_compiler = pytest.mark.deep
ADAMW = Recipe(epochs=3, batch_size=256, lr=0.002, dropout=0.0, optimizer="adamw", weight_decay=0.1, cosine=True)


@pytest.fixture(scope="module")
def train(sample: Dataset) -> Examples:
    """A number of images that neither the batch nor the block divides."""
    return to_tensors(sample.train_images[:4500], sample.train_labels[:4500], "cpu")


@pytest.fixture(scope="module")
def valid(sample: Dataset) -> Examples:
    return to_tensors(sample.train_images[4500:], sample.train_labels[4500:], "cpu")


class InTheSameOrder:
    """Batches as FastLearner takes them; the chapter's Loader draws from the generator that dropout draws from."""

    def __init__(self, examples: Examples, batch_size: int, seed: int) -> None:
        self._examples, self._batch_size = examples, batch_size
        self._generator = torch.Generator().manual_seed(seed)

    def __iter__(self) -> Iterator[Examples]:
        return iter(batches(*self._examples, self._batch_size, shuffle=True, generator=self._generator))


def train_on(learner: FastLearner, rows: Tensor) -> None:
    """Draw the random numbers for some images, at most a block, and take the steps for them."""
    learner._rows[: len(rows)] = rows
    learner._draw(len(rows))
    with torch.no_grad():
        learner._train_block(len(rows))


def images_read(recipe: Recipe, images: Tensor) -> Tensor:
    """Return the inputs of the first layer in an epoch, in the order of the images."""
    labels = torch.arange(len(images)) % 10
    learner = FastLearner(Classifier(), recipe, (images, labels), (images, labels))
    inputs = []
    for rows in torch.arange(len(images)).split(learner._block):
        train_on(learner, rows)
        inputs.append(learner._inputs[: len(rows)].clone())
    return torch.cat(inputs).reshape(-1, 28, 28)


@pytest.mark.parametrize("batch_size", [32, 100])
def test_without_dropout_it_follows_the_chapters_learner(train: Examples, valid: Examples, batch_size: int) -> None:
    recipe, counted = Recipe(epochs=3, batch_size=batch_size, lr=0.05, dropout=0.0), []
    fast, taught = new_model(recipe, seed=3), new_model(recipe, seed=3)
    fast_learner = FastLearner(fast, recipe, train, valid, seed=3, after_block=counted.append)
    loaders = {"train": InTheSameOrder(train, batch_size, seed=3), "valid": Loader(*valid, MEASURING_BATCH)}
    learner = Learner(LearnerConfig(taught, nn.CrossEntropyLoss(), lr=recipe.lr), loaders)
    for _ in range(recipe.epochs):
        assert fast_learner.train_epoch() == pytest.approx(learner.train_epoch(), rel=1e-5)
        torch.testing.assert_close(fast.state_dict(), taught.state_dict(), rtol=1e-4, atol=1e-5)
        loss, accuracy = fast_learner.validate()
        assert loss == pytest.approx(learner.valid_loss(), rel=1e-4)
        assert accuracy == pytest.approx(learner.valid_accuracy(), abs=1.5 / len(valid[0]))
    assert sum(counted) == recipe.epochs * len(train[0])


def test_with_dropout_a_step_agrees_with_autograd_for_the_same_masks(train: Examples, valid: Examples) -> None:
    recipe = Recipe(lr=0.1, dropout=0.3)
    fast, taught = new_model(recipe, seed=0), new_model(recipe, seed=0)
    learner = FastLearner(fast, recipe, train, valid)
    train_on(learner, torch.arange(32))
    *hidden, (weight, bias) = affine_layers(taught)
    x = train[0][:32].flatten(1)
    for layer, (w, b) in zip(learner._layers, hidden, strict=False):
        assert layer.masks is not None
        x = (x @ w + b).relu() * layer.masks[:32] / (1 - recipe.dropout)
    functional.cross_entropy(x @ weight + bias, train[1][:32]).backward()
    for parameter, reference in zip(fast.parameters(), taught.parameters(), strict=True):
        torch.testing.assert_close(parameter.detach(), reference.detach() - recipe.lr * reference.grad)


def test_units_are_dropped_with_the_probability_and_independently(train: Examples, valid: Examples) -> None:
    """Over N = 32 * 8192 draws at least, 7 standard errors: a right share is outside less than once in 10^11 runs."""
    learner = FastLearner(Classifier(), Recipe(dropout=0.3), train, valid)
    learner._draw(learner._block)
    for layer in learner._layers[:2]:
        masks = layer.masks
        assert masks is not None
        assert set(masks.unique().tolist()) == {0.0, 1.0}
        for mean, expected in ((masks.mean(), 0.7), ((masks[1:] * masks[:-1]).mean(), 0.7**2)):
            assert abs(mean.item() - expected) < 7 * 0.5 / (masks.numel() / 2) ** 0.5 + 1 / RESOLUTION
        assert abs((masks[:, 1:] * masks[:, :-1]).mean().item() - 0.7**2) < 7 * 0.5 / (masks.numel() / 2) ** 0.5
    assert learner._layers[2].masks is None


@pytest.mark.parametrize("change", [{}, {"optimizer": "momentum"}, {"optimizer": "sgd"}, {"normalize": True}], ids=str)
def test_optimizers_and_norms_agree_with_pytorchs(train: Examples, valid: Examples, change: dict[str, Any]) -> None:
    recipe = replace(ADAMW, smoothing=0.1, **change)
    fast, taught = new_model(recipe, seed=1), new_model(recipe, seed=1)
    layers = []
    for layer in taught.layers:
        layers.append(layer)
        if recipe.normalize and isinstance(layer, Linear) and layer is not taught.layers[-1]:
            layer.bias.requires_grad_(False)  # normalisation takes it away, and has one of its own
            layers.append(nn.BatchNorm1d(len(layer.bias), momentum=0.05))
    slow = nn.Sequential(*layers)
    groups = [
        {"params": [p for p in slow.parameters() if p.ndim == 2], "weight_decay": 0.1},
        {"params": [p for p in slow.parameters() if p.ndim == 1 and p.requires_grad], "weight_decay": 0.0},
    ]
    if recipe.optimizer == "adamw":
        optimizer: torch.optim.Optimizer = torch.optim.AdamW(groups)
    else:
        optimizer = torch.optim.SGD(groups, lr=1, momentum=0.9 if recipe.optimizer == "momentum" else 0)
    rates = iter(recipe.learning_rates(recipe.epochs * 18))
    order = InTheSameOrder(train, recipe.batch_size, seed=1)
    learner = FastLearner(fast, recipe, train, valid, seed=1)
    for _ in range(2):
        learner.train_epoch()
        for x, y in order:
            rate = next(rates)
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.zero_grad()
            functional.cross_entropy(slow(x), y, label_smoothing=0.1).backward()
            optimizer.step()
    fast.load_state_dict(learner.weights())
    torch.testing.assert_close(fast.eval()(valid[0]), slow.eval()(valid[0]), rtol=1e-3, atol=1e-2)


def test_one_image_alone_in_the_last_batch_leaves_the_running_statistics(train: Examples, valid: Examples) -> None:
    recipe = replace(ADAMW, normalize=True)
    learner = FastLearner(new_model(recipe, 0), recipe, (train[0][:257], train[1][:257]), valid)
    assert math.isfinite(learner.train_epoch())
    assert math.isfinite(learner.validate()[0])


def test_kept_weights_take_brightness_from_0_to_1_after_standardised_training(train: Examples, valid: Examples) -> None:
    recipe = replace(ADAMW, standardize=True)
    model = new_model(recipe, seed=0)
    raw = model.layers(valid[0]).detach()
    learner = FastLearner(model, recipe, train, valid)
    model.load_state_dict(learner.weights())
    torch.testing.assert_close(model.eval()(valid[0]).detach(), raw, rtol=1e-3, atol=1e-3)
    learner.train_epoch()
    loss, accuracy = learner.validate()
    model.load_state_dict(learner.weights())
    logits = model(valid[0]).detach()
    assert functional.cross_entropy(logits, valid[1]).item() == pytest.approx(loss, rel=1e-3)
    assert (logits.argmax(1) == valid[1]).float().mean().item() == pytest.approx(accuracy, abs=1.5 / len(valid[0]))


def test_images_are_moved_by_every_offset_up_to_the_shift_and_never_further() -> None:
    images = torch.zeros(2000, 28, 28)
    images[:, 14, 9] = 1
    seen = images_read(Recipe(shift=2), images).nonzero()
    assert len(seen) == 2000, "one bright pixel in each image, as before"
    moves = {(row - 14, column - 9) for row, column in seen[:, 1:].tolist()}
    assert moves == {(down, right) for down in range(-2, 3) for right in range(-2, 3)}


@pytest.mark.parametrize("change", [{"shift": 1}, {"stretch": 0.2}, {"shift": 1, "stretch": 0.2}], ids=str)
def test_inputs_are_standardized_together_with_the_background_that_is_moved_in(change: dict[str, Any]) -> None:
    images = torch.zeros(64, 28, 28)
    images[:, :20, 8:20] = 0.5
    read, standardized = (images_read(Recipe(standardize=on, **change), images) for on in (False, True))
    torch.testing.assert_close(standardized, (read - images.mean()) / images.std())


def test_half_of_the_images_are_mirrored_left_to_right() -> None:
    images = torch.rand(2000, 28, 28)
    read = images_read(Recipe(flip=True), images)
    mirrored = (read == images.flip(2)).flatten(1).all(1)
    assert ((read == images).flatten(1).all(1) | mirrored).all()
    assert 800 < mirrored.sum() < 1200  # 9 standard deviations


@pytest.mark.parametrize("shift", [0, 1])
def test_garments_are_stretched_anew_and_alike_with_the_same_seed(train: Examples, shift: int) -> None:
    recipe = Recipe(shift=shift, stretch=0.15)
    images = train[0][:100]
    first = images_read(recipe, images.repeat(2, 1, 1))
    again = images_read(recipe, images.repeat(2, 1, 1))
    torch.testing.assert_close(first, again, rtol=0, atol=0)
    assert ((first[:100] - first[100:]).abs().amax(dim=(1, 2)) > 0.01).all()
    assert first.min() >= 0
    assert first.max() <= 1


def test_stretched_garments_are_as_wide_as_the_limits_allow_and_no_wider() -> None:
    images = torch.zeros(1000, 28, 28)
    images[:, 4:24, 4:24] = 1
    widths = images_read(Recipe(stretch=0.2), images)[:, 14].sum(dim=1)
    assert widths.min().item() == pytest.approx(20 / 1.2, abs=0.1)
    assert widths.max().item() == pytest.approx(20 * 1.2, abs=0.1)


def test_shapes_have_uniform_targets_and_are_not_counted(train: Examples, valid: Examples) -> None:
    images, labels = train[0][:500], train[1][:500]
    counted: list[int] = []
    recipe = Recipe(epochs=1, batch_size=100, shapes=0.1)
    learner = FastLearner(new_model(recipe, 0), recipe, (images, labels), valid, after_block=counted.append)
    learner.train_epoch()
    assert sum(counted) == 500, "shapes are not counted"
    order = learner._rows[:550].sort().values
    torch.testing.assert_close(order, torch.arange(550))
    targets = learner._targets[:550][learner._rows[:550].argsort()]
    torch.testing.assert_close(targets[:500], functional.one_hot(labels, 10).float())
    torch.testing.assert_close(targets[500:], torch.full((50, 10), 0.1))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no NVIDIA card")
@pytest.mark.parametrize("name", ["classic", "best"])
def test_on_a_gpu_it_trains_to_the_accuracy_of_a_cpu(train: Examples, valid: Examples, name: str) -> None:
    """Two binomial standard errors of 500 images are 3 points."""
    recipe, accuracies = replace(RECIPES[name], epochs=4), []
    for device in ("cpu", "cuda"):
        learner = FastLearner(new_model(recipe, 0), recipe, train, valid, device)
        for _ in range(recipe.epochs):
            learner.train_epoch()
        accuracies.append(learner.validate()[1])
    assert accuracies[1] == pytest.approx(accuracies[0], abs=0.05)


# --- compiled


@needs_compiler
@pytest.mark.parametrize(
    ("threads", "changes"),
    [
        *((1, {}), (2, {"dropout": 0.0}), (3, {"batch_size": 100}), (2, {"batch_size": 7})),
        *((1, {"shift": 1, "flip": True}), (3, {"standardize": True, "smoothing": 0.1})),
    ],
    ids=str,
)
def test_after_an_epoch_compiled_weights_are_those_of_the_fast_path(
    train: Examples, threads: int, changes: dict[str, Any]
) -> None:
    """At most 100 batches: in more, a sum within rounding of 0 turns a ReLU on one way alone, on some processors."""
    recipe = replace(Recipe(epochs=2, lr=0.05, dropout=0.2), **changes)
    images = min(1000, 100 * recipe.batch_size - 1)
    few = train[0][:images], train[1][:images]
    fast, compiled = (FastLearner(new_model(recipe, 0), recipe, few, few, compiled=way) for way in (False, True))
    expected = fast.train_epoch()
    torch.set_num_threads(threads)
    assert compiled.train_epoch() == pytest.approx(expected, rel=1e-5)
    torch.set_num_threads(1)
    torch.testing.assert_close(compiled.weights(), fast.weights(), rtol=1e-4, atol=1e-4)


@needs_compiler
@pytest.mark.parametrize(
    ("compiler", "flags", "says"),
    [
        ("no-such-compiler", compiled.FLAGS, r"there is no no-such-compiler; install g\+\+"),
        ("c++", ("-no-such-flag",), "cannot build .*no-such-flag"),
    ],
    ids=["no compiler", "it fails"],
)
def test_a_failed_build_of_the_steps_is_explained(
    monkeypatch: pytest.MonkeyPatch, compiler: str, flags: tuple[str, ...], says: str
) -> None:
    monkeypatch.setenv("CXX", compiler)
    monkeypatch.setattr(compiled, "FLAGS", flags)
    with pytest.raises(WrongUse, match=says):
        built.__wrapped__()
