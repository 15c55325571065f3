"""Claims of chapter 2: effects of the size of the initial weights on training."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from solutions.claims import Quantity, above, below, between, claim, differences, grid, minus, over
from solutions.claims.experiments import COURSE, accuracy, loss, network, rms, split, std_of, train
from solutions.layers import Linear, Sequential, rms_through

SEEDS = range(5)
CHANCE = 10.0
LN_TEN = math.log(10)


def deep(depth: int, width: int = 256) -> tuple[int, ...]:
    """Return the sizes of a network with so many hidden layers of one width."""
    return (784, *[width] * depth, 10)


def sizes_through(model: Sequential, x: Tensor) -> list[float]:
    """Return the RMS after each ReLU."""
    sizes = zip(model, rms_through(model, x), strict=True)
    return [size for layer, size in sizes if not isinstance(layer, Linear)]


def gradients_through(model: Sequential, x: Tensor, y: Tensor) -> list[float]:
    """Return the RMS of the loss's gradient with respect to what each ReLU returns."""
    outputs = []
    for layer in model:
        x = layer(x)
        if not isinstance(layer, Linear):
            outputs.append(x)
    return [rms(gradient) for gradient in torch.autograd.grad(nn.functional.cross_entropy(x, y), outputs)]


@claim(
    "one-layer-is-a-factor",
    says="At the start, a layer with its ReLU multiplies the RMS by std · √(fan-in / 2), to within a tenth.",
    opposite="A layer with its ReLU keeps the RMS as it is, to within a tenth, whatever the standard deviation.",
    varied=grid(start=["1.0", "0.1", "0.01", "He", "Glorot"], width=[128, 256, 512], depth=[5, 10], seed=SEEDS),
    holds=between(over("factor", "predicted"), 0.9, 1.1, "measured factor over predicted factor"),
    opposed=between("factor", 0.9, 1.1, "factor of a layer"),
)
def one_layer(start: str, width: int, depth: int, seed: int) -> dict[str, float]:
    through = sizes_through(network(deep(depth, width), start, seed), split(seed).held_x)
    factor = (through[-1] / through[0]) ** (1 / (depth - 1))
    return {"factor": factor, "predicted": std_of(start, width, width) * math.sqrt(width / 2)}


@claim(
    "he-keeps-the-size",
    says="With He's rule the RMS after the last of five to ten hidden layers is within a factor of two of that after "
    "the first.",
    opposite="Glorot's rule keeps the size through ReLUs as well.",
    varied=grid(depth=[5, 10], width=[128, 256, 512], seed=SEEDS),
    holds=between("He", 0.5, 2.0, "RMS after the last hidden layer over the first, He"),
    opposed=between("Glorot", 0.5, 2.0, "RMS after the last hidden layer over the first, Glorot"),
)
def he_keeps(depth: int, width: int, seed: int) -> dict[str, float]:
    x = split(seed).held_x
    numbers = {}
    for start in ("He", "Glorot"):
        through = sizes_through(network(deep(depth, width), start, seed), x)
        numbers[start] = through[-1] / through[0]
    return numbers


@claim(
    "gradient-shrinks-like-the-numbers",
    says="The gradient of the loss shrinks or grows from layer to layer on its way back by the factor by which the "
    "numbers grow on their way forward: std · √(width / 2), to within a fifth.",
    opposite="The gradient arrives at the first layer as large as it left the last, whatever the standard deviation.",
    varied=grid(start=["0.1", "0.01", "He", "Glorot"], width=[128, 256, 512], depth=[5, 10], seed=SEEDS),
    holds=between(over("factor", "predicted"), 0.8, 1.2, "measured factor over predicted factor"),
    opposed=between("factor", 0.8, 1.2, "factor of a layer, backwards"),
)
def gradient_through(start: str, width: int, depth: int, seed: int) -> dict[str, float]:
    data = split(seed)
    through = gradients_through(network(deep(depth, width), start, seed), data.held_x, data.held_y)
    factor = (through[0] / through[-1]) ** (1 / (depth - 1))
    return {"factor": factor, "predicted": std_of(start, width, width) * math.sqrt(width / 2)}


@claim(
    "first-loss-is-blind-to-small-starts",
    says="Weights that are too small do not show in the first loss: with std 0.01 it is ln 10 to within 0.01, and yet "
    "the network of ten hidden layers names hardly more classes after training than it would by guessing.",
    opposite="Printing the first loss finds a bad start at once.",
    varied=grid(width=[128, 256], rate=[0.01, 0.1], seed=SEEDS),
    holds=below("accuracy", 15, "accuracy after two epochs, %", provided=lambda numbers: max(numbers["off"]) <= 0.01),
    opposed=above("off", 0.1, "distance of the first loss from ln 10"),
)
def blind(width: int, rate: float, seed: int) -> dict[str, float]:
    data = split(seed)
    model = network(deep(10, width), "0.01", seed)
    first = loss(model, data.train_x, data.train_y)
    train(model, data.train_x, data.train_y, epochs=2, rate=rate, seed=seed)
    return {"off": abs(first - LN_TEN), "accuracy": accuracy(model, data.held_x, data.held_y)}


