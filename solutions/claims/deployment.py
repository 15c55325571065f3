"""Claims of chapter 6: a trained network on pictures unlike those of its training, and how far to trust its claims."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.claims import SEEDS, Quantity, above, below, between, claim, differences, grid, minus, over
from solutions.claims.experiments import COURSE, Split, accuracy, logits_of, loss, network, split, train
from solutions.deployment import affine_layers, temperature
from solutions.layers import Sequential

BAG, BOOT = 8, 9
TRAINED = grid(start=["He", "PyTorch"], rate=[0.01, 0.1], epochs=[8, 24], dropout=[0.0, 0.2], seed=SEEDS)


def trained(
    data: Split,
    rate: float,
    epochs: int,
    dropout: float,
    seed: int,
    after: Callable[[nn.Module], object] | None = None,
    start: str = "He",
    batch_size: int = 32,
) -> Sequential:
    """Return the course's network after training, from He's weights or PyTorch's; ``after`` follows each epoch."""
    model = network(COURSE, "He", seed, dropout=dropout)
    if start == "PyTorch":
        for weight, bias in affine_layers(model):
            for parameter in (weight, bias):
                nn.init.uniform_(parameter, -1 / math.sqrt(len(weight)), 1 / math.sqrt(len(weight)))
    x, y = data.train_x, data.train_y
    train(model, x, y, epochs, rate, seed, batch_size=batch_size, after_epoch=after and partial(after, model))
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


def excess(model: nn.Module, x: Tensor, y: Tensor, divisor: float = 1) -> float:
    """Return by how many points the mean claim exceeds the accuracy, the logits divided by a temperature."""
    logits = logits_of(model, x) / divisor
    return 100 * float(logits.softmax(dim=1).amax(dim=1).mean()) - accuracy(model, x, y)


