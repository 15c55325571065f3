"""Claims of chapter 1: the use of bends, and the distance between a trained network and the best possible one."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.approximation import relu_interpolant
from solutions.claims import SEEDS, Quantity, above, below, between, claim, grid, minus, over
from solutions.claims.experiments import COURSE, accuracy, network, optimizer_of, rms, set_rate, split

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
    says="Trained on the sine with Adam, five affine layers in a row, or ten, end within one per cent of the best "
    "straight line's error, and the same layers with ReLUs between them at less than a quarter of it.",
    opposite="Depth alone adds power: layers in a row bend the line a little each, and get below half of its error.",
    varied=grid(depth=[5, 10], rate=[0.003, 0.01], seed=SEEDS),
    holds=between(
        "without", 0.99, 1.01, "error over that of the best line", provided=lambda numbers: max(numbers["with"]) < 0.25
    ),
    opposed=below("without", 0.5, "error over that of the best line"),
)
def affine_layers(depth: int, rate: float, seed: int) -> dict[str, float]:
    sizes = [1, *[16] * (depth - 1), 1]
    numbers = {}
    for name, start, relu in (("without", "Glorot", False), ("with", "He", True)):
        model = network(sizes, start, seed, relu=relu)
        fit(model, PLACES, PLACES.sin(), F.mse_loss, 1000, rate, seed, "adam", falling=True)
        numbers[name] = sine_error(model) / line_error()
    return numbers


def halvings(more: str, less: str, words: str = "") -> Quantity:
    """Return how often the larger error is halved on the way to the smaller, by seeds.

    Errors differ by factors from seed to seed: their logarithms have a mean and an interval.
    """
    return Quantity(lambda numbers: map(math.log2, over(more, less)(numbers)), words)


RATES = {"SGD": (0.02, 0.05, 0.1, 0.2), "Adam": (0.0003, 0.001, 0.003, 0.01, 0.03)}


def best_errors(name: str, units: int, steps: int, seed: int) -> list[float]:
    """Return the least error over the rates of an optimizer of PyTorch's: at a constant rate, and at a falling one.

    All networks train side by side: the optimizer takes a step of rate 1, and each network goes its own share of it.
    """
    torch.manual_seed(seed)
    many = 2 * len(RATES[name])
    starts = 0.1 * torch.randn(1, units), torch.zeros(1, units), 0.1 * torch.randn(units, 1), torch.zeros(1, 1)
    weights = [start.repeat(many, 1, 1).requires_grad_() for start in starts]
    rate = torch.tensor(RATES[name]).repeat(2).reshape(-1, 1, 1)
    falls = torch.tensor([0, 1]).repeat_interleave(len(RATES[name])).reshape(-1, 1, 1)
    chosen = getattr(torch.optim, name)(weights, lr=1.0)

    def predict(x: Tensor) -> Tensor:
        w1, b1, w2, b2 = weights
        return torch.relu(x @ w1 + b1) @ w2 + b2

    for step in range(steps):
        rows = torch.randint(len(PLACES), (32,))
        chosen.zero_grad()
        (predict(PLACES[rows]) - PLACES[rows].sin()).square().mean(dim=(1, 2)).sum().backward()
        before = [each.detach().clone() for each in weights]
        chosen.step()
        with torch.no_grad():
            for each, old in zip(weights, before, strict=True):
                each.copy_(old + rate * (1 - falls * step / steps) * (each - old))
    with torch.no_grad():
        errors = (predict(BETWEEN) - BETWEEN.sin()).square().mean(dim=(1, 2)).sqrt()
    return [float(part.nan_to_num(math.inf).min()) for part in errors.chunk(2)]


A_QUARTER = math.log2(4 / 3)  # off an error, in halvings
BESIDE_ADAM = halvings("Adam", "Adam falling", "halvings of Adam's error by a falling rate")
BESIDE_DESCENT = halvings("SGD", "Adam falling")
BY_FALLING = halvings("SGD", "SGD falling", "halvings of gradient descent's error by a falling rate")
BY_THE_FORMULA = halvings("Adam falling", "formula")


@claim(
    "only-both-changes-together",
    says="With 256 hinges, each at its best rate, after 1,500 or 4,500 steps, Adam with a falling rate has at least "
    "a quarter less error than Adam with a constant one and less than an eighth of that of gradient descent, whose "
    "error a falling rate alone changes by less than a factor of two; the formula has less than half of the least.",
    opposite="The constant rate is at fault: let it fall, and gradient descent has less than a quarter of its error.",
    varied=[
        {"units": units, "steps": steps, "seed": seed}
        for units, steps in ((16, 4500), (64, 4500), (256, 1500), (256, 4500), (256, 15_000))
        for seed in SEEDS
    ],
    bounds={
        "With 256 hinges": lambda setting: setting["units"] == 256,
        "after 1,500 or 4,500 steps": lambda setting: setting["steps"] < 15_000,
    },
    holds=above(
        BESIDE_ADAM,
        A_QUARTER,
        provided=lambda numbers: (
            above(BESIDE_DESCENT, 3)(numbers).holds
            and between(BY_FALLING, -1, 1)(numbers).holds
            and above(BY_THE_FORMULA, 1)(numbers).holds
        ),
    ),
    opposed=above(BY_FALLING, 2),
)
def both_changes(units: int, steps: int, seed: int) -> dict[str, float]:
    knots = torch.linspace(-math.pi, math.pi, units + 1, dtype=torch.float64)
    weight, bias, out_weight, out_bias = relu_interpolant(knots, knots.sin())
    numbers = {"formula": sine_error(lambda x: torch.relu(x.double() @ weight + bias) @ out_weight + out_bias)}
    for name in RATES:
        numbers[name], numbers[f"{name} falling"] = best_errors(name, units, steps, seed)
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
