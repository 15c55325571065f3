"""Claims of chapter 1: the use of bends, and the distance between a trained network and the best possible one."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.approximation import relu_interpolant
from solutions.claims import Quantity, above, below, between, claim, grid, interval, minus, over
from solutions.claims.experiments import COURSE, accuracy, network, optimizer_of, rms, split
from solutions.layers import Sequential
from solutions.optimizer import Optimizer

SEEDS = range(5)
PLACES = torch.linspace(-math.pi, math.pi, 129).unsqueeze(1)
BETWEEN = torch.linspace(-math.pi, math.pi, 2001).unsqueeze(1)
TSHIRT, SHIRT = 0, 6
A_THIRD, A_FIFTH = math.log2(3 / 2), math.log2(5 / 4)  # off an error, in halvings


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


def set_rate(optimizer: Optimizer | torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of one of the course's optimizers or of PyTorch's."""
    if isinstance(optimizer, Optimizer):
        optimizer.lr = rate
    else:
        for group in optimizer.param_groups:
            group["lr"] = rate


def sine_network(units: int, seed: int, spread: bool = False) -> Sequential:
    """Return a network with one hidden layer, std 0.1; its bends start at x = 0, or spread over the sine's period."""
    model = network([1, units, 1], "0.1", seed)
    if spread:
        with torch.no_grad():
            knots = math.pi * (2 * torch.rand(units) - 1)
            model[0].bias.copy_(-knots * model[0].weight[0])  # type: ignore[operator,index]
    return model


def sine_error(model: Callable[[Tensor], Tensor]) -> float:
    """Return the RMS of the error between -π and π."""
    with torch.no_grad():
        return rms(model(BETWEEN) - BETWEEN.sin())


def constructed_error(units: int) -> float:
    """Return the same for the formula's network of so many hinges."""
    knots = torch.linspace(-math.pi, math.pi, units + 1, dtype=torch.float64)
    return sine_error(relu_interpolant(knots, knots.sin()))


def trained_error(
    units: int, seed: int, steps: int, rate: float, optimizer: str = "sgd", falling: bool = False, spread: bool = False
) -> float:
    """Return the same for a trained network."""
    model = sine_network(units, seed, spread)
    fit(model, PLACES, PLACES.sin(), F.mse_loss, steps, rate, seed, optimizer, falling)
    return sine_error(model)


def line_error() -> float:
    """Return the RMS of the error of the best straight line."""
    columns = torch.cat([PLACES, torch.ones_like(PLACES)], dim=1)
    best = torch.linalg.lstsq(columns, PLACES.sin()).solution
    return sine_error(lambda x: torch.cat([x, torch.ones_like(x)], dim=1) @ best)


