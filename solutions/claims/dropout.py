"""Claims of chapter 3: overfitting, the remedies against it, and what dropout does to a list and to a rule."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.claims import (
    SEEDS,
    Quantity,
    above,
    below,
    between,
    claim,
    differences,
    grid,
    interval,
    minus,
    over,
    paired,
)
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


def list_and_rule(remedy: str, epochs: int, seed: int) -> dict[str, float]:
    data = split(seed, 1000)
    order = torch.randperm(1000, generator=torch.Generator().manual_seed(seed))
    sizes, p, decay, shift, _ = REMEDIES[remedy]
    numbers = {}
    for name, targets in (("rule", data.train_y), ("list", data.train_y[order])):
        model = network(sizes, "0.1", seed, dropout=p)
        fit(model, replace(data, train_y=targets), epochs, 0.2, seed, decay, shift)
        numbers[f"{name} seen"] = accuracy(model, data.train_x, targets)
        numbers[f"{name} held"] = accuracy(model, data.held_x, data.held_y)
    return numbers


RULE_ABOVE_LIST = minus("rule seen", "list seen", "accuracy on the examples, true labels minus shuffled, points")
NO_IMAGES_MORE = [remedy for remedy in REMEDIES if remedy != "more images"]

claim(
    "dropout-hinders-the-list",
    says="Dropout hinders the list more than the rule: after 40 or 80 epochs with p = 0.5 the accuracy on 1,000 "
    "examples is at least 40 points lower if their labels were shuffled than if they are true.",
    opposite="Dropout makes examples harder to learn whatever their labels are, true ones as much as shuffled ones.",
    varied=[
        *grid(remedy=["plain", "dropout 0.2", "dropout 0.5"], epochs=[80], seed=SEEDS),
        *grid(remedy=["dropout 0.5"], epochs=[40], seed=SEEDS),
    ],
    bounds={"after 40 or 80 epochs with p = 0.5": lambda setting: setting["remedy"] == "dropout 0.5"},
    holds=above(RULE_ABOVE_LIST, 40),
    opposed=below(RULE_ABOVE_LIST, 5),
    because="The labels are shuffled, so that there is only a list to learn: the noise has to cost far more.",
)(list_and_rule)

claim(
    "less-room-and-shifts-hinder-the-list",
    says="After 80 epochs, with 16 and 16 units or shifted images, the accuracy on 1,000 examples is at least 40 "
    "points lower if their labels were shuffled than if they are true.",
    opposite="A small network has less room for the list and for the rule, so it tells nothing apart.",
    varied=grid(remedy=NO_IMAGES_MORE, epochs=[80, 320], seed=SEEDS),
    bounds={
        "After 80 epochs": lambda setting: setting["epochs"] == 80,
        "with 16 and 16 units or shifted images": lambda setting: setting["remedy"] in ("fewer units", "shifted"),
    },
    holds=above(RULE_ABOVE_LIST, 40),
    opposed=below(RULE_ABOVE_LIST, 5),
    because="The room is taken away, and the entries of the list are changed in each step: the list has to suffer, "
    "and the rule not.",
)(list_and_rule)

claim(
    "most-remedies-delay-the-list",
    says="After 320 epochs, with 16 and 16 units, with weight decay of 0.01 or with dropout, the network repeats more "
    "than 90 % of 1,000 shuffled labels.",
    opposite="What hinders a list for 80 epochs prevents it: fewer than 80 % of the labels are ever learned.",
    varied=grid(remedy=NO_IMAGES_MORE, epochs=[80, 320], seed=SEEDS),
    bounds={
        "After 320 epochs": lambda setting: setting["epochs"] == 320,
        "with 16 and 16 units, with weight decay of 0.01 or with dropout": lambda s: s["remedy"] != "shifted",
    },
    holds=above("list seen", 90, "shuffled labels repeated, %"),
    opposed=below("list seen", 80, "shuffled labels repeated, %"),
)(list_and_rule)


@claim(
    "a-list-grows-a-rule-does-not",
    says="A list of shuffled labels that is four times as long takes at least four times as many steps until 95 % of "
    "it is learned. With four times as many true labels it takes less than twice the steps until 75 % of new images "
    "are classified correctly.",
    opposite="Four times as many images take three times the steps and more, whatever their labels are.",
    varied=grid(images=[250, 500], rate=[0.1, 0.2], seed=SEEDS),
    holds=above(
        over("longer list", "list", "steps for the longer list over steps for the list"),
        4,
        provided=lambda numbers: interval(over("more images", "images")(numbers)).high < 2,
    ),
    opposed=above(over("more images", "images", "steps to the rule with more images, over those with fewer"), 3),
    because="The examples are made four times as many, once with shuffled labels and once with true ones: only the "
    "list has to take longer.",
)
def steps_to_learn(images: int, rate: float, seed: int) -> dict[str, float]:
    def steps(count: int, shuffled: bool) -> int:
        data, taken = split(seed, count), 0
        order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
        targets = data.train_y[order] if shuffled else data.train_y
        model = network(COURSE, "0.1", seed)
        descent = torch.optim.SGD(model.parameters(), lr=rate)
        while True:
            for rows, classes in batches(data.train_x, targets, BATCH, shuffle=True):
                descent.zero_grad()
                F.cross_entropy(model(rows), classes).backward()
                descent.step()
                taken += 1
                if not shuffled and taken % 10 == 0 and accuracy(model, data.held_x, data.held_y) >= 75:
                    return taken
            if shuffled and accuracy(model, data.train_x, targets) >= 95:
                return taken

    torch.manual_seed(seed)
    return {
        "list": steps(images, shuffled=True),
        "longer list": steps(4 * images, shuffled=True),
        "images": steps(images, shuffled=False),
        "more images": steps(4 * images, shuffled=False),
    }


def answered_with(logits: Tensor) -> Tensor:
    """Return the probability that each answer is given (N,), for logits (N, 10)."""
    return logits.softmax(dim=1).amax(dim=1)


@claim(
    "sure-mistakes-raise-the-loss",
    says="After 44 epochs or 176, the held-back loss is above that of the best epoch because the network is surer: "
    "divide its logits by the number that makes it as sure as it was, and the loss is back, to within 0.06.",
    opposite="The held-back loss rises because more and more answers are wrong.",
    varied=grid(images=[250, 1000], epochs=[44, 176], seed=SEEDS),
    holds=between(
        minus("cooled", "best", "loss above that of the best epoch, when it is as sure as it was then"),
        -0.06,
        0.06,
        provided=lambda n: (
            min(differences(n["last"], n["cooled"])) > 0
            and min(differences(n["sure of errors"], n["was sure of errors"])) > 0
        ),
    ),
    opposed=above(minus("errors", "errors at best", "wrong answers above those of the best epoch, %"), 0),
    because="The logits are divided until the network is as sure as at its best epoch: the rise has to go.",
)
def sure_mistakes(images: int, epochs: int, seed: int) -> dict[str, float]:
    data, after = split(seed, images), list[Tensor]()
    model = network(COURSE, "0.1", seed)
    fit(model, data, epochs, 0.2, seed, after_epoch=lambda: after.append(logits_of(model, data.held_x)))
    losses = [float(F.cross_entropy(logits, data.held_y)) for logits in after]
    best, last = after[losses.index(min(losses))], after[-1]
    low, high = 0.1, 100.0
    while high / low > 1.0001:
        middle = (low * high) ** 0.5
        low, high = (
            (middle, high) if answered_with(last / middle).mean() > answered_with(best).mean() else (low, middle)
        )
    wrong, were_wrong = (logits.argmax(dim=1) != data.held_y for logits in (last, best))
    return {
        "best": min(losses),
        "last": losses[-1],
        "cooled": float(F.cross_entropy(last / high, data.held_y)),
        "errors": 100 * float(wrong.double().mean()),
        "errors at best": 100 * float(were_wrong.double().mean()),
        "sure of errors": float(answered_with(last)[wrong].mean()),
        "was sure of errors": float(answered_with(best)[were_wrong].mean()),
    }


@claim(
    "the-rule-before-the-list",
    says="Where a tenth or a fifth of 1,000 or 2,000 labels are wrong, at a learning rate of 0.2 that falls to 0 in "
    "44 epochs, the network gives after ten epochs more than half of the images with wrong labels their true class, "
    "and repeats fewer than a quarter of the wrong labels; at the end it repeats more than 60 %.",
    opposite="The network learns wrong labels as early as right ones.",
    varied=grid(images=[500, 1000, 2000], wrong=[0.1, 0.2], rate=[0.1, 0.2], seed=SEEDS),
    bounds={
        "of 1,000 or 2,000 labels": lambda setting: setting["images"] >= 1000,
        "at a learning rate of 0.2": lambda setting: setting["rate"] == 0.2,
    },
    holds=above(
        "true class",
        50,
        "wrong labels answered by the true class after ten epochs, %",
        provided=lambda n: interval(n["wrong early"]).high < 25 and interval(n["wrong late"]).low > 60,
    ),
    opposed=above(minus("wrong early", "right early", "wrong labels learned above right ones, points"), -10),
)
def rule_before_list(images: int, wrong: float, rate: float, seed: int) -> dict[str, float]:
    data, count = split(seed, images), round(images * wrong)
    draw = torch.Generator().manual_seed(seed)
    others = (data.train_y[:count] + torch.randint(1, 10, (count,), generator=draw)) % 10
    mixed = torch.cat([others, data.train_y[count:]])
    model, after = network(COURSE, "0.1", seed), list[dict[str, float]]()

    def keep() -> None:
        after.append(
            {
                "true class": accuracy(model, data.train_x[:count], data.train_y[:count]),
                "wrong": accuracy(model, data.train_x[:count], others),
                "right": accuracy(model, data.train_x[count:], data.train_y[count:]),
                "held": accuracy(model, data.held_x, data.held_y),
            }
        )

    fit(model, replace(data, train_y=mixed), 44, rate, seed, after_epoch=keep)
    early, late = after[9], after[-1]
    numbers = {"true class": early["true class"]}
    return numbers | {f"{name} early": early[name] for name in early} | {f"{name} late": late[name] for name in late}


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
