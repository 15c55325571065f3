"""Claims of chapter 6: a trained network on pictures unlike those of its training.

Each network is trained once for all claims: four of each seed, with two rates, with dropout and without.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.claims import above, below, between, claim, grid, minus, over
from solutions.claims.experiments import COURSE, Split, accuracy, loss, network, split, train
from solutions.deployment import affine_layers, temperature
from solutions.layers import Sequential

SEEDS = range(5)
EPOCHS = 8
BOOT = 9
USUAL = grid(rate=[0.05, 0.1], dropout=[0.0, 0.2], seed=SEEDS)


@cache
def trained(
    rate: float, dropout: float, seed: int, images: int = 4000, epochs: int = EPOCHS, mirrored: bool = False
) -> Sequential:
    """Return the course's network after training; mirrored, on each image and its mirror image for half as long."""
    data = split(seed, images)
    x, y = data.train_x, data.train_y
    if mirrored:
        x, y, epochs = torch.cat([x, mirror(x)]), torch.cat([y, y]), epochs // 2
    model = network(COURSE, "He", seed, dropout=dropout)
    train(model, x, y, epochs=epochs, rate=rate, seed=seed)
    return model


def mirror(x: Tensor) -> Tensor:
    return x.reshape(-1, 28, 28).flip(2).reshape(-1, 784)


def logits_of(model: nn.Module, x: Tensor) -> Tensor:
    model.eval()
    with torch.no_grad():
        answers: Tensor = model(x)
    return answers


def sureness(model: nn.Module, x: Tensor) -> float:
    """Return the mean of the best probability."""
    return float(logits_of(model, x).softmax(dim=1).amax(dim=1).mean())


def excess(model: nn.Module, data: Split) -> float:
    """Return how much the mean of the best probability lies above the share of right answers."""
    return sureness(model, data.held_x) - accuracy(model, data.held_x, data.held_y) / 100


@claim(
    "a-white-square-is-named-with-conviction",
    says="A white square, which no data set holds, gets an answer with a mean probability above 0.8.",
    opposite="A network hesitates where it has never seen anything like it.",
    varied=USUAL,
    holds=above("sure", 0.8, "probability of the answer to a white square"),
    opposed=below("sure", 0.5, "probability of the answer to a white square"),
)
def white(rate: float, dropout: float, seed: int) -> dict[str, float]:
    return {"sure": sureness(trained(rate, dropout, seed), torch.ones(1, 784))}


@claim(
    "inverted-is-sure-and-wrong",
    says="With dark and bright exchanged fewer than one image in five is named rightly, at a mean probability above "
    "0.7.",
    opposite="A network that is wrong is unsure as well.",
    varied=USUAL,
    holds=above(
        "sure", 0.7, "mean probability, fewer than 20 % right", provided=lambda numbers: max(numbers["right"]) < 20
    ),
    opposed=below("sure", 0.5, "mean probability"),
)
def inverted(rate: float, dropout: float, seed: int) -> dict[str, float]:
    data, model = split(seed), trained(rate, dropout, seed)
    x = 1 - data.held_x
    return {"right": accuracy(model, x, data.held_y), "sure": sureness(model, x)}


def on_range(rate: float, dropout: float, seed: int) -> dict[str, float]:
    data, model = split(seed), trained(rate, dropout, seed)
    numbers = {"usual": accuracy(model, data.held_x, data.held_y)}
    for name, x in (("255", data.held_x * 255), ("signed", data.held_x * 2 - 1)):
        numbers |= {name: accuracy(model, x, data.held_y), f"sure {name}": sureness(model, x)}
    return numbers


@claim(
    "the-range-to-255-is-forgiven",
    says="Fed with 0 to 255 in place of 0 to 1, the network loses less than ten points of accuracy and claims more "
    "than 0.98 on average.",
    opposite="Numbers that are 255 times too large leave nothing but guesses.",
    varied=USUAL,
    holds=below(minus("usual", "255"), 10, "points lost", provided=lambda numbers: min(numbers["sure 255"]) > 0.98),
    opposed=below("255", 30, "accuracy, %"),
)
def to_255(rate: float, dropout: float, seed: int) -> dict[str, float]:
    return on_range(rate, dropout, seed)


