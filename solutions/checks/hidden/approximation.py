"""Hidden checks of approximation: students see their titles and results alone."""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from autograder.checks import Observation, Observations, attempt, check, normal, tried
from solutions.checks._far_device import far_or_near
from solutions.checks.approximation import HALF_ON, bent_network, hinges, inside, network_of, points


@check("ReLU", points=1, title="Any shape, any floating dtype and any device")
def shapes_and_dtypes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    relu = names.ReLU()
    inputs = [normal(rng, 24).reshape(2, 3, 4), normal(rng, 1).reshape(()), normal(rng, 0)]
    inputs += [normal(rng, 6, dtype=dtype) for dtype in (torch.float64, torch.float16)]

    def stays(device: str) -> bool:
        return bool(relu(inputs[0].to(device)).device.type == device)

    observed = {f"output for {x.dtype} of shape {tuple(x.shape)}": attempt(partial(relu, x)) for x in inputs}
    return observed | {"on another device, the output is there too": attempt(partial(far_or_near, stays))}


def weight_and_bias(names: SimpleNamespace, case: str, *network: Tensor) -> dict[str, Observation]:
    """Return what affine_at gives, or for each of the two the error."""

    def part(at: int) -> Any:
        return names.affine_at(*network)[at]

    return {f"{name} {case}": attempt(partial(part, at)) for at, name in enumerate("wb")}


