"""Claims of chapter 6: a trained network on pictures unlike those of its training, and how far to trust its claims."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.claims import SEEDS, above, below, between, claim, grid, minus, over
from solutions.claims.experiments import COURSE, Split, accuracy, logits_of, loss, network, split, train
from solutions.deployment import temperature
from solutions.layers import Sequential

BAG, BOOT = 8, 9
TRAINED = grid(rate=[0.01, 0.1], epochs=[8, 24], dropout=[0.0, 0.2], seed=SEEDS)


def trained(
    data: Split, rate: float, epochs: int, dropout: float, seed: int, after: Callable[[nn.Module], object] | None = None
) -> Sequential:
    """Return the course's network after training; ``after`` is called with it after each epoch."""
    model = network(COURSE, "He", seed, dropout=dropout)
    train(model, data.train_x, data.train_y, epochs, rate, seed, after_epoch=after and partial(after, model))
    return model


def mirror(x: Tensor) -> Tensor:
    return x.reshape(-1, 28, 28).flip(2).reshape(-1, 784)


def moved(x: Tensor, pixels: int) -> list[Tensor]:
    """Return the images moved in each of four directions; background comes in on the other side."""
    ways = [(pixels, 0), (-pixels, 0), (0, pixels), (0, -pixels)]
    return [F.pad(x.reshape(-1, 28, 28), (right, -right, down, -down)).reshape(-1, 784) for right, down in ways]


def sureness(model: nn.Module, x: Tensor) -> float:
    """Return the mean of the best probability, in per cent."""
    return 100 * float(logits_of(model, x).softmax(dim=1).amax(dim=1).mean())