@claim(
    "the-range-from-minus-one-is-not",
    says="Fed with −1 to 1, the network loses at least ten points of accuracy.",
    opposite="A network without large biases forgives every range of its inputs.",
    varied=USUAL,
    holds=above(minus("usual", "signed"), 10, "points lost"),
    opposed=below(minus("usual", "signed"), 5, "points lost"),
)
def signed(rate: float, dropout: float, seed: int) -> dict[str, float]:
    return on_range(rate, dropout, seed)


@claim(
    "mirrored-boots-have-to-be-taught",
    says="Fewer than one mirrored ankle boot in ten is recognised, unless mirrored images were in the training.",
    opposite="A network that knows boots knows them from either side.",
    varied=USUAL,
    holds=below("untaught", 10, "mirrored boots recognised, %", provided=lambda numbers: min(numbers["taught"]) > 70),
    opposed=above("untaught", 70, "mirrored boots recognised, %"),
)
def boots(rate: float, dropout: float, seed: int) -> dict[str, float]:
    data = split(seed)
    x, y = mirror(data.held_x[data.held_y == BOOT]), data.held_y[data.held_y == BOOT]
    taught = trained(rate, dropout, seed, mirrored=True)
    return {"untaught": accuracy(trained(rate, dropout, seed), x, y), "taught": accuracy(taught, x, y)}


@claim(
    "three-pixels-cost-twenty-points",
    says="Images moved by three pixels are named at least twenty points less often than in their place.",
    opposite="A shift of three pixels, which nobody notices, costs less than five points.",
    varied=USUAL,
    holds=above(minus("usual", "moved"), 20, "points lost"),
    opposed=below(minus("usual", "moved"), 5, "points lost"),
)
def shifted(rate: float, dropout: float, seed: int) -> dict[str, float]:
    data, model = split(seed), trained(rate, dropout, seed)
    wide = F.pad(data.held_x.reshape(-1, 28, 28), [3] * 4)
    places = [(0, 3), (6, 3), (3, 0), (3, 6)]
    moved = [wide[:, top : top + 28, left : left + 28].reshape(-1, 784) for top, left in places]
    right = [accuracy(model, x, data.held_y) for x in moved]
    return {"usual": accuracy(model, data.held_x, data.held_y), "moved": sum(right) / len(right)}


@claim(
    "few-images-make-too-sure",
    says="Trained for the same number of steps on 1,000 images in place of 4,000, the network claims more in "
    "excess of its accuracy.",
    opposite="How much too sure a network is depends on the network and not on the number of images.",
    varied=USUAL,
    holds=above(minus("1000", "4000"), 0, "probability claimed in excess, added"),
    opposed=between(minus("1000", "4000"), -0.01, 0.01, "probability claimed in excess, added"),
)
def few(rate: float, dropout: float, seed: int) -> dict[str, float]:
    less = trained(rate, dropout, seed, images=1000, epochs=4 * EPOCHS)
    return {"4000": excess(trained(rate, dropout, seed), split(seed)), "1000": excess(less, split(seed, 1000))}


@claim(
    "long-training-makes-too-sure",
    says="Three times as many epochs on 4,000 images raise what the network claims in excess of its accuracy.",
    opposite="Longer training brings the claims closer to the accuracy.",
    varied=USUAL,
    holds=above(minus("long", "short"), 0, "probability claimed in excess, added"),
    opposed=below(minus("long", "short"), 0, "probability claimed in excess, added"),
)
def long(rate: float, dropout: float, seed: int) -> dict[str, float]:
    longer = trained(rate, dropout, seed, epochs=3 * EPOCHS)
    return {"short": excess(trained(rate, dropout, seed), split(seed)), "long": excess(longer, split(seed))}