def tried(start: str, rate: float, epochs: int, dropout: float, seed: int) -> dict[str, float]:
    """Train on 1,000 images, and on 4,000 for as many steps; show the second network pictures from outside."""
    numbers = dict[str, float]()
    for images in (1000, 4000):
        data = split(seed, images)
        model = trained(data, rate, epochs * 4000 // images, dropout, seed, start=start)
        x, y, logits = data.held_x[500:], data.held_y[500:], logits_of(model, data.held_x)
        cooler = temperature(logits[:500], data.held_y[:500])
        numbers |= {f"{images}": excess(model, data.held_x, data.held_y), f"before {images}": loss(model, x, y)}
        numbers[f"after {images}"] = float(F.cross_entropy(logits[500:] / cooler, y))
        numbers[f"two pixels {images}"] = sum(excess(model, z, y, cooler) for z in moved(x, 2)) / 4
        numbers[f"mirrored {images}"] = excess(model, mirror(x), y, cooler)
        numbers[f"T held {images}"] = temperature(logits, data.held_y)
        numbers[f"T train {images}"] = temperature(logits_of(model, data.train_x), data.train_y)
    x, y = data.held_x, data.held_y
    greys = logits_of(model, torch.linspace(0, 1, 5)[:, None].expand(-1, 784)).double().softmax(dim=1)
    bags = greys[:, BAG].logit(eps=1e-12)
    numbers |= {"usual": accuracy(model, x, y), "bag": float(bags[-1]), "bag step": float(bags.diff().min())}
    other = {"inverted": 1 - x, "ones": x + (x < 0.05), "255": x * 255, "double": x * 2, "shifted": x - 0.5}
    for name, pictures in (other | {"signed": x * 2 - 1}).items():
        numbers |= {name: accuracy(model, pictures, y), f"sure {name}": sureness(model, pictures)}
    away = torch.randn(x.shape, generator=torch.Generator().manual_seed(seed))
    away *= (x.norm(dim=1) / away.norm(dim=1))[:, None]
    for lengths in (1, 1000):
        best = logits_of(model, x + lengths * away).softmax(dim=1).amax(dim=1)
        numbers[f"far {lengths}"] = 100 * float((best > 0.99).double().mean())
    return numbers | {f"moved {by}": sum(accuracy(model, z, y) for z in moved(x, by)) / 4 for by in (1, 3)}


def least(one: Quantity, other: Quantity, words: str) -> Quantity:
    """Return the smaller of two quantities, seed by seed."""
    return Quantity(lambda numbers: map(min, one(numbers), other(numbers)), words)


def named(name: str) -> Quantity:
    return Quantity(lambda numbers: numbers[name])


claim(
    "a-white-square-is-named-with-conviction",
    says="A white square is called a bag, with a probability above one half, and the odds of a bag grow with each of "
    "four steps from black to white.",
    opposite="A network hesitates where it has never seen anything like it.",
    varied=TRAINED,
    holds=above("bag step", 0, "log-odds of a bag, smallest step", provided=lambda numbers: min(numbers["bag"]) > 0),
    opposed=below("bag", 0, "log-odds of a bag"),
    because="The square grows lighter from black to white and stays a square: the odds of a bag have to grow.",
)(tried)

claim(
    "far-is-a-thousand-images-away",
    says="With noise of an image's own length added, fewer than half of the answers are above 0.99; with noise a "
    "thousand times as long, more than nine in ten.",
    opposite="With noise of an image's own length more than half of the answers are above 0.99.",
    varied=TRAINED,
    holds=above("far 1000", 90, "answers above 0.99, %", provided=lambda numbers: max(numbers["far 1"]) < 50),
    opposed=above("far 1", 50, "answers above 0.99, %"),
)(tried)

claim(
    "inverted-is-sure-and-wrong",
    says="With dark and bright exchanged fewer than one image in ten is named correctly, at a mean claim above 60 %.",
    opposite="A network that is wrong is unsure as well.",
    varied=TRAINED,
    holds=above(
        least(named("sure inverted"), named("sure ones"), "mean claim, %"),
        60,
        provided=lambda numbers: max(numbers["inverted"]) < 10 and max(numbers["ones"]) < 15,
    ),
    opposed=below("sure inverted", 50, "mean claim, %"),
    because="Ones replace the zeros of the background, the garments stay: answers have to be as sure and as wrong.",
)(tried)

claim(
    "a-larger-scale-is-forgiven-and-a-shift-is-not",
    says="Inputs times 2 cost fewer than five points of accuracy and times 255 fewer than twelve; a shift by −0.5 "
    "costs more than ten, with the doubling to [−1, 1] or without it.",
    opposite="A network without large biases forgives every range of its inputs.",
    varied=TRAINED,
    holds=above(
        least(minus("usual", "signed"), minus("usual", "shifted"), "points lost by the shift"),
        10,
        provided=lambda numbers: (
            max(differences(numbers["usual"], numbers["double"])) < 5
            and max(differences(numbers["usual"], numbers["255"])) < 12
        ),
    ),
    opposed=below(minus("usual", "signed"), 5, "points lost from −1 to 1"),
    because="The doubling alone has to cost little, and the shift alone as much as both.",
)(tried)

claim(
    "three-pixels-cost-fifteen-points",
    says="A shift by three pixels costs at least fifteen points of accuracy.",
    opposite="A shift by one pixel costs as much as one by three, to within ten points.",
    varied=TRAINED,
    holds=above(minus("usual", "moved 3"), 15, "points lost"),
    opposed=below(minus("moved 1", "moved 3"), 10, "points lost by the second and third pixel"),
)(tried)

claim(
    "few-images-make-too-sure",
    says="At a rate of 0.1, as many steps on 1,000 images in place of 4,000 raise what is claimed beyond the accuracy.",
    opposite="How much too sure a network is depends on the network and not on the number of images.",
    varied=TRAINED,
    bounds={"At a rate of 0.1": lambda setting: setting["rate"] == 0.1},
    holds=above(minus("1000", "4000"), 0, "points claimed beyond the accuracy, added"),
    opposed=between(minus("1000", "4000"), -1, 1, "points claimed beyond the accuracy, added"),
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

claim(
    "the-training-images-want-a-smaller-temperature",
    says="At a rate of 0.1 the best temperature for the training images is below the one for held-back images.",
    opposite="On training images the best temperature is the same, to within 0.05.",
    varied=TRAINED,
    bounds={"At a rate of 0.1": lambda setting: setting["rate"] == 0.1},
    holds=above(
        least(minus("T held 1000", "T train 1000"), minus("T held 4000", "T train 4000"), "temperatures, difference"), 0
    ),
    opposed=between(minus("T held 4000", "T train 4000"), -0.05, 0.05, "temperatures, difference"),
)(tried)

claim(
    "temperature-does-not-travel",
    says="At a rate of 0.1, divided by a temperature fitted on 500 images, the logits of others claim four points too "
    "much or more when these are moved by two pixels, and ten or more when they are mirrored.",
    opposite="Once divided by its temperature, a network claims what it deserves, to within four points.",
    varied=TRAINED,
    bounds={"At a rate of 0.1": lambda setting: setting["rate"] == 0.1},
    holds=above(
        least(named("two pixels 1000"), named("two pixels 4000"), "points claimed beyond the accuracy, two pixels"),
        4,
        provided=lambda numbers: min(*numbers["mirrored 1000"], *numbers["mirrored 4000"]) > 10,
    ),
    opposed=below("mirrored 4000", 4, "points claimed beyond the accuracy, mirrored"),
)(tried)


@claim(
    "long-training-makes-too-sure",
    says="In batches of 32, from six epochs to 24 on 4,000 images what is claimed beyond the accuracy rises.",
    opposite="Longer training brings the claims down.",
    varied=grid(batch_size=[32, 256], rate=[0.01, 0.1], dropout=[0.0, 0.2], seed=SEEDS),
    bounds={"In batches of 32": lambda setting: setting["batch_size"] == 32},
    holds=above(minus("24", "6"), 0, "points claimed beyond the accuracy, added"),
    opposed=below(minus("24", "6"), 0, "points claimed beyond the accuracy, added"),
)
def lasting(batch_size: int, rate: float, dropout: float, seed: int) -> dict[str, float]:
    data, curve = split(seed), list[tuple[float, float]]()

    def after(model: nn.Module) -> None:
        curve.append((excess(model, data.held_x, data.held_y), accuracy(model, data.train_x, data.train_y)))

    trained(data, rate, 24, dropout, seed, after, batch_size=batch_size)
    numbers = {f"{epochs}": curve[epochs - 1][0] for epochs in (3, 6, 12, 24)}
    return numbers | {f"fits {epochs}": curve[epochs - 1][1] for epochs in (3, 6, 12, 24)}


@claim(
    "mirrored-boots-have-to-be-taught",
    says="With every training image facing one way, fewer than one mirrored ankle boot in ten is recognised.",
    opposite="A network that knows boots knows more than half of them from the other side.",
    varied=grid(mirrored=[0.0, 0.01, 0.1, 0.5], rate=[0.01, 0.1], seed=SEEDS),
    bounds={"every training image facing one way": lambda setting: setting["mirrored"] == 0},
    holds=below("mirrored", 10, "mirrored boots recognised, %"),
    opposed=above("mirrored", 50, "mirrored boots recognised, %"),
    because="A tenth or half of the training images are mirrored: mirrored boots have to be recognised.",
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
    "pixels left out, sharpened or not; without grain they lose less than two points to the better of these.",
    opposite="The area mean, which is not how the data set was made, costs accuracy with a grain of 0.4.",
    varied=grid(enlarged=[4, 8], rate=[0.01, 0.1], seed=SEEDS),
    holds=above("lead 0.4", 0, "points ahead", provided=lambda numbers: min(numbers["lead 0.0"]) > -2),
    opposed=below("lead 0.4", 0, "points ahead"),
)
def smaller(enlarged: int, rate: float, seed: int) -> dict[str, float]:
    data, rng, numbers = split(seed), torch.Generator().manual_seed(seed), dict[str, float]()
    model = trained(data, rate, 8, 0.2, seed)
    for grain in (0.0, 0.2, 0.4):
        right = {"mean": 0.0, "left out": 0.0, "sharpened": 0.0}
        for x, y in zip(data.held_x.reshape(-1, 1, 28, 28).split(100), data.held_y.split(100), strict=True):
            large = F.interpolate(x, scale_factor=enlarged, mode="bicubic").clamp(0, 1)
            noise = grain * torch.randn(large.shape, generator=rng)
            large = torch.where(large > 0.05, large + noise, large).clamp(0, 1)
            left = large[:, :, enlarged // 2 :: enlarged, enlarged // 2 :: enlarged]
            for name, small in zip(right, (F.avg_pool2d(large, enlarged), left, sharpened(left)), strict=True):
                right[name] += accuracy(model, small.reshape(-1, 784), y) / 10
        numbers[f"lead {grain}"] = right["mean"] - max(right["left out"], right["sharpened"])
    return numbers
