"""The rooms: they are what the chapters ask for, their examples are true, and they agree with the libraries that know.

What else an exercise has to do, the checks observe: on the reference and on other right answers alike.
"""

import ast
import doctest
import importlib
import inspect
import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from autograder.exercises import exercises_of
from solutions.approximation import ReLU, collapse, relu_interpolant
from solutions.dropout import Classifier, Dropout
from solutions.layers import Linear, cross_entropy
from solutions.optimizer import (
    Momentum,
    Optimizer,
    backward_cross_entropy,
    backward_linear,
    backward_relu,
    numerical_gradient,
)
from tests.conftest import ROOT

ROOMS = ("approximation", "layers", "dropout", "optimizer", "training", "deployment")


def source_of(room: str) -> str:
    return inspect.getsource(importlib.import_module(f"solutions.{room}"))


@pytest.mark.parametrize(("number", "room"), list(enumerate(ROOMS, start=1)))
def test_the_exercises_are_those_that_the_chapter_asks_for_in_its_order(number: int, room: str) -> None:
    chapter = (ROOT / "chapters" / f"{number}-{room}.md").read_text(encoding="utf-8")
    asked = re.findall(rf"^:tags: \[exercise\]\n\nfrom solutions\.{room} import (\w+)$", chapter, re.MULTILINE)
    exercises = exercises_of(room, source_of(room))
    assert [exercise.name for exercise in exercises] == asked
    assert all(exercise.solution_lines for exercise in exercises)


@pytest.mark.parametrize("room", ROOMS)
def test_a_solution_uses_nothing_that_a_notebook_would_not_have(room: str) -> None:
    """An exercise is cut out of its module: a private helper beside it would be missing."""
    names = [node.name for node in ast.parse(source_of(room)).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert not [name for name in names if name.startswith("_")]


@pytest.mark.parametrize("room", ROOMS)
def test_the_examples_are_true(room: str) -> None:
    assert doctest.testmod(importlib.import_module(f"solutions.{room}")).failed == 0


# --- approximation


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_relu_is_pytorchs_with_its_gradient(dtype: torch.dtype) -> None:
    x = torch.cat([torch.randn(24), torch.tensor([-0.0, 0.0])]).to(dtype)
    ours, pytorchs = x.clone().requires_grad_(), x.clone().requires_grad_()
    torch.testing.assert_close(ReLU()(ours), torch.relu(pytorchs), rtol=0, atol=0)
    torch.autograd.backward([ReLU()(ours).sum(), torch.relu(pytorchs).sum()])
    torch.testing.assert_close(ours.grad, pytorchs.grad, rtol=0, atol=0)


def test_collapse_is_two_affine_maps_in_a_row() -> None:
    w1, b1, w2, b2, x = (torch.randn(s, dtype=torch.float64) for s in [(4, 5), (5,), (5, 3), (3,), (7, 4)])
    w, b = collapse(w1, b1, w2, b2)
    torch.testing.assert_close(x @ w + b, (x @ w1 + b1) @ w2 + b2)


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=20), st.floats(-10, 10), st.integers(0, 2**16))
def test_the_interpolant_is_numpys_between_the_knots(steps: list[float], start: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    knots = start + np.cumsum([0.0, *steps])
    values = rng.normal(size=len(knots))
    x = np.concatenate([knots, rng.uniform(knots[0], knots[-1], 50)])
    found = relu_interpolant(torch.tensor(knots), torch.tensor(values))(torch.tensor(x).unsqueeze(1))
    np.testing.assert_allclose(found.squeeze(1), np.interp(x, knots, values), atol=1e-9)


# --- dropout


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_elements_are_zero_with_probability_p_and_otherwise_scaled(p: float) -> None:
    """A right answer is more than seven standard errors away with probability below 1e-11."""
    count = 1_000_000
    y = Dropout(p)(torch.ones(count))
    assert abs((y == 0).double().mean().item() - p) <= 7 * math.sqrt(p * (1 - p) / count)
    torch.testing.assert_close(y[y != 0], torch.full(((y != 0).sum(),), 1 / (1 - p)))


def test_the_classifier_is_the_same_network_from_pytorch() -> None:
    model = Classifier().eval()
    linears = [module for module in model.modules() if isinstance(module, Linear)]
    theirs = nn.Sequential(
        *(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 10))
    )
    for ours, layer in zip(linears, theirs[1::2], strict=True):
        layer.weight.data, layer.bias.data = ours.weight.data.T, ours.bias.data
    x = torch.rand(5, 1, 28, 28)
    torch.testing.assert_close(model(x), theirs(x))


@pytest.mark.parametrize("shape", [(2, 28, 28), (2, 1, 28, 28), (784,), (1, 784), (0, 28, 28)])
def test_predictions_refuse_anything_but_one_image(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one image"):
        Classifier().predictions(torch.rand(shape))


# --- optimizer


def test_gradients_by_hand_are_autograds_and_the_numerical_ones() -> None:
    x, w, b = (torch.randn(s, dtype=torch.float64, requires_grad=True) for s in [(5, 4), (4, 3), (3,)])
    targets = torch.tensor([0, 2, 1, 1, 2])
    logits = x @ w + b
    cross_entropy(logits.relu(), targets).backward()
    with torch.no_grad():
        gradient = backward_relu(logits, backward_cross_entropy(logits.relu(), targets))
        found = backward_linear(x, w, gradient)
        parts = {"x": x, "w": w, "b": b}
        for name, ours in zip(parts, found, strict=True):
            torch.testing.assert_close(ours, parts[name].grad)

            def loss(part: torch.Tensor, name: str = name) -> torch.Tensor:
                at = parts | {name: part}
                return cross_entropy((at["x"] @ at["w"] + at["b"]).relu(), targets)

            torch.testing.assert_close(ours, numerical_gradient(loss, parts[name]), rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    ("kind", "settings"), [(Optimizer, {}), (Momentum, {"momentum": 0.9}), (Momentum, {"momentum": 0.0})]
)
def test_steps_are_those_of_pytorchs_sgd(kind: type, settings: dict[str, float]) -> None:
    models = [nn.Linear(4, 3, dtype=torch.float64) for _ in range(2)]
    models[1].load_state_dict(models[0].state_dict())
    ours, theirs = models
    optimizers = kind(ours.parameters(), lr=0.1, **settings), torch.optim.SGD(theirs.parameters(), lr=0.1, **settings)
    for _ in range(5):
        x = torch.randn(8, 4, dtype=torch.float64)
        for model, optimizer in zip(models, optimizers, strict=True):
            optimizer.zero_grad()
            model(x).square().mean().backward()
            optimizer.step()
    torch.testing.assert_close(models[0].state_dict(), models[1].state_dict())
