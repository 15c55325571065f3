"""Claims of chapter 3: overfitting, and the remedies against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.claims import Quantity, above, below, between, claim, differences, grid, minus, over, paired
from solutions.claims.experiments import COURSE, Split, accuracy, loss, network, rms, split
from solutions.dropout import Dropout, gap
from solutions.layers import Sequential
from solutions.training import batches

SEEDS = range(5)
BATCH = 50


def shifted(rows: Tensor, most: int) -> Tensor:
    """Return rows (B, 784) whose images are moved by up to so many pixels each way, all of them alike."""
    images = F.pad(rows.reshape(-1, 28, 28), (most,) * 4)
    down, across = torch.randint(2 * most + 1, (2,)).tolist()
    return images[:, down : down + 28, across : across + 28].reshape(len(rows), 784)


def fit(
    model: nn.Module,
    data: Split,
    epochs: int,
    rate: float,
    seed: int,
    decay: float = 0.0,
    shift: int = 0,
    after_epoch: Callable[[], object] = lambda: None,
) -> None:
    """Train by gradient descent on mini-batches, as the chapter does, from logits (B, 10) of rows (B, 784).

    The rate falls linearly to zero, which keeps the result from depending on the last step.
    """
    torch.manual_seed(seed)
    steps = torch.optim.SGD(model.parameters(), lr=rate, weight_decay=decay)
    for epoch in range(epochs):
        model.train()
        steps.param_groups[0]["lr"] = rate * (1 - epoch / epochs)
        for rows, targets in batches(data.train_x, data.train_y, BATCH, shuffle=True):
            steps.zero_grad()
            F.cross_entropy(model(shifted(rows, shift) if shift else rows), targets).backward()
            steps.step()
        after_epoch()


def gap_of(model: nn.Module, data: Split) -> float:
    """Return how much larger the loss is on the images that are held back."""
    return gap(model, F.cross_entropy, [(data.train_x, data.train_y)], [(data.held_x, data.held_y)])


@claim(
    "random-labels-are-learned",
    says="The course's network learns 1,000 images by heart, more than 95 % of them, although their labels were "
    "shuffled and follow no rule.",
    opposite="What follows no rule cannot be learned: on shuffled labels the network stays near guessing.",
    varied=grid(images=[300, 1000], rate=[0.1, 0.2], seed=SEEDS),
    holds=above("seen", 95, "accuracy on the shuffled labels, %"),
    opposed=below("seen", 20, "accuracy on the shuffled labels, %"),
)
def random_labels(images: int, rate: float, seed: int) -> dict[str, float]:
    data = split(seed, images)
    order = torch.randperm(images, generator=torch.Generator().manual_seed(seed))
    shuffled = replace(data, train_y=data.train_y[order])
    model = network(COURSE, "0.1", seed)
    fit(model, shuffled, epochs=100, rate=rate, seed=seed)
    return {
        "seen": accuracy(model, shuffled.train_x, shuffled.train_y),
        "held": accuracy(model, data.held_x, data.held_y),
    }


GAIN_BY_SIZE = minus(
    "large accuracy", "small accuracy", "accuracy of the large network above that of the small one, points"
)


@claim(
    "more-parameters-are-no-harm",
    says="With 256 and 64 hidden units instead of 16 and 16, the network has seventeen times as many parameters and "
    "is as accurate on images that it has not seen, or more so, to within half a point.",
    opposite="The more parameters a network has, the worse it does on images that it has not seen.",
    varied=grid(images=[500, 1000], rate=[0.1, 0.2], epochs=[10, 30], seed=SEEDS),
    holds=above(GAIN_BY_SIZE, -0.5),
    opposed=below(GAIN_BY_SIZE, 0),
)
def more_parameters(images: int, rate: float, epochs: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    numbers = {}
    for name, sizes in (("small", (784, 16, 16, 10)), ("large", COURSE)):
        model = network(sizes, "He", seed)
        fit(model, data, epochs=epochs, rate=rate, seed=seed)
        numbers[f"{name} gap"] = gap_of(model, data)
        numbers[f"{name} accuracy"] = accuracy(model, data.held_x, data.held_y)
    return numbers


@claim(
    "gap-opens-while-both-losses-fall",
    says="On 1,000 images or more the gap opens while the network still becomes better at images that it has not seen: "
    "from the first epoch to the fifth the gap grows, and the loss on held-back images falls.",
    opposite="A gap that grows means that the network becomes worse at images that it has not seen.",
    varied=grid(images=[500, 1000, 4000], rate=[0.05, 0.1], seed=SEEDS),
    where=lambda setting: setting["images"] >= 1000,
    bounds=("On 1,000 images or more",),
    holds=above(
        minus("gap", "first gap"),
        0,
        "gap after five epochs above that after one, with held-back loss falling",
        provided=lambda numbers: max(differences(numbers["held"], numbers["first held"])) < 0,
    ),
    opposed=above(minus("held", "first held"), 0, "rise of the held-back loss"),
)
def gap_opens(images: int, rate: float, seed: int) -> dict[str, float]:
    data = split(seed, images)
    model = network(COURSE, "0.1", seed)
    gaps: list[float] = []
    held: list[float] = []

    def measure() -> None:
        gaps.append(gap_of(model, data))
        held.append(loss(model, data.held_x, data.held_y))

    fit(model, data, epochs=5, rate=rate, seed=seed, after_epoch=measure)
    return {"first gap": gaps[0], "gap": gaps[-1], "first held": held[0], "held": held[-1]}


SINCE_THE_BEST = minus("accuracy", "best accuracy", "accuracy at the end above that at the best epoch, points")


@claim(
    "overfitting-shows-in-the-loss",
    says="Trained for too long on 500 or 1,000 images, the network has a higher loss on held-back images than at its "
    "best epoch, and its accuracy on them is within two points of what it was then.",
    opposite="A network that overfits makes more mistakes on held-back images than before.",
    varied=grid(images=[500, 1000], rate=[0.1, 0.2], seed=SEEDS),
    holds=between(
        SINCE_THE_BEST, -2, 2, provided=lambda numbers: min(differences(numbers["loss"], numbers["best loss"])) > 0
    ),
    opposed=below(SINCE_THE_BEST, -0.5),
)
def overfits(images: int, rate: float, seed: int) -> dict[str, float]:
    data = split(seed, images)
    model = network(COURSE, "0.1", seed)
    held: list[tuple[float, float]] = []

    def measure() -> None:
        held.append((loss(model, data.held_x, data.held_y), accuracy(model, data.held_x, data.held_y)))

    fit(model, data, epochs=50, rate=rate, seed=seed, after_epoch=measure)
    best = min(range(len(held)), key=lambda epoch: held[epoch][0])
    return {
        "best epoch": best + 1,
        "best loss": held[best][0],
        "loss": held[-1][0],
        "best accuracy": held[best][1],
        "accuracy": held[-1][1],
    }


GAP_LEFT = over("many gap", "few gap", "gap with four times as many images, as a share of the other")


@claim(
    "more-images-narrow-the-gap",
    says="Four times as many images narrow the gap, at the same number of epochs as at the same number of steps, and "
    "lower the loss on held-back images.",
    opposite="More images take more time and change nothing else: nine tenths of the gap and more are left.",
    varied=grid(alike=["epochs", "steps"], rate=[0.1, 0.2], seed=SEEDS),
    holds=below(GAP_LEFT, 1, provided=lambda numbers: max(differences(numbers["many held"], numbers["few held"])) < 0),
    opposed=above(GAP_LEFT, 0.9),
)
def more_images(alike: str, rate: float, seed: int) -> dict[str, float]:
    numbers = {}
    for name, images, epochs in (("few", 400, 32), ("many", 1600, 32 if alike == "epochs" else 8)):
        data = split(seed, images)
        model = network(COURSE, "0.1", seed)
        fit(model, data, epochs=epochs, rate=rate, seed=seed)
        numbers[f"{name} gap"] = gap_of(model, data)
        numbers[f"{name} held"] = loss(model, data.held_x, data.held_y)
    return numbers


WAYS = ("shift", "decay", "dropout", "stop")
LARGEST_GAP_LEFT = Quantity(
    lambda numbers: map(max, zip(*[over(f"{way} gap", "plain gap")(numbers) for way in WAYS], strict=True)),
    "gap left, as a share, by the way that narrows it least",
)
SMALLEST_GAIN = Quantity(
    lambda numbers: map(min, zip(*[minus(f"{way} accuracy", "plain accuracy")(numbers) for way in WAYS], strict=True)),
    "points gained by the way that gains least",
)
HALVES = (slice(0, 500), slice(500, 1000))  # of the held-back images: to choose an epoch by, and to measure on


@claim(
    "four-ways-narrow-the-gap",
    says="Trained for 30 epochs at a learning rate of 0.2, which is long enough to overfit, the network has a narrower "
    "gap with shifted images, with weight decay, with dropout and with early stopping than without.",
    opposite="What narrows the gap makes the network more accurate on held-back images by a point and more.",
    varied=grid(images=[500, 1000], rate=[0.1, 0.2], seed=SEEDS),
    where=lambda setting: setting["rate"] == 0.2,
    bounds=("at a learning rate of 0.2",),
    holds=below(LARGEST_GAP_LEFT, 1),
    opposed=above(SMALLEST_GAIN, 1),
)
def four_ways(images: int, rate: float, seed: int) -> dict[str, float]:
    whole = split(seed, images)
    chosen_by, data = (replace(whole, held_x=whole.held_x[half], held_y=whole.held_y[half]) for half in HALVES)
    numbers = {}
    models = {name: network(COURSE, "0.1", seed, dropout=0.5 if name == "dropout" else 0.0) for name in ("", *WAYS[:3])}
    for name, model in models.items():
        best = float("inf")

        def watch(name: str = name, model: Sequential = model) -> None:
            nonlocal best
            judged = loss(model, chosen_by.held_x, chosen_by.held_y)
            if judged < best:
                best = judged
                numbers["stop gap"] = gap_of(model, data)
                numbers["stop accuracy"] = accuracy(model, data.held_x, data.held_y)

        fit(
            model,
            data,
            epochs=30,
            rate=rate,
            seed=seed,
            decay=0.01 if name == "decay" else 0.0,
            shift=2 if name == "shift" else 0,
            after_epoch=(lambda: None) if name else watch,
        )
        numbers[f"{name or 'plain'} gap"] = gap_of(model, data)
        numbers[f"{name or 'plain'} accuracy"] = accuracy(model, data.held_x, data.held_y)
    return numbers


GAIN_BY_DROPOUT = minus("accuracy 0.2", "accuracy 0.0", "accuracy with dropout above that without, points")


@claim(
    "dropout-gains-less-than-a-point",
    says="Dropout with p = 0.2 gains less than one point of accuracy on held-back images, with 1,000 images as with "
    "4,000.",
    opposite="Dropout makes the classifier clearly better: by a point and more.",
    varied=grid(length=["1000 for 24", "4000 for 6"], rate=[0.1, 0.2], start=["0.1", "He"], seed=SEEDS),
    holds=below(GAIN_BY_DROPOUT, 1),
    opposed=above(GAIN_BY_DROPOUT, 1),
)
def dropout_accuracy(length: str, rate: float, start: str, seed: int) -> dict[str, float]:
    images, epochs = map(int, length.split(" for "))
    data = split(seed, images)
    numbers = {}
    for p in (0.0, 0.2):
        model = network(COURSE, start, seed, dropout=p)
        fit(model, data, epochs=epochs, rate=rate, seed=seed)
        numbers[f"accuracy {p}"] = accuracy(model, data.held_x, data.held_y)
        numbers[f"loss {p}"] = loss(model, data.held_x, data.held_y)
    return numbers


@claim(
    "dropout-forgives-long-training",
    says="With dropout it costs less to train for too long: at a learning rate of 0.2, large enough to overfit 250 or "
    "500 images in 50 epochs, the loss on held-back images rises by less after its lowest point than it does without.",
    opposite="Dropout prevents overfitting: the loss on held-back images no longer rises, by not even 0.01.",
    varied=grid(p=[0.2, 0.5], images=[250, 500], rate=[0.1, 0.2], seed=SEEDS),
    where=lambda setting: setting["rate"] == 0.2,
    bounds=("at a learning rate of 0.2",),
    holds=below(minus("with", "without"), 0, "rise with dropout above that without"),
    opposed=below("with", 0.01, "rise with dropout"),
)
def forgives(p: float, images: int, rate: float, seed: int) -> dict[str, float]:
    data = split(seed, images)
    numbers = {}
    for name, share in (("with", p), ("without", 0.0)):
        model = network(COURSE, "0.1", seed, dropout=share)
        held: list[float] = []

        def watch(held: list[float] = held, model: Sequential = model) -> None:
            held.append(loss(model, data.held_x, data.held_y))

        fit(model, data, epochs=50, rate=rate, seed=seed, after_epoch=watch)
        numbers[name] = held[-1] - min(held)
        numbers[f"lowest {name}"] = min(held)
    return numbers


@claim(
    "dropout-slows-learning",
    says="Dropout with p = 0.5 slows learning down: after two to four epochs on 4,000 images the loss on held-back "
    "images is higher with it than without.",
    opposite="Dropout lowers the loss on held-back images from the first epochs on.",
    varied=grid(p=[0.2, 0.5], epochs=[2, 4], rate=[0.1, 0.2], seed=SEEDS),
    where=lambda setting: setting["p"] == 0.5,
    bounds=("with p = 0.5",),
    holds=above(minus("with", "without"), 0, "held-back loss with dropout above that without"),
    opposed=below(minus("with", "without"), 0, "held-back loss with dropout above that without"),
)
def slows(p: float, epochs: int, rate: float, seed: int) -> dict[str, float]:
    data = split(seed)
    numbers = {}
    for name, share in (("with", p), ("without", 0.0)):
        model = network(COURSE, "0.1", seed, dropout=share)
        fit(model, data, epochs=epochs, rate=rate, seed=seed)
        numbers[name] = loss(model, data.held_x, data.held_y)
    return numbers


PASSES = 30


def with_dropout(p: float, images: int, seed: int) -> tuple[Sequential, Split]:
    """Return a trained network with dropout, and its data: 16,000 images shown in all, however many there are."""
    data = split(seed, images)
    model = network(COURSE, "0.1", seed, dropout=p)
    fit(model, data, epochs=16000 // images, rate=0.2, seed=seed)
    return model, data


@torch.no_grad()
def thinned(model: nn.Module, x: Tensor, passes: int) -> Tensor:
    """Return the logits of so many passes in training mode (passes, B, 10): each is another thinned network's."""
    model.train()
    return torch.stack([model(x) for _ in range(passes)])


