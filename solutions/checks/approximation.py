"""What the parts of chapter 1 must do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import torch
from torch import Tensor, nn

from autograder.checks import (
    Observation,
    Observations,
    attempt,
    between,
    check,
    normal,
    ready_made,
    shuffled,
    tried,
)

GAPS = (0.5, 1.0, 2.0, 1.0)
SLOPES = (-3.25, -1.0, 0.5, 2.5)  # in whatever order, and over whatever gaps: no end is as high as the start

ready_made("ReLU", {"nn.ReLU": nn.ReLU.forward})


def gradient_of(function: object, x: Tensor, weights: Tensor) -> dict[str, Observation]:
    """Return what reaches x when the output, weighed, is propagated backwards."""
    leaf = x.clone().requires_grad_()
    output = function(leaf * 1)  # type: ignore[operator]  # not a leaf, so that a change in place stays a change in place
    if output.requires_grad:
        (output * weights).sum().backward()
    return {"the output remembers where it came from": output.requires_grad, "gradient of x": leaf.grad}


def points(rng: torch.Generator, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """Return five knots with uneven gaps, and their values: the slope changes at each inner knot, and no value is 0.

    The gaps are powers of two and all numbers short binary fractions, so that a right answer is exact in float32,
    whatever the order of its sums, and no tolerance is used up.
    """
    gaps, slopes = (torch.tensor(each)[shuffled(rng, len(each))] for each in (GAPS, SLOPES))
    place = between(-12, -4, rng) / 4
    height = between(-48, 48, rng) / 32 + 1 / 64  # rises are eighths
    knots = place + nn.functional.pad(gaps.cumsum(0), (1, 0))
    values = height + nn.functional.pad((gaps * slopes).cumsum(0), (1, 0))
    return knots.to(dtype), values.to(dtype)


def inside(knots: Tensor, rng: torch.Generator, each: int = 3) -> Tensor:
    """Return places between the knots, some in each gap, in no order, shape (B, 1)."""
    shares = torch.randint(1, 16, (each, len(knots) - 1), generator=rng).to(knots.dtype) / 16
    x = (knots[:-1] + shares * knots.diff()).flatten()
    return x[torch.randperm(len(x), generator=rng)].unsqueeze(1)


def of_all_sizes(rng: torch.Generator) -> Tensor:
    """Return a row each of hundredths, of ones, of dozens and of thousands; three numbers of each are above 0."""
    scale, signs = torch.tensor([[0.01], [1], [30], [2000]]), torch.tensor([1, 1, 1, -1, -1])
    return scale * (normal(rng, 4, 5).abs() + 0.5) * torch.stack([signs[shuffled(rng, 5)] for _ in scale])


@check("ReLU", points=1, title="Negative numbers become 0, positive ones stay, and the input keeps its values")
def positive_part(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    x = of_all_sizes(rng)
    return {"output": names.ReLU()(x), "x afterwards": x}


@check("ReLU", points=1, title="The gradient passes where the input is above 0, and nowhere else, nor at exactly 0")
def gradient(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    x = of_all_sizes(rng)
    x[:, 2] = 0
    return gradient_of(names.ReLU(), x, normal(rng, 4, 5))


@check("ReLU", points=1, hidden=True, title="Any shape and any floating dtype")
def shapes_and_dtypes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    relu = names.ReLU()
    inputs = [normal(rng, 24).reshape(2, 3, 4), normal(rng, 1).reshape(()), normal(rng, 0)]
    inputs += [normal(rng, 6, dtype=dtype) for dtype in (torch.float64, torch.float16)]
    return {f"output for {x.dtype} of shape {tuple(x.shape)}": attempt(partial(relu, x)) for x in inputs}


def two_maps(
    rng: torch.Generator, sizes: tuple[int, int, int], dtype: torch.dtype = torch.float32
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return w1, b1, w2, b2 for two affine maps in a row."""
    inputs, hidden, outputs = sizes
    shapes = ((inputs, hidden), (hidden,), (hidden, outputs), (outputs,))
    w1, b1, w2, b2 = (normal(rng, *shape, dtype=dtype) for shape in shapes)
    return w1, b1, w2, b2