IN_LN_TENS = Quantity(lambda numbers: (first / LN_TEN for first in numbers["first"]), "first loss, in units of ln 10")


@claim(
    "first-loss-finds-large-starts",
    says="Weights that are too large show in the first loss: with std 1 it is at least forty times ln 10, with three "
    "layers as with ten.",
    opposite="Before training every network has a loss of about ln 10, whatever its weights.",
    varied=grid(depth=[2, 5, 10], width=[64, 256], seed=SEEDS),
    holds=above(IN_LN_TENS, 40),
    opposed=below(IN_LN_TENS, 1.5),
)
def large_shows(depth: int, width: int, seed: int) -> dict[str, float]:
    data = split(seed)
    return {"first": loss(network(deep(depth, width), "1.0", seed), data.held_x, data.held_y)}


SMALL = grid(optimizer=["sgd"], rate=[0.01, 0.1, 1.0]) + grid(optimizer=["adam"], rate=[0.0001, 0.001, 0.01])


@claim(
    "small-start-is-dead",
    says="Started with std 0.01, the network of ten hidden layers is still guessing after two epochs of plain gradient "
    "descent at rates from 0.01 to 1.",
    opposite="Training corrects a bad start: another optimizer or another rate brings the network beyond 50 %.",
    varied=[setting | {"seed": seed} for setting in SMALL for seed in SEEDS],
    where=lambda setting: setting["optimizer"] == "sgd",
    bounds=("plain gradient descent at rates from 0.01 to 1",),
    holds=below("accuracy", 20, "accuracy, %"),
    opposed=above("accuracy", 50, "accuracy, %"),
)
def small_start(optimizer: str, rate: float, seed: int) -> dict[str, float]:
    data = split(seed)
    model = network(deep(10), "0.01", seed)
    train(model, data.train_x, data.train_y, epochs=2, rate=rate, seed=seed, optimizer=optimizer)
    return {"accuracy": accuracy(model, data.held_x, data.held_y)}


@claim(
    "adam-rescues-the-large-start",
    says="The network of ten hidden layers that starts with std 1 and stays near guessing under plain gradient descent "
    "gains 30 points and more when Adam trains it for as long.",
    opposite="With std 1 the network is lost before it has seen an image.",
    varied=grid(sgd_rate=[0.01, 0.1], epochs=[2, 3], seed=SEEDS),
    holds=above(minus("adam", "sgd"), 30, "accuracy with Adam above that with gradient descent, points"),
    opposed=below("adam", 20, "accuracy with Adam, %"),
)
def adam_rescues(sgd_rate: float, epochs: int, seed: int) -> dict[str, float]:
    data = split(seed)
    numbers = {}
    for optimizer, rate in (("sgd", sgd_rate), ("adam", 0.001)):
        model = network(deep(10), "1.0", seed)
        train(model, data.train_x, data.train_y, epochs=epochs, rate=rate, seed=seed, optimizer=optimizer)
        numbers[optimizer] = accuracy(model, data.held_x, data.held_y)
    return numbers


BEHIND_AT_SMALL = minus("He at 0.01", "Glorot at 0.01", "points of Glorot behind He at a rate of 0.01")
BEHIND_AT_LARGE = minus("He at 0.1", "Glorot at 0.1", "points of Glorot behind He at a rate of 0.1")


@claim(
    "glorot-wants-a-larger-rate",
    says="Started by Glorot's rule, the network of ten hidden layers comes closer to He's at a learning rate of 0.1 "
    "than at 0.01: the start and the rate belong together.",
    opposite="Glorot's rule is the wrong start for ReLUs, whatever the learning rate.",
    varied=grid(width=[128, 256], epochs=[2, 3], seed=SEEDS),
    holds=above(
        Quantity(lambda numbers: differences(BEHIND_AT_SMALL(numbers), BEHIND_AT_LARGE(numbers))),
        0,
        "points by which the larger rate brings Glorot closer to He",
    ),
    opposed=above(BEHIND_AT_LARGE, 20),
)
def glorot_rate(width: int, epochs: int, seed: int) -> dict[str, float]:
    data = split(seed)
    numbers = {}
    for start in ("He", "Glorot"):
        for rate in (0.01, 0.1):
            model = network(deep(10, width), start, seed)
            train(model, data.train_x, data.train_y, epochs=epochs, rate=rate, seed=seed)
            numbers[f"{start} at {rate}"] = accuracy(model, data.held_x, data.held_y)
    return numbers


def different_units(weight: Tensor) -> int:
    """Return how many columns differ from all columns before them by more than rounding."""
    units = weight.detach().T
    return sum(bool(((units[:k] - units[k]).abs().amax(dim=1) > 1e-4).all()) for k in range(len(units)))


def fill(model: Sequential, layers: int, value: float) -> None:
    """Set the weights of the first so many affine layers to one value."""
    for layer in [affine for affine in model if isinstance(affine, Linear)][:layers]:
        nn.init.constant_(layer.weight, value)