@claim(
    "evaluation-is-near-the-mean",
    says="Evaluation mode approximates the mean of many thinned networks: its logits differ from their mean by less "
    "than a tenth of the standard deviation that the logits have.",
    opposite="Scaling makes evaluation mode the exact mean: what differs is explained by chance.",
    varied=grid(p=[0.2, 0.5], images=[1000, 4000], seed=SEEDS),
    holds=below("off", 0.1, "distance in standard deviations of the logits"),
    opposed=below(over("off", "chance"), 1.2, "distance, in units of what chance explains"),
)
def near_the_mean(p: float, images: int, seed: int) -> dict[str, float]:
    model, data = with_dropout(p, images, seed)
    rows = data.held_x[:250]
    passes = thinned(model, rows, 200)
    model.eval()
    with torch.no_grad():
        plain = model(rows)
    size = float(plain.std())
    return {
        "off": rms(passes.mean(dim=0) - plain) / size,
        "chance": float((passes.var(dim=0) / len(passes)).mean().sqrt()) / size,
    }


GAIN_BY_COMMITTEE = minus("committee", "evaluation", "accuracy of the committee above that of evaluation mode, points")


@claim(
    "committee-is-no-better",
    says="The mean of the probabilities of a hundred thinned networks is as accurate as one pass in evaluation mode, "
    "to within one and a half points.",
    opposite="A committee of a hundred thinned networks is a point better than one pass in evaluation mode, or more.",
    varied=grid(p=[0.2, 0.5], images=[1000, 4000], seed=SEEDS),
    holds=between(GAIN_BY_COMMITTEE, -1.5, 1.5),
    opposed=above(GAIN_BY_COMMITTEE, 1),
)
def committee(p: float, images: int, seed: int) -> dict[str, float]:
    model, data = with_dropout(p, images, seed)
    votes = thinned(model, data.held_x, 100).softmax(dim=2).mean(dim=0)
    return {
        "committee": 100 * float((votes.argmax(dim=1) == data.held_y).double().mean()),
        "evaluation": accuracy(model, data.held_x, data.held_y),
    }


