"""Claims of chapter 3: overfitting, the remedies against it, and what dropout does to a list and to a rule."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.claims import SEEDS, Quantity, above, below, between, claim, differences, grid, minus, over, paired
from solutions.claims.experiments import COURSE, Split, accuracy, logits_of, loss, network, rms, split, train
from solutions.dropout import Dropout, gap
from solutions.layers import Sequential
from solutions.training import batches

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
    says="In 100 epochs the course's network learns 300 or 1,000 images by heart, more than 95 % of them, although "
    "their labels were shuffled and follow no rule.",
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
    return {"seen": accuracy(model, shuffled.train_x, shuffled.train_y)}


@claim(
    "gap-opens-while-both-losses-fall",
    says="On 1,000 images, at constant learning rates of 0.05 to 0.4, the gap opens while the network still becomes "
    "better at new images: from the first epoch to the fifth the gap grows, and the held-back loss falls.",
    opposite="A gap that grows means that the network becomes worse at new images.",
    varied=grid(images=[500, 1000], rate=[0.05, 0.1, 0.2, 0.4], seed=SEEDS),
    bounds={"On 1,000 images": lambda setting: setting["images"] == 1000},
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
HALVES = (slice(0, 500), slice(500, 1000))  # of the held-back images: one chooses an epoch, the other measures it
ON_REMEDIES = grid(images=[250, 1000], epochs=[44, 176], seed=SEEDS)
SINCE_THE_BEST = minus(
    "plain accuracy", "early stopping accuracy", "accuracy at the end above that at the best epoch, points"
)
ABOVE_DECAY = minus("dropout 0.2 held", "weight decay held", "held-back loss above that with weight decay")


def of_each(kind: str, chosen: Callable[[Iterable[float]], float], words: str) -> Quantity:
    """Return, seed by seed, one remedy's difference from plain training, chosen among those of all remedies."""
    gains = [minus(f"{way} {kind}", f"plain {kind}") for way in WAYS]
    return Quantity(lambda numbers: map(chosen, zip(*(gain(numbers) for gain in gains), strict=True)), words)


def of_epoch(seen: float, logits: Tensor, targets: Tensor) -> dict[str, float]:
    held = float(F.cross_entropy(logits, targets))
    right = 100 * float((logits.argmax(dim=1) == targets).double().mean())
    return {"seen": seen, "held": held, "gap": held - seen, "accuracy": right}