@claim(
    "temperature-mends-and-changes-no-answer",
    says="For a network that saw 1,000 images, a temperature fitted on 500 held-back images lowers the cross-entropy "
    "on 500 others, and changes not one answer.",
    opposite="Calibration is paid for: some answers become wrong.",
    varied=USUAL,
    holds=below(
        over("after", "before"),
        1,
        "cross-entropy after over before, no answer changed",
        provided=lambda numbers: max(numbers["changed"]) == 0,
    ),
    opposed=above("changed", 0.1, "answers changed, %"),
)
def cooled(rate: float, dropout: float, seed: int) -> dict[str, float]:
    data, model = split(seed, 1000), trained(rate, dropout, seed, images=1000, epochs=4 * EPOCHS)
    logits = logits_of(model, data.held_x)
    t = temperature(logits[:500], data.held_y[:500])
    after = logits[500:] / t
    changed = (after.argmax(dim=1) != logits[500:].argmax(dim=1)).double().mean()
    return {
        "before": loss(model, data.held_x[500:], data.held_y[500:]),
        "after": float(F.cross_entropy(after, data.held_y[500:])),
        "changed": 100 * float(changed),
    }


def rounded(model: nn.Module, values: int) -> nn.Module:
    """Return the network with each unit's weights rounded to so many values, evenly spaced up to the largest."""
    small = network(COURSE, "He", seed=0)
    for (new, new_bias), (weight, bias) in zip(affine_layers(small), affine_layers(model), strict=True):
        step = weight.detach().abs().amax(dim=0) / (values // 2)
        new.data.copy_((weight.detach() / step).round() * step)
        new_bias.data.copy_(bias.detach())
    return small


@claim(
    "seven-values-cost-little",
    says="With each unit's weights rounded to seven values, the network loses less than five points of accuracy.",
    opposite="Three values, −1, 0 and 1 times a number, would do as well.",
    varied=USUAL,
    holds=below(minus("all", "7"), 5, "points lost with seven values"),
    opposed=below(minus("all", "3"), 5, "points lost with three values"),
)
def seven(rate: float, dropout: float, seed: int) -> dict[str, float]:
    data, model = split(seed), trained(rate, dropout, seed)
    numbers = {str(values): accuracy(rounded(model, values), data.held_x, data.held_y) for values in (7, 3)}
    return numbers | {"all": accuracy(model, data.held_x, data.held_y)}


def sharpened(x: Tensor, amount: float) -> Tensor:
    """Return images (N, 1, 28, 28) plus so much of what a Gaussian blur of radius 1 takes from them."""
    line = torch.tensor([-1.0, 0.0, 1.0]).square().div(-2).exp()
    kernel = torch.outer(line, line)[None, None] / line.sum() ** 2
    return (x + amount * (x - F.conv2d(x, kernel, padding=1))).clamp(0, 1)


@claim(
    "area-mean-or-pixels-left-out",
    says="Without grain, enlarged images that were made smaller by area mean are named as often as those with pixels "
    "left out, sharpened or not, to within two points.",
    opposite="The area mean, which is not how the data set was made, costs two points and more.",
    varied=grid(grain=[0.0, 0.2, 0.4], sharpening=[0.0, 0.5], seed=SEEDS),
    where=lambda setting: setting["grain"] == 0,
    bounds=("Without grain",),
    holds=between(minus("mean", "left out"), -2, 2, "points ahead of leaving pixels out"),
    opposed=below(minus("mean", "left out"), -2, "points ahead of leaving pixels out"),
)
def smaller(grain: float, sharpening: float, seed: int) -> dict[str, float]:
    data, model = split(seed), trained(0.1, 0.2, seed)
    rng = torch.Generator().manual_seed(seed)
    large = F.interpolate(data.held_x[:300].reshape(-1, 1, 28, 28), scale_factor=8, mode="bicubic").clamp(0, 1)
    large = torch.where(large > 0.05, large + grain * torch.randn(large.shape, generator=rng), large).clamp(0, 1)
    ways = {"mean": F.avg_pool2d(large, 8), "left out": sharpened(large[:, :, 4::8, 4::8], sharpening)}
    return {name: accuracy(model, x.reshape(-1, 784), data.held_y[:300]) for name, x in ways.items()}