@check("affine_at", points=1, title="A unit whose ReLU receives exactly 0 counts as off")
def creases(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """All numbers are whole, so that the 0 is exact; the unit on its crease has a bias and no weight of 0.

    The last of x decides on the sign of x @ w1: positive for one of the two units that are on, negative for the other,
    and the bias has the opposite sign. So neither of them alone tells who is on.
    """
    order = torch.randperm(4, generator=rng)
    entering, sides = torch.tensor([0.0, 3.0, -2.0, 4.0])[order], torch.tensor([1.0, 1.0, -1.0, -1.0])[order]
    rows = torch.randint(1, 6, (5, 4), generator=rng).float() * (torch.randint(0, 2, (5, 4), generator=rng) * 2 - 1)
    rows[2] = rows[2].abs() * sides
    x, w1, w2 = torch.tensor([1.0, 2.0, 32.0]), rows[:3], rows[3:].T
    return weight_and_bias(names, "on a crease", w1, entering - x @ w1, w2, torch.tensor([7.0, -3.0]), x)


@check("affine_at", points=1, title="On a curve through points: the slope of each piece, and its height at 0")
def along_a_curve(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    knots, values = points(rng)
    changes = (values.diff() / knots.diff()).diff(prepend=torch.zeros(1))
    network = torch.ones(1, 4), -knots[:-1], changes.unsqueeze(1), values[:1]
    places = {"before the first knot": knots[:1] - 1, "on the third knot": knots[2:3]}
    places |= {f"on piece {n}": knots[n - 1 : n + 1].mean().reshape(1) for n in range(1, 5)}
    cases = [weight_and_bias(names, place, *network, x) for place, x in places.items()]
    return {name: seen for case in cases for name, seen in case.items()}


@check("affine_at", points=1, title="Other sizes, a single unit on, none on, and float64")
def other_networks(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    return {
        **weight_and_bias(names, "for sizes (3, 3, 3)", *bent_network(rng, 3, (-1, 1, 1), 3)),
        **weight_and_bias(names, "with one unit of three on", *bent_network(rng, 2, (-1, 1, -1), 4)),
        **weight_and_bias(names, "with a unit alone, on", *bent_network(rng, 1, (1,), 1)),
        **weight_and_bias(names, "with no unit on", *bent_network(rng, 5, (-1, -1), 2)),
        **weight_and_bias(names, "in float64", *bent_network(rng, 4, HALF_ON, 3, torch.float64)),
    }


@check("relu_interpolant", points=1, title="Two knots, forty knots, and knots in float64")
def sizes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    def between_knots(knots: Tensor, values: Tensor) -> Tensor:
        return network_of(names.relu_interpolant(knots, values))(inside(knots, rng))

    knots, values = points(rng)
    many, heights = normal(rng, 40, dtype=torch.float64).sort().values, normal(rng, 40, dtype=torch.float64)
    many += torch.arange(40) / 4  # no two of them close
    return {
        "network for two knots": attempt(partial(between_knots, knots[:2], values[:2])),
        "network for knots further apart": attempt(partial(between_knots, 4 * knots, values)),
        "network for forty knots": attempt(partial(between_knots, many, heights)),
        "network in float64": attempt(partial(between_knots, knots.double(), values.double())),
    }


@check(
    "relu_interpolant",
    points=1,
    title="Knots out of order or doubled, a single one, and a value too few or too many, are refused",
)
def knots_refused(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    knots, values = points(rng)
    wrong = [(4, 3, 2, 1, 0), (1, 0, 2, 3, 4), (0, 2, 1, 3, 4), (0, 1, 2, 4, 3)]  # order
    wrong += [(0, 0, 2, 3, 4), (0, 1, 1, 3, 4), (0, 1, 2, 3, 3)]  # one twice: first, within and last

    def network(knots: Tensor, values: Tensor) -> Tensor:
        return network_of(names.relu_interpolant(knots, values))(knots[:1].unsqueeze(1))

    calls: dict[str, Callable[[], object]] = {
        f"numbers {order} of five knots": partial(network, knots[list(order)], values) for order in wrong
    }
    calls |= {
        "a single knot": lambda: network(knots[:1], values[:1]),
        "a value too few": lambda: network(knots, values[:-1]),
        "a value too many": lambda: network(knots[:-1], values),
        "knots in order": lambda: network(knots, values),
        "four knots in order": lambda: network(knots[:-1], values[:-1]),
        "three knots in order": lambda: network(knots[:3], values[:3]),
    }
    return tried(rng, calls)


@check("bends", points=1, title="Units at one place make one bend, or none if they cancel; a weight of 0 bends nothing")
def together(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """The second, and the third, of six units stand at the place of the first, but not beside it; one has no weight."""
    w1, b1, w2 = hinges(rng, 6)
    places = -b1 / w1[0]

    def bent(same: int, cancel: bool) -> tuple[Tensor, Tensor]:
        at, out = places.clone(), w2.clone()
        at[1 : 1 + same] = at[0]
        weight = w1.clone()
        weight[0, 5] = 0
        if cancel:
            out[1] = -out[0] * w1[0, 0].abs() / w1[0, 1].abs()
        order = torch.tensor([0, 3, 1, 4, 2, 5])
        bias = torch.where(weight[0] == 0, 1, -at * weight[0])
        found: tuple[Tensor, Tensor] = names.bends(weight[:, order], bias[order], out[order])
        return found

    cases = {"two units at one place": (1, False), "three at one place": (2, False), "two that cancel": (1, True)}
    seen: dict[str, Observation] = {}
    for name, case in cases.items():
        state = rng.get_state()
        for at, part in enumerate(("places", "changes")):
            rng.set_state(state)
            seen[f"{part} of {name}"] = attempt(lambda case=case, at=at: bent(*case)[at])  # type: ignore[misc]
    return seen


@check("bends", points=1, title="A network that passes through points, one unit, no unit that bends, and float64")
def read_back(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """The network of a table has no bend where the points lie on a line."""
    knots, values = points(rng)
    changes = (values.diff() / knots.diff()).diff(prepend=torch.zeros(1))
    cases = {
        "of a table": (torch.ones(1, 4), -knots[:-1], changes.unsqueeze(1)),
        "of one unit": hinges(rng, 1),
        "of units with weights of 0": (torch.zeros(1, 3), normal(rng, 3), normal(rng, 3, 1)),
        "in float64": hinges(rng, 5, torch.float64),
    }
    return {
        f"{part} {name}": attempt(lambda network=network, at=at: names.bends(*network)[at])  # type: ignore[misc]
        for name, network in cases.items()
        for at, part in enumerate(("places", "changes"))
    }
