"""Chapter 1: ReLU, the collapse of affine maps, and a network through given points."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from solutions.approximation import ReLU, collapse, relu_interpolant


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3, 4)])
def test_relu_equals_pytorchs(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    x = torch.randn(shape).to(dtype)
    torch.testing.assert_close(ReLU()(x), torch.relu(x), rtol=0, atol=0)


def test_relu_leaves_its_input_alone() -> None:
    x = torch.tensor([-1.0, 2.0])
    ReLU()(x)
    assert x.tolist() == [-1.0, 2.0]


def test_relu_has_gradient_zero_at_zero_and_below() -> None:
    x = torch.tensor([-2.0, 0.0, 3.0], requires_grad=True)
    ReLU()(x).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 1.0]


def test_collapse_equals_two_affine_maps_in_a_row() -> None:
    w1, b1, w2, b2 = (torch.randn(s, dtype=torch.float64) for s in [(4, 5), (5,), (5, 3), (3,)])
    x = torch.randn(7, 4, dtype=torch.float64)
    w, b = collapse(w1, b1, w2, b2)
    torch.testing.assert_close(x @ w + b, (x @ w1 + b1) @ w2 + b2)


@pytest.mark.parametrize(
    "shapes",
    [
        [(4, 5), (5,), (6, 3), (3,)],
        [(4, 5), (4,), (5, 3), (3,)],
        [(4, 5), (5,), (5, 3), (5,)],
        [(4, 5), (1, 5), (5, 3), (3,)],
        [(5,), (5,), (5, 3), (3,)],
    ],
)
def test_collapse_refuses_sizes_that_do_not_fit(shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match="fit"):
        collapse(*(torch.zeros(shape) for shape in shapes))


@given(
    steps=st.lists(st.floats(0.1, 10), min_size=1, max_size=20),
    start=st.floats(-10, 10),
    seed=st.integers(0, 2**16),
)
def test_interpolant_equals_numpys_between_the_knots(steps: list[float], start: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    knots = start + np.cumsum([0.0, *steps])
    values = rng.normal(size=len(knots))
    x = np.concatenate([knots, rng.uniform(knots[0], knots[-1], 50)])
    found = relu_interpolant(torch.tensor(knots), torch.tensor(values))(torch.tensor(x).unsqueeze(1))
    np.testing.assert_allclose(found.squeeze(1), np.interp(x, knots, values), atol=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_interpolant_keeps_shape_and_the_knots_dtype(dtype: torch.dtype) -> None:
    f = relu_interpolant(torch.tensor([0, 1], dtype=dtype), torch.tensor([1.0, 2.0], dtype=torch.float64))
    y = f(torch.zeros(3, 1, dtype=dtype))
    assert (y.shape, y.dtype) == ((3, 1), dtype)


def test_interpolant_has_the_slope_of_each_piece_as_gradient() -> None:
    x = torch.tensor([[0.5], [1.5]], requires_grad=True)
    relu_interpolant(torch.tensor([0.0, 1, 2]), torch.tensor([0.0, 3, 1]))(x).sum().backward()
    assert x.grad.flatten().tolist() == [3.0, -2.0]


def test_interpolant_is_finite_outside_the_knots() -> None:
    f = relu_interpolant(torch.tensor([0.0, 1.0]), torch.tensor([0.0, 1.0]))
    assert f(torch.tensor([[-1e6], [1e6]])).isfinite().all()


@pytest.mark.parametrize(
    ("knots", "values"),
    [([0.0, 2, 1], [0.0, 0, 0]), ([0.0, 1, 1], [0.0, 0, 0]), ([0.0, 1], [0.0, 0, 0]), ([0.0], [0.0])],
    ids=["unsorted", "doubled", "too many values", "one knot"],
)
def test_interpolant_refuses(knots: list[float], values: list[float]) -> None:
    with pytest.raises(ValueError, match="knot"):
        relu_interpolant(torch.tensor(knots), torch.tensor(values))