@claim(
    "random-outgoing-weights-break-symmetry",
    says="Units that start with equal incoming weights become different, all 256 of them, where their outgoing weights "
    "are random.",
    opposite="Units that start with equal weights get equal gradients and stay equal.",
    varied=grid(value=[0.0, 0.01, 0.05], rate=[0.02, 0.1], epochs=[1, 4], seed=SEEDS),
    holds=above("units", 255, "different units of 256"),
    opposed=below("units", 1, "different units of 256"),
)
def symmetry(value: float, rate: float, epochs: int, seed: int) -> dict[str, float]:
    data = split(seed)
    model = network(COURSE, "0.1", seed)
    fill(model, 1, value)
    nn.init.constant_(model[0].bias, 0.01)  # type: ignore[arg-type]  # so that units of weight 0 are on
    train(model, data.train_x, data.train_y, epochs=epochs, rate=rate, seed=seed)
    return {"units": different_units(model[0].weight)}  # type: ignore[arg-type]


@claim(
    "all-equal-stays-equal",
    says="Where all weights of all layers start equal, layer 1 still has one different unit after training, and fewer "
    "than 30 % of the images are named.",
    opposite="The images differ, so the units will: training makes up for the equal start.",
    varied=grid(value=[0.01, 0.05], rate=[0.02, 0.1], epochs=[2, 8], seed=SEEDS),
    holds=below(
        "accuracy", 30, "accuracy with one different unit, %", provided=lambda numbers: max(numbers["units"]) == 1
    ),
    opposed=above("units", 250, "different units of 256"),
)
def all_equal(value: float, rate: float, epochs: int, seed: int) -> dict[str, float]:
    data = split(seed)
    model = network(COURSE, "0.1", seed)
    fill(model, 3, value)
    train(model, data.train_x, data.train_y, epochs=epochs, rate=rate, seed=seed)
    return {
        "units": different_units(model[0].weight),  # type: ignore[arg-type]
        "accuracy": accuracy(model, data.held_x, data.held_y),
    }


@claim(
    "dropout-breaks-symmetry-and-does-not-learn",
    says="With dropout the equal units become different, and yet the network names fewer than half of the images after "
    "eight epochs of plain gradient descent.",
    opposite="Dropout repairs an equal start.",
    varied=grid(dropout=[0.2, 0.5], rate=[0.02, 0.1], seed=SEEDS),
    holds=below("accuracy", 50, "accuracy, %", provided=lambda numbers: min(numbers["units"]) > 1),
    opposed=above("accuracy", 75, "accuracy, %"),
)
def dropout_symmetry(dropout: float, rate: float, seed: int) -> dict[str, float]:
    data = split(seed)
    model = network(COURSE, "0.1", seed, dropout=dropout)
    fill(model, 3, 0.01)
    train(model, data.train_x, data.train_y, epochs=8, rate=rate, seed=seed)
    return {
        "units": different_units(model[0].weight),  # type: ignore[arg-type]
        "accuracy": accuracy(model, data.held_x, data.held_y),
    }


@claim(
    "three-layers-forgive",
    says="In the course's network of three layers, trained on 4,000 images for eight epochs at rates of 0.05 and 0.1, "
    "std 0.1 and He's rule end within two points of each other.",
    opposite="He's rule makes the network of three layers two points better or more.",
    varied=grid(rate=[0.02, 0.05, 0.1], images=[1000, 4000], seed=SEEDS),
    where=lambda setting: setting["images"] == 4000 and setting["rate"] >= 0.05,
    bounds=("on 4,000 images", "at rates of 0.05 and 0.1"),
    holds=between(minus("He", "0.1"), -2, 2, "accuracy with He above that with 0.1, points"),
    opposed=above(minus("He", "0.1"), 2, "accuracy with He above that with 0.1, points"),
)
def forgive(rate: float, images: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    numbers = {}
    for start in ("He", "0.1"):
        model = network(COURSE, start, seed)
        train(model, data.train_x, data.train_y, epochs=8, rate=rate, seed=seed)
        numbers[start] = accuracy(model, data.held_x, data.held_y)
    return numbers


@claim(
    "small-last-layer-starts-at-ln-ten",
    says="With He's rule the first loss is above ln 10, and a tenth of the weights in the last layer brings it within "
    "0.05 of it, in three layers as in ten.",
    opposite="He's rule starts at ln 10 by itself, to within 0.05.",
    varied=grid(depth=[2, 5, 10], width=[64, 256], seed=SEEDS),
    holds=between("after", -0.05, 0.05, "first loss above ln 10, last layer made small"),
    opposed=between("before", -0.05, 0.05, "first loss above ln 10, He"),
)
def small_last(depth: int, width: int, seed: int) -> dict[str, float]:
    data = split(seed)
    model = network(deep(depth, width), "He", seed)
    before = loss(model, data.held_x, data.held_y)
    with torch.no_grad():
        model[len(model) - 1].weight.mul_(0.1)  # type: ignore[operator]
    return {"before": before - LN_TEN, "after": loss(model, data.held_x, data.held_y) - LN_TEN}
