"""The compiled steps are those of the fast path, whose own are those of autograd."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from solutions.accelerate import FastLearner, compiled
from solutions.accelerate.compiled import CompiledSteps, built
from solutions.accelerate.layers import Layer
from solutions.accelerate.recipes import Recipe
from solutions.data import Dataset
from solutions.errors import WrongUse
from solutions.runs.measurement import to_tensors
from solutions.runs.run import new_model

pytestmark = pytest.mark.deep  # it takes a compiler
Examples = tuple[Tensor, Tensor]
RECIPE = Recipe(epochs=2, lr=0.05, dropout=0.2)


@pytest.fixture(scope="module")
def train(sample: Dataset) -> Examples:
    """A number of images that neither the batch nor the block divides."""
    return to_tensors(sample.train_images[:2500], sample.train_labels[:2500], "cpu")


@pytest.mark.parametrize(
    "changes",
    [{}, {"dropout": 0.0}, {"batch_size": 100}, {"shift": 1, "flip": True}, {"standardize": True, "smoothing": 0.1}],
    ids=str,
)
def test_after_an_epoch_the_weights_are_those_of_the_fast_path(train: Examples, changes: dict[str, Any]) -> None:
    recipe = replace(RECIPE, **changes)
    ours, theirs = (
        FastLearner(new_model(recipe, 0), recipe, train, train, compiled=is_compiled) for is_compiled in (True, False)
    )
    assert ours.train_epoch() == pytest.approx(theirs.train_epoch(), rel=1e-5)
    torch.testing.assert_close(ours.weights(), theirs.weights(), rtol=1e-4, atol=1e-4)


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.integers(1, 70), min_size=2, max_size=5),
    batch=st.integers(1, 70),
    count=st.integers(1, 150),
    workers=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_for_any_sizes_the_steps_are_those_of_autograd(
    sizes: list[int], batch: int, count: int, workers: int, seed: int
) -> None:
    torch.manual_seed(seed)
    lr, scale = 0.1, 1.25
    depth, before = len(sizes) - 1, torch.get_num_threads()
    weights = [torch.randn(wide, narrow) / wide**0.5 for wide, narrow in pairwise(sizes)]
    biases = [0.1 * torch.randn(size) for size in sizes[1:]]
    masks = [(torch.rand(count, size) < 0.8).float() for size in sizes[1:-1]]
    images = torch.rand(count + 7, sizes[0]) * (torch.rand(count + 7, sizes[0]) < 0.5)
    chosen = torch.randperm(len(images))[:count]
    inputs = images[chosen]
    targets, logits = torch.rand(count, sizes[-1]).softmax(dim=1), torch.empty(count, sizes[-1])

    layers = [
        Layer(weights[i].clone(), biases[i].clone(), scale if i else 1.0, 1.0, masks[i] if i < depth - 1 else None)
        for i in range(depth)
    ]
    outputs = [torch.empty(batch, size) for size in sizes[1:]]
    steps = CompiledSteps(layers, outputs[:-1], [torch.empty_like(out) for out in outputs], lr, scale)
    torch.set_num_threads(workers)
    steps(images, chosen, targets, logits)
    torch.set_num_threads(before)

    parameters = [tensor.requires_grad_() for tensor in (*weights, *biases)]
    for start in range(0, count, batch):
        rows = slice(start, start + batch)
        x = inputs[rows]
        for i in range(depth - 1):
            x = (x @ weights[i] + biases[i]).relu() * masks[i][rows] * scale
        answers = x @ weights[-1] + biases[-1]
        torch.testing.assert_close(logits[rows], answers.detach(), rtol=1e-4, atol=1e-4)
        gradients = torch.autograd.grad(functional.cross_entropy(answers, targets[rows]), parameters)
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter -= lr * gradient
    for layer, weight, bias in zip(layers, weights, biases, strict=True):
        torch.testing.assert_close(layer.weight, weight.detach(), rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(layer.bias, bias.detach(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("compiler", "flags", "says"),
    [
        ("no-such-compiler", compiled.FLAGS, r"there is no no-such-compiler; install g\+\+"),
        ("c++", ("-no-such-flag",), "cannot build .*no-such-flag"),
    ],
    ids=["no compiler", "it fails"],
)
def test_what_keeps_the_steps_from_being_built_is_told(
    monkeypatch: pytest.MonkeyPatch, compiler: str, flags: tuple[str, ...], says: str
) -> None:
    monkeypatch.setenv("CXX", compiler)
    monkeypatch.setattr(compiled, "FLAGS", flags)
    with pytest.raises(WrongUse, match=says):
        built.__wrapped__()