def remedies(images: int, epochs: int, seed: int) -> dict[str, float]:
    """Train in each way for equally many steps; the halves take turns in choosing the epoch of early stopping."""
    numbers: dict[str, float] = {}
    for name, (sizes, p, decay, shift, times) in REMEDIES.items():
        data = split(seed, times * images)
        model = network(sizes, "0.1", seed, dropout=p)
        after: list[tuple[float, Tensor]] = []

        def keep(model: Sequential = model, data: Split = data, after: list[tuple[float, Tensor]] = after) -> None:
            seen = loss(model, data.train_x, data.train_y)
            with torch.no_grad():
                after.append((seen, model(data.held_x)))

        is_plain = name == "plain"
        fit(model, data, epochs // times, 0.2, seed, decay, shift, after_epoch=keep if is_plain else lambda: None)
        if is_plain:
            stopped = []
            for chooser, judged in (HALVES, HALVES[::-1]):
                losses = [float(F.cross_entropy(logits[chooser], data.held_y[chooser])) for _, logits in after]
                seen, logits = after[losses.index(min(losses))]
                stopped.append(of_epoch(seen, logits[judged], data.held_y[judged]))
            numbers |= {f"early stopping {kind}": (stopped[0][kind] + stopped[1][kind]) / 2 for kind in stopped[0]}
        else:
            keep()
        numbers |= {f"{name} {kind}": value for kind, value in of_epoch(*after[-1], data.held_y).items()}
    return numbers


claim(
    "every-remedy-narrows-the-gap",
    says="After 44 epochs on 250 or 1,000 images, early stopping, fewer units, weight decay, shifted images, dropout "
    "with p = 0.2 or 0.5, and four times as many images have each narrowed the gap.",
    opposite="What narrows the gap makes the network more accurate on new images.",
    varied=ON_REMEDIES,
    bounds={"After 44 epochs": lambda setting: setting["epochs"] == 44},
    holds=below(of_each("gap", max, "gap above that of plain training, for the remedy that narrows it least"), 0),
    opposed=above(of_each("accuracy", min, "points gained by the remedy that gains least"), 0),
)(remedies)

claim(
    "overfitting-shows-in-the-loss",
    says="After 176 epochs on 250 or 1,000 images the held-back loss is higher than at the best epoch, and the "
    "accuracy is no more than one and a half points lower, or is higher.",
    opposite="A network that overfits makes more mistakes on held-back images than before.",
    varied=ON_REMEDIES,
    bounds={"After 176 epochs": lambda setting: setting["epochs"] == 176},
    holds=above(SINCE_THE_BEST, -1.5, provided=lambda n: paired(n["plain held"], n["early stopping held"]).low > 0),
    opposed=below(SINCE_THE_BEST, 0),
)(remedies)

claim(
    "more-parameters-are-no-harm",
    says="After 176 epochs on 250 or 1,000 images, 16 and 16 hidden units, a seventeenth of the parameters of 256 and "
    "64, have the wider gap and are half a point less accurate on held-back images, or more.",
    opposite="The more parameters a network has, the wider is its gap, and the worse it does on new images.",
    varied=ON_REMEDIES,
    bounds={"After 176 epochs": lambda setting: setting["epochs"] == 176},
    holds=below(
        minus("fewer units accuracy", "plain accuracy", "points gained by the small network"),
        -0.5,
        provided=lambda numbers: paired(numbers["fewer units gap"], numbers["plain gap"]).low > 0,
    ),
    opposed=below(minus("fewer units gap", "plain gap", "gap of the small network above that of the large one"), 0),
)(remedies)

claim(
    "dropout-only-delays-overfitting",
    says="After 176 epochs on 250 or 1,000 images, the held-back loss with p = 0.2 is at least 0.1 above that with "
    "weight decay.",
    opposite="Dropout prevents overfitting as well as weight decay does, however long the network is trained.",
    varied=ON_REMEDIES,
    bounds={"After 176 epochs": lambda setting: setting["epochs"] == 176},
    holds=above(ABOVE_DECAY, 0.1),
    opposed=below(ABOVE_DECAY, 0.1),
)(remedies)


def by_epochs(epochs: int, rate: float, seed: int) -> dict[str, float]:
    data = split(seed)
    numbers: dict[str, float] = {}
    for p in (0.0, 0.2, 0.5):
        model = network(COURSE, "0.1", seed, dropout=p)
        fit(model, data, epochs, rate, seed)
        numbers[f"last {p}"] = loss(model, data.held_x, data.held_y)
        numbers[f"accuracy {p}"] = accuracy(model, data.held_x, data.held_y)
    return numbers


ON_EPOCHS = grid(epochs=[6, 30, 60], rate=[0.1, 0.2], seed=SEEDS)
MORE_LOSS = minus("last 0.2", "last 0.0", "held-back loss with p = 0.2 above that without dropout")

claim(
    "dropout-slows-learning",
    says="Dropout slows learning down: after six epochs on 4,000 images the held-back loss is higher with p = 0.2 than "
    "without, and with p = 0.5 higher still.",
    opposite="Dropout lowers the loss on held-back images from the first epochs on.",
    varied=ON_EPOCHS,
    bounds={"six epochs": lambda setting: setting["epochs"] == 6},
    holds=above(MORE_LOSS, 0, provided=lambda numbers: paired(numbers["last 0.5"], numbers["last 0.2"]).low > 0),
    opposed=below(MORE_LOSS, 0),
)(by_epochs)

claim(
    "dropout-pays-in-time",
    says="After 30 epochs or 60 on 4,000 images, at a learning rate of 0.2, the held-back loss is lower with p = 0.2 "
    "than without dropout.",
    opposite="Whichever is ahead after six epochs is ahead after thirty: without dropout the held-back loss is lower.",
    varied=ON_EPOCHS,
    bounds={
        "After 30 epochs or 60": lambda setting: setting["epochs"] >= 30,
        "at a learning rate of 0.2": lambda setting: setting["rate"] == 0.2,
    },
    holds=below(MORE_LOSS, 0),
    opposed=above(MORE_LOSS, 0),
)(by_epochs)


@claim(
    "dropout-hinders-the-list",
    says="Dropout hinders the list more than the rule: after 40 or 80 epochs with p = 0.5 the accuracy on 1,000 "
    "examples is at least 40 points lower if their labels were shuffled than if they are true.",
    opposite="Dropout makes examples harder to learn whatever their labels are, true ones as much as shuffled ones.",
    varied=[*grid(p=[0.0, 0.2, 0.5], epochs=[80], seed=SEEDS), *grid(p=[0.5], epochs=[40], seed=SEEDS)],
    bounds={"after 40 or 80 epochs with p = 0.5": lambda setting: setting["p"] == 0.5},
    holds=above(minus("rule seen", "list seen", "accuracy on the examples, true labels minus shuffled, points"), 40),
    opposed=below(minus("rule seen", "list seen", "accuracy on the examples, true labels minus shuffled, points"), 5),
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
    says="With p = 0.2 or 0.5, evaluation mode approximates the mean of many thinned networks: its logits differ from "
    "their mean by less than a tenth of the standard deviation that the logits have.",
    opposite="Scaling makes evaluation mode the exact mean: what differs is explained by chance.",
    varied=grid(p=[0.2, 0.5], images=[1000, 4000], seed=SEEDS),
    holds=below("off", 0.1, "distance in standard deviations of the logits"),
    opposed=below(over("off", "chance"), 1.2, "distance, in units of what chance explains"),
)
def near_the_mean(p: float, images: int, seed: int) -> dict[str, float]:
    model, data = with_dropout(p, images, seed)
    rows = data.held_x[:250]
    passes, plain = thinned(model, rows, 200), logits_of(model, rows)
    size = float(plain.std())
    return {
        "off": rms(passes.mean(dim=0) - plain) / size,
        "chance": float((passes.var(dim=0) / len(passes)).mean().sqrt()) / size,
    }


def left_on(p: float, images: int, seed: int) -> dict[str, float]:
    model, data = with_dropout(p, images, seed)
    answers = thinned(model, data.held_x, PASSES).argmax(dim=2)
    return {
        "off": accuracy(model, data.held_x, data.held_y),
        "on": 100 * float((answers == data.held_y).double().mean()),
        "changed": 100 * float((answers != answers[0]).any(dim=0).double().mean()),
    }


LEFT_ON = grid(p=[0.05, 0.2, 0.3, 0.5], images=[1000, 4000], seed=SEEDS)

claim(
    "left-on-costs-points",
    says="Dropout that is left on when the network is used costs accuracy: one to six points with p = 0.2 or 0.3.",
    opposite="Left on, dropout costs nothing, because its noise cancels.",
    varied=LEFT_ON,
    bounds={"with p = 0.2 or 0.3": lambda setting: setting["p"] in (0.2, 0.3)},
    holds=between(minus("off", "on"), 1, 6, "accuracy lost, points"),
    opposed=between(minus("off", "on"), -0.5, 0.5, "accuracy lost, points"),
)(left_on)

claim(
    "left-on-changes-answers",
    says="With dropout left on at p = 0.05 or more, a fifth of the images and more are given more than one answer in "
    "thirty passes.",
    opposite="A network that loses few points gives nearly always the same answers: fewer than 5 % change.",
    varied=LEFT_ON,
    holds=above("changed", 20, "images with more than one answer, %"),
    opposed=below("changed", 5, "images with more than one answer, %"),
)(left_on)


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
    numbers = {}
    for name, later in (("as it is", 1.0), ("rescaled", 0.5)):
        for layer in layers:
            if isinstance(layer, Unscaled):
                layer.later = later
        numbers[f"sure {name}"] = float(logits_of(model, data.held_x).softmax(dim=1).amax(dim=1).mean())
        numbers[f"accuracy {name}"] = accuracy(model, data.held_x, data.held_y)
    return numbers
