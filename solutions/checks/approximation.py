"""What the parts of chapter 1 must do."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from autograder.checks import Observation, Observations, between, check, normal, ready_made, shuffled
from solutions.checks._traced import TRACED

GAPS = (0.5, 1.0, 2.0, 1.0)
SLOPES = (-3.25, -1.0, 0.5, 2.5)  # in whatever order, and over whatever gaps: no end is as high as the start

ready_made("ReLU", TRACED | {"nn.ReLU": nn.ReLU.forward})


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


def bent_network(
    rng: torch.Generator, inputs: int, on: tuple[int, ...], outputs: int, dtype: torch.dtype = torch.float32
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return w1, b1, w2, b2 and x for units that are on or off at x, 1 or -1, in an order that is drawn.

    No unit is near its crease. Of two units or more of a kind, x @ w1 has either sign, and so has the bias: neither of
    them alone tells who is on.
    """
    order = shuffled(rng, len(on))
    signs, sides = (torch.tensor(each, dtype=dtype)[order] for each in (on, [(-1) ** (n // 2) for n in range(len(on))]))
    entering, x = (normal(rng, count, dtype=dtype).abs() + 0.5 for count in (len(on), inputs))
    x[1::2] *= -1
    w1, w2 = normal(rng, inputs, len(on), dtype=dtype), normal(rng, len(on), outputs, dtype=dtype)
    w1 += torch.outer(x, sides * (entering + 1) - x @ w1) / (x @ x)
    return w1, signs * entering - x @ w1, w2, normal(rng, outputs, dtype=dtype), x


HALF_ON = (1, -1, 1, -1, 1, -1, 1, -1)


@check("affine_at", points=2, title="With every unit on, the two layers are one affine map")
def all_on(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    w, b = names.affine_at(*bent_network(rng, 4, (1,) * 5, 3))
    return {"w with every unit on": w, "b with every unit on": b}


@check("affine_at", points=1, title="Units that are off take no part in the weight")
def weight(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    w, _ = names.affine_at(*bent_network(rng, 4, HALF_ON, 3))
    return {"w with half of the units on": w}


@check("affine_at", points=1, title="Units that are off take no part in the bias; the five tensors keep their values")
def bias(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    given = dict(zip(("w1", "b1", "w2", "b2", "x"), bent_network(rng, 4, HALF_ON, 3), strict=True))
    _, b = names.affine_at(*given.values())
    return {"b with half of the units on": b} | {f"{name} afterwards": tensor for name, tensor in given.items()}


def network_of(answer: Any) -> Callable[[Tensor], Tensor]:
    """Return the network that four tensors make."""
    weight, bias, out_weight, out_bias = answer

    def network(x: Tensor) -> Tensor:
        return torch.as_tensor(torch.relu(x @ weight + bias) @ out_weight + out_bias)

    return network


def described(answer: Any, count: int) -> dict[str, Observation]:
    """Return the shapes of four tensors as letters: H for the hidden units, which are few or too many."""
    tensors = list(answer)
    names = ("weight", "bias", "out_weight", "out_bias")
    units = tensors[0].shape[-1]
    shapes = [
        f"{name} ({', '.join('H' if size == units else str(size) for size in tensor.shape)})"
        for name, tensor in zip(names, tensors, strict=True)
    ]
    return {"shapes": ", ".join(shapes), "at most one unit for each knot": units <= count}


@check("relu_interpolant", points=2, title="The network passes through the points; knots and values keep their values")
def through_the_points(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    knots, values = points(rng)
    x = knots.unsqueeze(1).clone()
    answer = names.relu_interpolant(knots, values)
    return {"network at the knots": network_of(answer)(x), "knots afterwards": knots, "values afterwards": values}


@check("relu_interpolant", points=2, title="Between two knots it is straight; there is one unit for each knot at most")
def straight_between(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    knots, values = points(rng)
    answer = names.relu_interpolant(knots, values)
    return {"network between the knots": network_of(answer)(inside(knots, rng))} | described(answer, len(knots))


def hinges(rng: torch.Generator, count: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor, Tensor]:
    """Return w1, b1 and w2 of units that open to the right and to the left, in an order that is drawn.

    Weights are powers of two and all numbers short binary fractions, so that places and sums of changes are exact. The
    unit furthest to the right comes first, so that no order of the units is that of their places.
    """
    drawn = torch.randperm(12, generator=rng)[:count]
    places = (torch.cat([drawn.max().reshape(1), drawn[drawn < drawn.max()]]).to(dtype) - 6) / 2 + 1 / 4
    signs = torch.tensor([1, -1] * count, dtype=dtype)[:count][shuffled(rng, count)]
    w1 = signs * 2 ** (torch.arange(count)[shuffled(rng, count)].to(dtype) % 4 - 1)
    w2 = torch.tensor([1, -1, -1, 1] * count, dtype=dtype)[:count][shuffled(rng, count)]
    w2 = w2 * (between(3, 9, rng) / 4 + torch.arange(count).to(dtype) / 8)
    return w1.unsqueeze(0), -places * w1, w2.unsqueeze(1)


@check("bends", points=1, title="Units that open to the right: the places from left to right, and each change of slope")
def to_the_right(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    w1, b1, w2 = hinges(rng, 6)
    right = w1.abs(), b1 * w1[0].sign(), w2
    given = dict(zip(("w1", "b1", "w2"), right, strict=True))
    places, changes = names.bends(*right)
    return {"places": places, "changes": changes} | {f"{name} afterwards": each for name, each in given.items()}


@check("bends", points=1, title="Units that open to the left as well")
def to_both_sides(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    places, changes = names.bends(*hinges(rng, 6))
    return {"places with units to both sides": places, "changes with units to both sides": changes}