@claim(
    "left-on-costs-points",
    says="Dropout that is left on when the network is used costs accuracy: one to six points with p = 0.2 or 0.3.",
    opposite="Left on, dropout costs nothing, because its noise cancels.",
    varied=grid(p=[0.2, 0.3, 0.5], images=[1000, 4000], seed=SEEDS),
    where=lambda setting: setting["p"] <= 0.3,
    bounds=("with p = 0.2 or 0.3",),
    holds=between(minus("off", "on"), 1, 6, "accuracy lost, points"),
    opposed=between(minus("off", "on"), -0.5, 0.5, "accuracy lost, points"),
)
def left_on(p: float, images: int, seed: int) -> dict[str, float]:
    model, data = with_dropout(p, images, seed)
    answers = thinned(model, data.held_x, PASSES).argmax(dim=2)
    return {
        "off": accuracy(model, data.held_x, data.held_y),
        "on": 100 * float((answers == data.held_y).double().mean()),
    }


@claim(
    "left-on-changes-answers",
    says="With dropout left on, a fifth of the images and more are given more than one answer in thirty passes.",
    opposite="A network that loses few points gives nearly always the same answers: fewer than 5 % change.",
    varied=grid(p=[0.2, 0.5], images=[1000, 4000], seed=SEEDS),
    holds=above("changed", 20, "images with more than one answer, %"),
    opposed=below("changed", 5, "images with more than one answer, %"),
)
def left_on_changes(p: float, images: int, seed: int) -> dict[str, float]:
    model, data = with_dropout(p, images, seed)
    answers = thinned(model, data.held_x, PASSES).argmax(dim=2)
    return {"changed": 100 * float((answers != answers[0]).any(dim=0).double().mean())}


