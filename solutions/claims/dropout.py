"""Claims of chapter 3: overfitting, the remedies against it, and what dropout does to a list and to a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.claims import Quantity, above, below, between, claim, differences, grid, minus, over, paired
from solutions.claims.experiments import COURSE, Split, accuracy, loss, network, rms, split, train
from solutions.dropout import Dropout, gap
from solutions.layers import Sequential
from solutions.training import batches

SEEDS = range(5)
BATCH = 50
NARROW = (784, 16, 16, 10)


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
    says="TODO",
    opposite="A gap that grows means that the network becomes worse at new images.",
    varied=grid(images=[500, 1000, 4000], rate=[0.05, 0.1, 0.2, 0.4], seed=SEEDS),
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
    after: list[tuple[float, float]] = []

    def measure() -> None:
        after.append((gap_of(model, data), loss(model, data.held_x, data.held_y)))

    train(model, data.train_x, data.train_y, 5, rate, seed, batch_size=BATCH, after_epoch=measure)
    return {"first gap": after[0][0], "gap": after[-1][0], "first held": after[0][1], "held": after[-1][1]}


@claim(
    "overfitting-shows-in-the-loss",
    says="TODO",
    opposite="A network that overfits makes more mistakes on held-back images than before.",
    varied=grid(images=[500, 1000], rate=["falling", "constant"], seed=SEEDS),
    holds=between(minus("highest", "accuracy", "highest accuracy above that at the end, points"), 0, 2),
    opposed=below(minus("accuracy", "best accuracy"), -0.5),
)
def overfits(images: int, rate: str, seed: int) -> dict[str, float]:
    data = split(seed, images)
    model = network(COURSE, "0.1", seed)
    held: list[tuple[float, float]] = []

    def measure() -> None:
        held.append((loss(model, data.held_x, data.held_y), accuracy(model, data.held_x, data.held_y)))

    if rate == "falling":
        fit(model, data, epochs=50, rate=0.2, seed=seed, after_epoch=measure)
    else:
        train(model, data.train_x, data.train_y, 50, 0.2, seed, batch_size=BATCH, after_epoch=measure)
    best = min(range(len(held)), key=lambda epoch: held[epoch][0])
    return {
        "best epoch": best + 1,
        "best loss": held[best][0],
        "loss": held[-1][0],
        "best accuracy": held[best][1],
        "accuracy": held[-1][1],
        "highest": max(right for _, right in held),
    }


REMEDIES = {  # layers, dropout, weight decay, pixels shifted, times as many images; early stopping comes with "plain"
    "plain": (COURSE, 0.0, 0.0, 0, 1),
    "fewer units": (NARROW, 0.0, 0.0, 0, 1),
    "weight decay": (COURSE, 0.0, 0.01, 0, 1),
    "shifted": (COURSE, 0.0, 0.0, 2, 1),
    "dropout 0.2": (COURSE, 0.2, 0.0, 0, 1),
    "dropout 0.5": (COURSE, 0.5, 0.0, 0, 1),
    "more images": (COURSE, 0.0, 0.0, 0, 4),
}
WAYS = ("early stopping", *list(REMEDIES)[1:])
HALVES = (slice(0, 500), slice(500, 1000))  # of the held-back images: one to choose an epoch by, one to measure on


def of_each(kind: str, chosen: Callable[[Iterable[float]], float], words: str) -> Quantity:
    """Return, seed by seed, one remedy's difference from plain training, chosen among those of all remedies."""
    differences_of = [minus(f"{way} {kind}", f"plain {kind}") for way in WAYS]
    return Quantity(lambda numbers: map(chosen, zip(*(one(numbers) for one in differences_of), strict=True)), words)


def remedies(images: int, epochs: int, seed: int) -> dict[str, float]:
    """Train for equally many steps in each way; return loss on examples, loss and accuracy on held-back images, gap."""
    numbers: dict[str, float] = {}

    def note(name: str, seen: float, logits: Tensor, targets: Tensor, share: float = 1.0) -> None:
        held = float(F.cross_entropy(logits, targets))
        right = 100 * float((logits.argmax(dim=1) == targets).double().mean())
        for kind, value in (("seen", seen), ("held", held), ("gap", held - seen), ("accuracy", right)):
            numbers[f"{name} {kind}"] = numbers.get(f"{name} {kind}", 0.0) + share * value

    for name, (sizes, p, decay, shift, times) in REMEDIES.items():
        data = split(seed, times * images)
        model = network(sizes, "0.1", seed, dropout=p)
        after: list[tuple[float, Tensor]] = []

        def keep(model: Sequential = model, data: Split = data, after: list[tuple[float, Tensor]] = after) -> None:
            seen = loss(model, data.train_x, data.train_y)
            with torch.no_grad():
                after.append((seen, model(data.held_x)))

        last = epochs // times
        fit(model, data, last, 0.2, seed, decay, shift, after_epoch=keep if name == "plain" else lambda: None)
        if name != "plain":
            keep()
        note(name, *after[-1], data.held_y)
        for chooser, other in (HALVES, HALVES[::-1]) if name == "plain" else ():
            y = data.held_y[chooser]
            seen, logits = min(after, key=lambda kept: float(F.cross_entropy(kept[1][chooser], y)))
            note("early stopping", seen, logits[other], data.held_y[other], share=0.5)
    return numbers