def tried(rate: float, epochs: int, dropout: float, seed: int) -> dict[str, float]:
    """Train on 1,000 images, and on 4,000 for as many steps; show the second network pictures from outside."""
    numbers = dict[str, float]()
    for images in (1000, 4000):
        data, passes, curve = split(seed, images), epochs * 4000 // images, list[float]()

        def excess(model: nn.Module, data: Split = data, curve: list[float] = curve) -> None:
            curve.append(sureness(model, data.held_x) - accuracy(model, data.held_x, data.held_y))

        model = trained(data, rate, passes, dropout, seed, excess)
        logits = logits_of(model, data.held_x)
        cooled = logits[500:] / temperature(logits[:500], data.held_y[:500])
        numbers |= {f"{images}": curve[-1], f"{images}, a quarter": curve[passes // 4 - 1]}
        numbers[f"before {images}"] = loss(model, data.held_x[500:], data.held_y[500:])
        numbers[f"after {images}"] = float(F.cross_entropy(cooled, data.held_y[500:]))
    x, y, white = data.held_x, data.held_y, logits_of(model, torch.ones(1, 784))[0].double()
    numbers |= {"usual": accuracy(model, x, y), "bag": float(white.softmax(dim=0)[BAG].logit(eps=1e-12))}
    for name, other in (("inverted", 1 - x), ("255", x * 255), ("signed", x * 2 - 1)):
        numbers |= {name: accuracy(model, other, y), f"sure {name}": sureness(model, other)}
    return numbers | {f"moved {by}": sum(accuracy(model, z, y) for z in moved(x, by)) / 4 for by in (1, 3)}


claim(
    "a-white-square-is-named-with-conviction",
    says="A white square, which no data set contains, is called a bag, with a probability above one half.",
    opposite="A network hesitates where it has never seen anything like it.",
    varied=TRAINED,
    holds=above("bag", 0, "log-odds of a bag"),
    opposed=below("bag", 0, "log-odds of a bag"),
)(tried)

claim(
    "inverted-is-sure-and-wrong",
    says="With dark and bright exchanged fewer than one image in ten is named correctly, at a mean claim above 60 %.",
    opposite="A network that is wrong is unsure as well.",
    varied=TRAINED,
    holds=above("sure inverted", 60, "mean claim, %", provided=lambda numbers: max(numbers["inverted"]) < 10),
    opposed=below("sure inverted", 50, "mean claim, %"),
)(tried)

claim(
    "one-range-is-forgiven",
    says="Fed with 0 to 255 the network is right five points more often than with −1 to 1, and claims over 98 %.",
    opposite="A network without large biases forgives every range of its inputs.",
    varied=TRAINED,
    holds=above(minus("255", "signed"), 5, "points ahead", provided=lambda numbers: min(numbers["sure 255"]) > 98),
    opposed=below(minus("usual", "signed"), 5, "points lost from −1 to 1"),
)(tried)

claim(
    "three-pixels-cost-twenty-points",
    says="A shift by three pixels costs at least twenty points of accuracy.",
    opposite="A shift by one pixel costs as much as one by three, to within ten points.",
    varied=TRAINED,
    holds=above(minus("usual", "moved 3"), 20, "points lost"),
    opposed=below(minus("moved 1", "moved 3"), 10, "points lost by the second and third pixel"),
)(tried)

claim(
    "few-images-make-too-sure",
    says="As many steps on 1,000 images in place of 4,000 raise what is claimed beyond the accuracy.",
    opposite="How much too sure a network is depends on the network and not on the number of images.",
    varied=TRAINED,
    holds=above(minus("1000", "4000"), 0, "points claimed beyond the accuracy, added"),
    opposed=between(minus("1000", "4000"), -1, 1, "points claimed beyond the accuracy, added"),
)(tried)

claim(
    "long-training-makes-too-sure",
    says="From six epochs on, four times as many on 4,000 images raise what is claimed beyond the accuracy.",
    opposite="Longer training brings the claims down.",
    varied=TRAINED,
    bounds={"From six epochs on": lambda setting: setting["epochs"] == 24},
    holds=above(minus("4000", "4000, a quarter"), 0, "points claimed beyond the accuracy, added"),
    opposed=below(minus("4000", "4000, a quarter"), 0, "points claimed beyond the accuracy, added"),
)(tried)

claim(
    "temperature-mends",
    says="At a rate of 0.1 on 1,000 images, a temperature fitted on 500 others lowers the cross-entropy on 500 more.",
    opposite="A temperature fitted on some images does nothing for others.",
    varied=TRAINED,
    bounds={"At a rate of 0.1": lambda setting: setting["rate"] == 0.1},
    holds=below(over("after 1000", "before 1000"), 1, "cross-entropy after over before"),
    opposed=above(over("after 1000", "before 1000"), 0.99, "cross-entropy after over before"),
)(tried)


@claim(
    "mirrored-boots-have-to-be-taught",
    says="With every training image facing one way, fewer than one mirrored ankle boot in ten is recognised.",
    opposite="A network that knows boots knows more than half of them from the other side.",
    varied=grid(mirrored=[0.0, 0.01, 0.1, 0.5], rate=[0.01, 0.1], seed=SEEDS),
    bounds={"every training image facing one way": lambda setting: setting["mirrored"] == 0},
    holds=below("mirrored", 10, "mirrored boots recognised, %"),
    opposed=above("mirrored", 50, "mirrored boots recognised, %"),
)
def boots(mirrored: float, rate: float, seed: int) -> dict[str, float]:
    data = split(seed)
    turned = (torch.arange(len(data.train_x)) < mirrored * len(data.train_x))[:, None]
    seen = torch.where(turned, mirror(data.train_x), data.train_x)
    model = trained(Split(seen, data.train_y, data.held_x, data.held_y), rate, 8, 0.2, seed)
    x, y = mirror(data.held_x[data.held_y == BOOT]), data.held_y[data.held_y == BOOT]
    return {"mirrored": accuracy(model, x, y)}


def sharpened(x: Tensor, amount: float = 0.5) -> Tensor:
    """Return images (N, 1, 28, 28) plus so much of what a Gaussian blur of radius 1 takes from them."""
    line = torch.tensor([-1.0, 0.0, 1.0]).square().div(-2).exp()
    kernel = torch.outer(line, line)[None, None] / line.sum() ** 2
    return (x + amount * (x - F.conv2d(x, kernel, padding=1))).clamp(0, 1)


@claim(
    "the-area-mean-wins-with-grain",
    says="With a grain of 0.4, images made smaller by area mean are named correctly more often than those with "
    "pixels left out, sharpened or not.",
    opposite="The area mean, which is not how the data set was made, costs accuracy.",
    varied=grid(grain=[0.0, 0.2, 0.4], enlarged=[4, 8], seed=SEEDS),
    bounds={"a grain of 0.4": lambda setting: setting["grain"] == 0.4},
    holds=above("lead", 0, "points ahead of the better of the others"),
    opposed=below("lead", 0, "points ahead of the better of the others"),
)
def smaller(grain: float, enlarged: int, seed: int) -> dict[str, float]:
    data, rng = split(seed), torch.Generator().manual_seed(seed)
    model, right = trained(data, 0.1, 8, 0.2, seed), {"mean": 0.0, "left out": 0.0, "sharpened": 0.0}
    for x, y in zip(data.held_x.reshape(-1, 1, 28, 28).split(100), data.held_y.split(100), strict=True):
        large = F.interpolate(x, scale_factor=enlarged, mode="bicubic").clamp(0, 1)
        large = torch.where(large > 0.05, large + grain * torch.randn(large.shape, generator=rng), large).clamp(0, 1)
        left = large[:, :, enlarged // 2 :: enlarged, enlarged // 2 :: enlarged]
        for name, small in zip(right, (F.avg_pool2d(large, enlarged), left, sharpened(left)), strict=True):
            right[name] += accuracy(model, small.reshape(-1, 784), y) / 10
    return right | {"lead": right["mean"] - max(right["left out"], right["sharpened"])}