class Unscaled(Dropout):
    """Dropout without its factor in training; evaluation can scale by ``later`` instead."""

    def __init__(self, p: float) -> None:
        super().__init__(p)
        self.later = 1.0

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * (1 - self.p if self.training else self.later)


@claim(
    "unscaled-is-too-sure",
    says="Trained without the factor at p = 0.5, the network loses less than ten points of accuracy in evaluation "
    "mode and is far too sure: the mean probability of its answers rises by 0.2 and more.",
    opposite="Without the factor the accuracy breaks down: it falls by ten points and more.",
    varied=grid(images=[1000, 4000], rate=[0.1, 0.2], seed=SEEDS),
    holds=above(
        minus("sure as it is", "sure rescaled"),
        0.2,
        "rise of the mean probability of an answer",
        provided=lambda numbers: paired(numbers["accuracy rescaled"], numbers["accuracy as it is"]).high < 10,
    ),
    opposed=above(minus("accuracy rescaled", "accuracy as it is"), 10, "accuracy lost, points"),
)
def unscaled(images: int, rate: float, seed: int) -> dict[str, float]:
    data = split(seed, images)
    layers = [
        Unscaled(0.5) if isinstance(layer, Dropout) else layer for layer in network(COURSE, "0.1", seed, dropout=0.5)
    ]
    model = Sequential(*layers)
    fit(model, data, epochs=16000 // images, rate=rate, seed=seed)
    model.eval()
    numbers = {}
    for name, later in (("as it is", 1.0), ("rescaled", 0.5)):
        for layer in layers:
            if isinstance(layer, Unscaled):
                layer.later = later
        with torch.no_grad():
            sure = float(model(data.held_x).softmax(dim=1).amax(dim=1).mean())
        numbers[f"sure {name}"] = sure
        numbers[f"loss {name}"] = loss(model, data.held_x, data.held_y)
        numbers[f"accuracy {name}"] = accuracy(model, data.held_x, data.held_y)
    return numbers