@claim(
    "depth-without-bends-is-a-line",
    says="Trained on the sine with Adam, affine layers in a row end where the best straight line is, five as ten, and "
    "the same layers with ReLUs between them at less than half of its error.",
    opposite="Depth alone adds power: layers in a row bend the line a little each, and get below half of its error.",
    varied=grid(depth=[5, 10], rate=[0.003, 0.01], seed=SEEDS),
    holds=between(
        "without", 0.99, 1.05, "error over that of the best line", provided=lambda numbers: max(numbers["with"]) < 0.5
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


GAIN_BY_RELUS = minus("with", "without", "accuracy with ReLUs above that without, points")
GARMENTS = grid(optimizer=["sgd"], rate=[0.02, 0.05], steps=[2000, 4000]) + grid(
    optimizer=["adam"], rate=[0.001], steps=[2000, 4000]
)


@claim(
    "relus-are-worth-points-on-garments",
    says="Trained for 4,000 steps at a rate of 0.05, or with Adam, until it hardly improves, the course's network "
    "names one to five points more of the garments with its ReLUs than without.",
    opposite="On garments the ReLU hardly changes the accuracy: by less than one point.",
    varied=[setting | {"seed": seed} for setting in GARMENTS for seed in SEEDS],
    where=lambda setting: setting["steps"] == 4000 and setting["rate"] != 0.02,
    bounds=("4,000 steps", "a rate of 0.05, or with Adam"),
    holds=between(GAIN_BY_RELUS, 1, 5),
    opposed=between(GAIN_BY_RELUS, -1, 1),
)
def relus_on_garments(optimizer: str, rate: float, steps: int, seed: int) -> dict[str, float]:
    return garments(steps, rate, seed, optimizer, falling=True)


def garments(steps: int, rate: float, seed: int, optimizer: str = "sgd", falling: bool = False) -> dict[str, float]:
    """Return the accuracy of the course's network with and without its ReLUs."""
    data = split(seed)
    numbers = {}
    for name, relu in (("with", True), ("without", False)):
        model = network(COURSE, "0.1", seed, relu=relu)
        fit(model, data.train_x, data.train_y, F.cross_entropy, steps, rate, seed, optimizer, falling)
        numbers[name] = accuracy(model, data.held_x, data.held_y)
    return numbers


@claim(
    "stopped-early-the-relu-hides",
    says="After 250 or 500 steps of gradient descent at a rate of 0.02, the network with ReLUs is not a point ahead of "
    "the one without.",
    opposite="What the ReLUs are worth shows from the first steps on: a point and more.",
    varied=grid(steps=[250, 500], rate=[0.02, 0.05], seed=SEEDS),
    where=lambda setting: setting["rate"] == 0.02,
    bounds=("a rate of 0.02",),
    holds=below(GAIN_BY_RELUS, 1),
    opposed=above(GAIN_BY_RELUS, 1),
)
def stopped_early(steps: int, rate: float, seed: int) -> dict[str, float]:
    return garments(steps, rate, seed)


def halvings(more: str, less: str, words: str = "") -> Quantity:
    """Return how often the larger error is halved on the way to the smaller, by seeds.

    Errors differ by factors from seed to seed: their logarithms have a mean and an interval.
    """
    return Quantity(lambda numbers: map(math.log2, over(more, less)(numbers)), words)


BY_WIDTH = halvings("64", "256", "halvings of the error from 64 to 256 units")
BY_SPREADING = halvings("at 0", "spread", "halvings of the error by spreading the bends")
BY_STEPS = halvings("1000", "3000", "halvings of the error from 1,000 to 3,000 steps")
BY_THE_FORMULA = Quantity(
    lambda numbers: map(math.log2, numbers["times"]),
    "halvings from the trained network's error to the constructed one's",
)


@claim(
    "constant-rate-wastes-width",
    says="By plain gradient descent at a constant rate, 256 units follow the sine less than twice as well as 64.",
    opposite="A network that is four times as wide has a sixteenth of the error, trained as constructed.",
    varied=grid(rate=[0.05, 0.1], steps=[1500, 3000], seed=SEEDS),
    holds=below(BY_WIDTH, 1),
    opposed=above(BY_WIDTH, 3),
)
def constant_rate(rate: float, steps: int, seed: int) -> dict[str, float]:
    return {str(units): trained_error(units, seed, steps, rate) for units in (64, 256)}


@claim(
    "adam-with-a-falling-rate-uses-width",
    says="With Adam and a rate that falls to 0, four times as many units take a third and more off the error, from 16 "
    "to 64 as from 64 to 256.",
    opposite="The error of trained networks falls at first, and then hardly, with width.",
    varied=grid(rate=[0.005, 0.01], steps=[1500, 2500], seed=SEEDS),
    holds=above(BY_WIDTH, A_THIRD, provided=lambda numbers: interval(halvings("16", "64")(numbers)).low >= A_THIRD),
    opposed=below(BY_WIDTH, A_FIFTH),
)
def falling_rate(rate: float, steps: int, seed: int) -> dict[str, float]:
    return {str(units): trained_error(units, seed, steps, rate, "adam", falling=True) for units in (16, 64, 256)}


@claim(
    "where-the-bends-start-matters-less",
    says="Spreading the first bends over the whole curve leaves a wide network's error within a factor of two; Adam "
    "with a falling rate brings it to less than half.",
    opposite="The error of wide networks stays large because all bends start at x = 0: spread them, and it falls to "
    "less than half.",
    varied=grid(units=[64, 256], rate=[0.05, 0.1], seed=SEEDS),
    holds=between(BY_SPREADING, -1, 1, provided=lambda numbers: interval(halvings("at 0", "adam")(numbers)).low >= 1),
    opposed=above(BY_SPREADING, 1),
)
def spread_bends(units: int, rate: float, seed: int) -> dict[str, float]:
    return {
        "at 0": trained_error(units, seed, 1500, rate),
        "spread": trained_error(units, seed, 1500, rate, spread=True),
        "adam": trained_error(units, seed, 1500, 0.01, "adam", falling=True),
    }


OPTIMIZERS = [
    {"optimizer": "sgd", "rate": 0.1, "falling": False},
    {"optimizer": "adam", "rate": 0.01, "falling": True},
]


@claim(
    "the-formula-stays-ahead",
    says="From 16 units on, the trained network has at least half as much error again as the constructed one of the "
    "same width, with either optimizer.",
    opposite="Training finds whatever the formula finds: the two errors are the same to within a fifth.",
    varied=[{"units": units, **how, "seed": seed} for units in (16, 64, 256) for how in OPTIMIZERS for seed in SEEDS],
    holds=above(BY_THE_FORMULA, A_THIRD),
    opposed=between(BY_THE_FORMULA, -A_FIFTH, A_FIFTH),
)
def formula_ahead(units: int, optimizer: str, rate: float, falling: bool, seed: int) -> dict[str, float]:
    error = trained_error(units, seed, 1500, rate, optimizer, falling)
    return {"times": error / constructed_error(units)}


@claim(
    "more-steps-help",
    says="At a constant rate of 0.05, three times as many steps take more than half off the error.",
    opposite="After 1,000 steps the training is over: three times as many change the error by less than a fifth.",
    varied=grid(units=[64, 256], rate=[0.05, 0.1], seed=SEEDS),
    where=lambda setting: setting["rate"] == 0.05,
    bounds=("rate of 0.05",),
    holds=above(BY_STEPS, 1),
    opposed=between(BY_STEPS, -A_FIFTH, A_FIFTH),
)
def more_steps(units: int, rate: float, seed: int) -> dict[str, float]:
    return {str(steps): trained_error(units, seed, steps, rate) for steps in (1000, 3000)}


REGIONS = {
    "sleeves": (slice(14, 24), [*range(2, 7), *range(21, 26)]),
    "arms": (slice(6, 26), [*range(7), *range(21, 28)]),
}


@claim(
    "the-number-comes-from-examples",
    says="A threshold on the brightness of the sleeves that a hundred to four thousand examples choose names at least "
    "five points more of unseen T-shirts and shirts than a guess of 0.5.",
    opposite="Looking at the sleeves is what counts: any reasonable threshold is as good, within two points.",
    varied=grid(region=list(REGIONS), images=[100, 1000, 4000], seed=SEEDS),
    holds=above(minus("chosen", "guessed"), 5, "points above a threshold of 0.5"),
    opposed=below(minus("chosen", "guessed"), 2, "points above a threshold of 0.5"),
)
def threshold(region: str, images: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    rows, columns = REGIONS[region]

    def score(limit: float, x: Tensor, y: Tensor) -> float:
        two = (y == TSHIRT) | (y == SHIRT)
        brightness = x[two].reshape(-1, 28, 28)[:, rows][:, :, columns].mean(dim=(1, 2))
        return 100 * float(((brightness > limit) == (y[two] == SHIRT)).double().mean())

    best = max((step / 100 for step in range(101)), key=lambda limit: score(limit, data.train_x, data.train_y))
    return {"chosen": score(best, data.held_x, data.held_y), "guessed": score(0.5, data.held_x, data.held_y)}
