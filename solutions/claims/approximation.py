"""Claims of chapter 1: the use of bends."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.claims import SEEDS, above, below, between, claim, grid, minus, over
from solutions.claims.experiments import COURSE, accuracy, network, optimizer_of, rms, set_rate, split
from solutions.layers import Linear

PLACES = torch.linspace(-math.pi, math.pi, 129).unsqueeze(1)
BETWEEN = torch.linspace(-math.pi, math.pi, 2001).unsqueeze(1)


def fit(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss: Callable[[Tensor, Tensor], Tensor],
    steps: int,
    rate: float,
    seed: int,
    optimizer: str = "sgd",
    falling: bool = False,
) -> None:
    """Train on batches of 32 examples (N, I) drawn by the seed; a falling rate falls by as much in each step, to 0."""
    draw = torch.Generator().manual_seed(seed)
    chosen = optimizer_of(optimizer, model, rate)
    for step in range(steps):
        if falling:
            set_rate(chosen, rate * (1 - step / steps))
        rows = torch.randint(len(x), (32,), generator=draw)
        chosen.zero_grad()
        loss(model(x[rows]), y[rows]).backward()
        chosen.step()


def sine_error(model: Callable[[Tensor], Tensor]) -> float:
    """Return the RMS of the error between -π and π."""
    with torch.no_grad():
        return rms(model(BETWEEN) - BETWEEN.sin())


def line_error() -> float:
    """Return the RMS of the error of the best straight line."""
    columns = torch.cat([PLACES, torch.ones_like(PLACES)], dim=1)
    best = torch.linalg.lstsq(columns, PLACES.sin()).solution
    return sine_error(lambda x: torch.cat([x, torch.ones_like(x)], dim=1) @ best)


@claim(
    "depth-without-bends-is-a-line",
    says="Trained on the sine with Adam at a falling rate, five affine layers in a row, or ten, end within one per "
    "cent of the best straight line's error. With 16 units or 64 and ReLUs between them, the same layers end at less "
    "than a quarter of it.",
    opposite="Depth alone adds power: layers in a row bend the line a little each, and get below half of its error.",
    varied=grid(depth=[5, 10], width=[4, 16, 64], rate=[0.003, 0.01], seed=SEEDS),
    bounds={"With 16 units or 64": lambda setting: setting["width"] >= 16},
    holds=between(
        "without", 0.99, 1.01, "error over that of the best line", provided=lambda numbers: max(numbers["with"]) < 0.25
    ),
    opposed=below("without", 0.5, "error over that of the best line"),
    because="ReLUs are put between the same layers: the error has to fall.",
)
def affine_layers(depth: int, width: int, rate: float, seed: int) -> dict[str, float]:
    sizes = [1, *[width] * (depth - 1), 1]
    numbers = {}
    for name, start, relu in (("without", "Glorot", False), ("with", "He", True)):
        model = network(sizes, start, seed, relu=relu)
        fit(model, PLACES, PLACES.sin(), F.mse_loss, 1000, rate, seed, "adam", falling=True)
        numbers[name] = sine_error(model) / line_error()
    return numbers


@claim(
    "a-few-units-do-most-of-the-bending",
    says="Where 64 units are trained on the sine by gradient descent, eight of them do 40 per cent of the bending or "
    "more, whether all bends start at 0 or spread over the region.",
    opposite="The bending gathers in a few units because all bends start at 0: from a spread start these eight do "
    "little more than half as much.",
    varied=grid(rate=[0.05, 0.1], steps=[1500, 5000], seed=SEEDS),
    holds=above("spread", 40, "share of the eight, %, from a spread start", provided=lambda n: min(n["at 0"]) > 40),
    opposed=below(over("spread", "at 0", "share of the eight from a spread start, over that from 0"), 0.6),
)
def few_units_bend(rate: float, steps: int, seed: int) -> dict[str, float]:
    numbers = {}
    for name in ("at 0", "spread"):
        model = network([1, 64, 1], "0.1", seed)
        hidden, output = (layer for layer in model if isinstance(layer, Linear))
        if name == "spread":
            nn.init.uniform_(hidden.bias, -math.pi, math.pi)
            hidden.bias.data *= hidden.weight.data[0]
        fit(model, PLACES, PLACES.sin(), F.mse_loss, steps, rate, seed)
        changes = (hidden.weight[0] * output.weight[:, 0]).detach().abs()
        numbers[name] = 100 * float(changes.topk(8).values.sum() / changes.sum())
    return numbers


GAIN_BY_RELUS = minus("with", "without", "accuracy with ReLUs above that without, points")


@claim(
    "relus-are-worth-points-on-garments",
    says="Trained with Adam, the course's network gains two to six points of accuracy by its ReLUs after 3,000 or "
    "10,000 steps; after 1,000 it may gain less.",
    opposite="On garments the ReLU hardly changes the accuracy: by less than one point.",
    varied=[
        {"rate": rate, "steps": steps, "seed": seed}
        for rate, steps in ((0.002, 1000), (0.002, 3000), (0.0005, 3000), (0.002, 10_000))
        for seed in SEEDS
    ],
    bounds={"after 3,000 or 10,000 steps": lambda setting: setting["steps"] > 1000},
    holds=between(GAIN_BY_RELUS, 2, 6),
    opposed=between(GAIN_BY_RELUS, -1, 1),
)
def relus_on_garments(rate: float, steps: int, seed: int) -> dict[str, float]:
    data = split(seed)
    numbers = {}
    for name, relu in (("with", True), ("without", False)):
        model = network(COURSE, "0.1", seed, relu=relu)
        fit(model, data.train_x, data.train_y, F.cross_entropy, steps, rate, seed, "adam", falling=True)
        numbers[name] = accuracy(model, data.held_x, data.held_y)
    return numbers