@check("collapse", points=1, title="The weight of the one map, (I, O), does the work of both")
def weight(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    w, _ = names.collapse(*two_maps(rng, (4, 5, 3)))
    return {"w for I = 4, H = 5, O = 3": w}


@check("collapse", points=2, title="The bias of the one map, (O,), carries both biases to the output")
def bias(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    _, b = names.collapse(*two_maps(rng, (4, 5, 3)))
    return {"b for I = 4, H = 5, O = 3": b}


@check("collapse", points=1, title="Weights and biases that come in keep their values")
def arguments_kept(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    given = dict(zip(("w1", "b1", "w2", "b2"), two_maps(rng, (4, 5, 3)), strict=True))
    _, _ = names.collapse(*given.values())
    return {f"{name} afterwards": tensor for name, tensor in given.items()}


@check("collapse", points=1, hidden=True, title="Other sizes, equal ones too, and float64")
def other_sizes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    def part(at: int, maps: tuple[Tensor, ...]) -> Tensor:
        result: Tensor = names.collapse(*maps)[at]
        return result

    cases: dict[str, tuple[Tensor, ...]] = {f"sizes {s}": two_maps(rng, s) for s in ((3, 3, 3), (1, 4, 1), (3, 1, 2))}
    cases["float64"] = two_maps(rng, (4, 5, 3), torch.float64)
    return {
        f"{name} for {case}": attempt(partial(part, at, maps))
        for case, maps in cases.items()
        for at, name in enumerate("wb")
    }


@check("collapse", points=1, hidden=True, title="Sizes that do not fit each other are refused")
def misfits_refused(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    given = {
        "w1 (4, 5) and w2 (6, 3)": ((4, 5), (5,), (6, 3), (3,)),
        "b1 (4,) for w1 (4, 5)": ((4, 5), (4,), (5, 3), (3,)),
        "b2 (5,) for w2 (5, 3)": ((4, 5), (5,), (5, 3), (5,)),
        "b2 (1,) for w2 (5, 3)": ((4, 5), (5,), (5, 3), (1,)),
        "sizes (4, 5, 3)": ((4, 5), (5,), (5, 3), (3,)),
        "sizes (4, 5, 2)": ((4, 5), (5,), (5, 2), (2,)),
        "sizes (2, 5, 3)": ((2, 5), (5,), (5, 3), (3,)),
    }
    calls = {
        name: partial(names.collapse, *(normal(rng, *shape) for shape in shapes)) for name, shapes in given.items()
    }
    return tried(rng, calls)


@check("relu_interpolant", points=2, title="The network passes through the points")
def through_the_points(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    knots, values = points(rng)
    f = names.relu_interpolant(knots, values)
    return {"f at the knots": f(knots.unsqueeze(1).clone()), "knots afterwards": knots, "values afterwards": values}


@check("relu_interpolant", points=3, title="Between two knots it is a straight line")
def straight_between(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    knots, values = points(rng)
    return {"f between the knots": names.relu_interpolant(knots, values)(inside(knots, rng))}


@check("relu_interpolant", points=1, title="Knots in float64 give an output in float64")
def dtype_of_knots(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    knots, values = points(rng, torch.float64)
    return {"f in float64": names.relu_interpolant(knots, values)(inside(knots, rng))}


@check("relu_interpolant", points=2, hidden=True, title="The gradient between two knots is the slope of that piece")
def slopes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    knots, values = points(rng)
    x = inside(knots, rng)
    return gradient_of(names.relu_interpolant(knots, values), x, torch.ones_like(x))


@check("relu_interpolant", points=1, hidden=True, title="Two knots, forty knots, one x, no x")
def sizes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    knots, values = points(rng)
    many, heights = normal(rng, 40, dtype=torch.float64).sort().values, normal(rng, 40, dtype=torch.float64)
    many += torch.arange(40) / 4  # no two of them close
    return {
        "f for two knots": attempt(lambda: names.relu_interpolant(knots[:2], values[:2])(inside(knots[:2], rng))),
        "f for forty knots": attempt(lambda: names.relu_interpolant(many, heights)(inside(many, rng))),
        "f of one x": attempt(lambda: names.relu_interpolant(knots, values)(inside(knots, rng)[:1])),
        "f of no x": attempt(lambda: names.relu_interpolant(knots, values)(knots[:0].unsqueeze(1))),
    }


@check("relu_interpolant", points=1, hidden=True, title="Before the first knot and after the last one it is finite")
def finite_outside(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    knots, values = points(rng)
    f = names.relu_interpolant(knots, values)
    return {
        "finite before the first knot": attempt(lambda: bool(f(knots[:1].unsqueeze(1) - 3).isfinite().all())),
        "finite after the last knot": attempt(lambda: bool(f(knots[-1:].unsqueeze(1) + 3).isfinite().all())),
    }


@check(
    "relu_interpolant",
    points=1,
    hidden=True,
    title="Knots out of order or doubled, a single one, and a value too few or too many, are refused",
)
def knots_refused(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    knots, values = points(rng)
    wrong = [(4, 3, 2, 1, 0), (1, 0, 2, 3, 4), (0, 2, 1, 3, 4), (0, 1, 2, 4, 3)]  # order
    wrong += [(0, 0, 2, 3, 4), (0, 1, 1, 3, 4), (0, 1, 2, 3, 3)]  # one twice: first, within and last
    calls: dict[str, Callable[[], object]] = {
        f"numbers {order} of five knots": partial(names.relu_interpolant, knots[list(order)], values) for order in wrong
    }
    calls |= {
        "a single knot": lambda: names.relu_interpolant(knots[:1], values[:1]),
        "a value too few": lambda: names.relu_interpolant(knots, values[:-1]),
        "a value too many": lambda: names.relu_interpolant(knots[:-1], values),
        "knots in order": lambda: names.relu_interpolant(knots, values),
        "four knots in order": lambda: names.relu_interpolant(knots[:-1], values[:-1]),
        "three knots in order": lambda: names.relu_interpolant(knots[:3], values[:3]),
    }
    return tried(rng, calls)