ON_REMEDIES = grid(images=[250, 1000], epochs=[44, 176], seed=SEEDS)

claim(
    "every-remedy-narrows-the-gap",
    says="TODO",
    opposite="What narrows the gap makes the network more accurate on new images.",
    varied=ON_REMEDIES,
    holds=below(of_each("gap", max, "gap less that of plain training, for the remedy that narrows it least"), 0),
    opposed=above(of_each("accuracy", min, "points gained by the remedy that gains least"), 0),
)(remedies)

claim(
    "shifted-images-take-time",
    says="TODO after 176 epochs",
    opposite="Shifted images cost accuracy.",
    varied=ON_REMEDIES,
    where=lambda setting: setting["epochs"] == 176,
    bounds=("after 176 epochs",),
    holds=above(minus("shifted accuracy", "plain accuracy", "points gained by shifting images"), 0),
    opposed=below(minus("shifted accuracy", "plain accuracy"), 0),
)(remedies)


def by_epochs(epochs: int, rate: float, seed: int) -> dict[str, float]:
    data = split(seed)
    numbers = {}
    for p in (0.0, 0.2, 0.5):
        model = network(COURSE, "0.1", seed, dropout=p)
        held: list[float] = []

        def watch(model: Sequential = model, held: list[float] = held) -> None:
            held.append(loss(model, data.held_x, data.held_y))

        fit(model, data, epochs, rate, seed, after_epoch=watch)
        numbers |= {f"lowest {p}": min(held), f"last {p}": held[-1]}
        numbers[f"accuracy {p}"] = accuracy(model, data.held_x, data.held_y)
    return numbers


ON_EPOCHS = grid(epochs=[6, 30, 60], rate=[0.1, 0.2], seed=SEEDS)

claim(
    "dropout-slows-learning",
    says="TODO After six epochs",
    opposite="Dropout lowers the loss on held-back images from the first epochs on.",
    varied=ON_EPOCHS,
    where=lambda setting: setting["epochs"] == 6,
    bounds=("six epochs",),
    holds=above(minus("last 0.2", "last 0.0", "held-back loss with p = 0.2 above that without dropout"), 0),
    opposed=below(minus("last 0.2", "last 0.0"), 0),
)(by_epochs)

claim(
    "dropout-pays-in-time",
    says="TODO 30 and 60 epochs",
    opposite="Dropout makes the network less accurate.",
    varied=ON_EPOCHS,
    where=lambda setting: setting["epochs"] >= 30,
    bounds=("30 or 60 epochs",),
    holds=below(minus("last 0.2", "last 0.0", "held-back loss with p = 0.2 above that without dropout"), 0),
    opposed=below(minus("accuracy 0.2", "accuracy 0.0"), 0),
)(by_epochs)


@claim(
    "dropout-hinders-the-list",
    says="TODO with p = 0.5",
    opposite="Dropout makes it harder to learn the examples, whatever their labels are: the true ones suffer as much.",
    varied=grid(p=[0.0, 0.2, 0.5], epochs=[80, 240], seed=SEEDS),
    where=lambda setting: setting["p"] == 0.5,
    bounds=("p = 0.5",),
    holds=above(minus("rule seen", "list seen", "accuracy on the examples, true labels minus shuffled, points"), 5),
    opposed=below(minus("rule seen", "list seen"), 5),
)
def list_and_rule(p: float, epochs: int, seed: int) -> dict[str, float]:
    data = split(seed, 1000)
    order = torch.randperm(1000, generator=torch.Generator().manual_seed(seed))
    numbers = {}
    for name, targets in (("rule", data.train_y), ("list", data.train_y[order])):
        model = network(COURSE, "0.1", seed, dropout=p)
        fit(model, replace(data, train_y=targets), epochs, 0.2, seed)
        numbers[f"{name} seen"] = accuracy(model, data.train_x, targets)
        numbers[f"{name} held"] = accuracy(model, data.held_x, data.held_y)
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
