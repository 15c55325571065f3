"""Claims of chapter 5: mistakes hidden by the usual numbers, tests that find them, the cost of choosing on a set."""

from __future__ import annotations

from functools import cache
from statistics import mean, stdev

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.claims import above, below, between, claim, grid, interval, minus, paired
from solutions.claims.experiments import CLASSES, COURSE, Split, accuracy, loss, network, split, train
from solutions.training import batches, confusion_matrix, precision_recall_f1

SEEDS = range(5)
BATCH = 32
SHIRT = 6


def epoch(model: nn.Module, data: Split, rate: float, order: torch.Generator, mode: bool = True) -> float:
    """Train for an epoch, in training mode unless ``mode`` is false; return the mean loss while the weights changed."""
    if mode:
        model.train()
    steps = torch.optim.SGD(model.parameters(), lr=rate)
    total = 0.0
    for rows, targets in batches(data.train_x, data.train_y, BATCH, shuffle=True, generator=order):
        steps.zero_grad()
        batch_loss = F.cross_entropy(model(rows), targets)
        batch_loss.backward()
        steps.step()
        total += batch_loss.item() * len(rows)
    return total / len(data.train_x)


def recalls(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    """Return the recall of each class in percent, measured in evaluation mode."""
    model.eval()
    with torch.no_grad():
        matrix = confusion_matrix(y, model(x).argmax(dim=1), CLASSES)
    return [100 * float(recall) for recall in precision_recall_f1(matrix)[1]]


@claim(
    "forgotten-train-hides-from-the-accuracy",
    says="A program that forgets train() after eval() reports a training loss that is lower by at least 0.03 over the "
    "last three of ten epochs, while its accuracy on held-back images is not lower by a point on average.",
    opposite="The accuracy reveals it: a program that forgets train() loses a point or more on held-back images.",
    varied=grid(rate=[0.05, 0.1], dropout=[0.2, 0.5], images=[1500, 3000], seed=SEEDS),
    holds=above(
        minus("loss right", "loss forgot"),
        0.03,
        "training loss, right minus forgot",
        provided=lambda numbers: paired(numbers["accuracy forgot"], numbers["accuracy right"]).mean > -1,
    ),
    opposed=above(minus("accuracy right", "accuracy forgot"), 1, "accuracy, right minus forgot, points"),
)
def forgotten_train(rate: float, dropout: float, images: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    numbers: dict[str, float] = {}
    for name in ("right", "forgot"):
        model = network(COURSE, "He", seed, dropout=dropout)
        torch.manual_seed(seed)
        order = torch.Generator().manual_seed(seed)
        losses, shares = [], []
        for number in range(10):
            losses.append(epoch(model, data, rate, order, mode=name == "right" or number == 0))
            shares.append(accuracy(model, data.held_x, data.held_y))
        numbers |= {f"loss {name}": mean(losses[-3:]), f"accuracy {name}": mean(shares[-3:])}
    return numbers


@cache
def gradients(rate: float, epochs: int, seed: int) -> tuple[Tensor, Tensor]:
    """Train on 3,000 images; return what enters the second layer and the slope of the summed loss at what leaves it.

    The gradient of its weights for some of the images is the product of the two, over these images.
    """
    data = split(seed, 3000)
    model = network(COURSE, "He", seed)
    train(model, data.train_x, data.train_y, epochs, rate, seed)
    layers = [layer for layer in model if hasattr(layer, "weight")]
    with torch.no_grad():
        hidden = layers[0](data.train_x).relu()
    z = layers[1](hidden)
    total = F.cross_entropy(layers[2](z.relu()), data.train_y, reduction="sum")
    return hidden, torch.autograd.grad(total, z)[0]


@claim(
    "a-batch-is-a-noisy-compass",
    says="The gradient of 32 images points roughly where that of 3,000 points: measured on the weights of the second "
    "layer, the mean cosine between the two is above 0.4 at learning rates of 0.05 and 0.1 in the first eight epochs, "
    "and below 0.35 for a single image.",
    opposite="One image points the way as well as a batch: its mean cosine is above 0.4, too.",
    varied=grid(rate=[0.05, 0.1], epochs=[1, 2, 4, 8], seed=SEEDS),
    holds=above(
        "cosine 32",
        0.4,
        "cosine of 32 images with all",
        provided=lambda numbers: interval(numbers["cosine 1"]).high < 0.35,
    ),
    opposed=above("cosine 1", 0.4, "cosine of one image with all"),
)
def compass(rate: float, epochs: int, seed: int) -> dict[str, float]:
    hidden, slopes = gradients(rate, epochs, seed)
    everything = hidden.T @ slopes
    rng = torch.Generator().manual_seed(seed)

    def cosine(size: int) -> float:
        rows = torch.randperm(len(hidden), generator=rng)[:size]
        part = hidden[rows].T @ slopes[rows]
        return float(F.cosine_similarity(part.flatten(), everything.flatten(), dim=0))

    return {f"cosine {size}": mean(cosine(size) for _ in range(40)) for size in (1, 32, 128)}


@claim(
    "sorted-batches-forget",
    says="With the images in the order of their classes, at learning rates of 0.05 and 0.1, the network is right on at "
    "least forty held-back images in a hundred fewer than with shuffled images, after each of the first four epochs.",
    opposite="The order does not matter, because each image is seen once in each epoch.",
    varied=grid(rate=[0.05, 0.1], images=[1500, 3000], epochs=[1, 2, 4], seed=SEEDS),
    holds=above(minus("shuffled", "sorted"), 40, "accuracy, shuffled minus sorted, points"),
    opposed=below(minus("shuffled", "sorted"), 5, "accuracy, shuffled minus sorted, points"),
)
def sorted_batches(rate: float, images: int, epochs: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    rng = torch.Generator().manual_seed(seed)
    numbers = {}
    for name, order in (("sorted", data.train_y.argsort()), ("shuffled", torch.randperm(images, generator=rng))):
        model = network(COURSE, "He", seed)
        steps = torch.optim.SGD(model.parameters(), lr=rate)
        for _ in range(epochs):
            for rows in order.split(BATCH):
                steps.zero_grad()
                F.cross_entropy(model(data.train_x[rows]), data.train_y[rows]).backward()
                steps.step()
        numbers[name] = accuracy(model, data.held_x, data.held_y)
    return numbers


@claim(
    "mean-of-means-wobbles",
    says="Over 1,000 held-back images in batches of 32, of which the last has eight, the mean of the batches' means "
    "lies 0.002 to 0.02 beside the loss on average over shufflings.",
    opposite="Whether one averages over batches or over examples makes no difference beyond rounding.",
    varied=grid(rate=[0.05, 0.1], epochs=[2, 8], images=[1000, 4000], seed=SEEDS),
    holds=between("off", 0.002, 0.02, "mean distance from the loss"),
    opposed=below("off", 1e-05, "mean distance from the loss"),
)
def mean_of_means(rate: float, epochs: int, images: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    model = network(COURSE, "He", seed, dropout=0.2)
    train(model, data.train_x, data.train_y, epochs, rate, seed)
    model.eval()
    with torch.no_grad():
        losses = F.cross_entropy(model(data.held_x), data.held_y, reduction="none")
    rng = torch.Generator().manual_seed(seed)
    off = []
    for _ in range(200):
        parts = losses[torch.randperm(len(losses), generator=rng)].split(BATCH)
        off.append(abs(mean(float(part.mean()) for part in parts) - float(losses.mean())))
    return {"off": mean(off), "most": max(off)}


@claim(
    "shirts-are-found-least",
    says="At the epoch with the lowest validation loss, shirts are found less often than any other class, on average "
    "over seeds, and at least ten points less often than the accuracy says.",
    opposite="A network finds about as many of each class as its accuracy says, shirts included.",
    varied=grid(rate=[0.05, 0.1], dropout=[0.0, 0.2], images=[1500, 3000], seed=SEEDS),
    holds=above(
        minus("accuracy", "shirts"),
        10,
        "accuracy minus recall of shirts, points",
        provided=lambda numbers: mean(numbers["shirts"]) < mean(numbers["least of the others"]),
    ),
    opposed=below(minus("accuracy", "shirts"), 10, "accuracy minus recall of shirts, points"),
)
def shirts(rate: float, dropout: float, images: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    model = network(COURSE, "He", seed, dropout=dropout)
    after: list[tuple[float, float, list[float]]] = []

    def measure() -> None:
        x, y = data.held_x, data.held_y
        after.append(
            (loss(model, x[:500], y[:500]), accuracy(model, x[500:], y[500:]), recalls(model, x[500:], y[500:]))
        )

    train(model, data.train_x, data.train_y, 12, rate, seed, after_epoch=measure)
    _, share, by_class = min(after)
    others = [recall for kind, recall in enumerate(by_class) if kind != SHIRT]
    jumps = [recall[SHIRT] for _, _, recall in after[-6:]], [right for _, right, _ in after[-6:]]
    return {
        "shirts": by_class[SHIRT],
        "accuracy": share,
        "least of the others": min(others),
        "scatter of shirts": stdev(jumps[0]),
        "scatter of accuracy": stdev(jumps[1]),
    }


MORE_SCATTER = minus(
    "scatter of shirts", "scatter of accuracy", "scatter of the recall minus that of the accuracy, points"
)


@claim(
    "recall-jumps-where-accuracy-stands",
    says="Over the last six of twelve epochs the recall of shirts scatters by at least five points "
    "more than the accuracy.",
    opposite="Once the accuracy has settled, so has the recall of each class.",
    varied=grid(rate=[0.05, 0.1], dropout=[0.0, 0.2], images=[1500, 3000], seed=SEEDS),
    holds=above(MORE_SCATTER, 5),
    opposed=below(MORE_SCATTER, 1),
)
def jumps(rate: float, dropout: float, images: int, seed: int) -> dict[str, float]:
    numbers = shirts.measure(rate, dropout, images, seed)
    return {name: numbers[name] for name in ("scatter of shirts", "scatter of accuracy")}


@claim(
    "one-batch-can-be-learned-by-heart",
    says="At learning rates of 0.05 and 0.1, a right program takes the loss on one batch of 16 or 32 images below 0.1 "
    "in 300 steps, and one that passes its outputs through a softmax before the loss stays above 1.",
    opposite="What learns one batch by heart has no mistake: with labels of other images the loss stays above 1.",
    varied=grid(rate=[0.05, 0.1], images=[16, 32], seed=SEEDS),
    holds=below(
        "right", 0.1, "loss on the batch, right program", provided=lambda numbers: min(numbers["softmax twice"]) > 1
    ),
    opposed=above("other labels", 1, "loss on the batch, labels of other images"),
)
def one_batch(rate: float, images: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    numbers = {}
    for name in ("right", "softmax twice", "other labels"):
        model = network(COURSE, "He", seed)
        targets = data.train_y.roll(1) if name == "other labels" else data.train_y
        steps = torch.optim.SGD(model.parameters(), lr=rate)
        for _ in range(300):
            outputs = model(data.train_x)
            batch_loss = F.cross_entropy(outputs.softmax(dim=1) if name == "softmax twice" else outputs, targets)
            steps.zero_grad()
            batch_loss.backward()
            steps.step()
        numbers[name] = batch_loss.item()
    return numbers


@claim(
    "the-nearest-mean-is-a-floor",
    says="Naming the class whose mean image is nearest is right on 60 to 72 % of held-back images, and with 2,000 "
    "training images or more the network beats it by at least five points after eight epochs.",
    opposite="From 10 %, which is guessing, everything above 60 % is the network's work.",
    varied=grid(rate=[0.05, 0.1], images=[1000, 2000, 4000], seed=SEEDS),
    where=lambda setting: setting["images"] >= 2000,
    bounds=("2,000 training images or more",),
    holds=above(
        minus("network", "nearest mean"),
        5,
        "network minus nearest mean, points",
        provided=lambda numbers: (
            interval(numbers["nearest mean"]).low > 60 and interval(numbers["nearest mean"]).high < 72
        ),
    ),
    opposed=below("nearest mean", 60, "accuracy of the nearest mean, %"),
)
def nearest_mean(rate: float, images: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    means = torch.stack([data.train_x[data.train_y == kind].mean(dim=0) for kind in range(CLASSES)])
    guesses = torch.cdist(data.held_x, means).argmin(dim=1)
    model = network(COURSE, "He", seed, dropout=0.2)
    train(model, data.train_x, data.train_y, 8, rate, seed)
    return {
        "nearest mean": 100 * float((guesses == data.held_y).double().mean()),
        "network": accuracy(model, data.held_x, data.held_y),
    }


@claim(
    "little-patience-stops-too-soon",
    says="On 500 or 1,000 images, a patience of 1 holds weights whose validation loss is higher than with a patience "
    "of 10, by at least 0.02 on average, and a patience of 10 trains for at least twice as many epochs.",
    opposite="The first rise of the validation loss is the turning point: a patience of 1 holds the best weights.",
    varied=grid(rate=[0.05, 0.1], images=[500, 1000], seed=range(8)),
    holds=above(
        minus("held 1", "held 10"),
        0.02,
        "validation loss held, patience 1 minus patience 10",
        provided=lambda numbers: mean(numbers["epochs 10"]) >= 2 * mean(numbers["epochs 1"]),
    ),
    opposed=below(minus("held 1", "held 10"), 0.005, "validation loss held, patience 1 minus patience 10"),
)
def patience(rate: float, images: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    model = network(COURSE, "He", seed, dropout=0.2)
    curve: list[float] = []
    train(
        *(model, data.train_x, data.train_y),
        *(60, rate, seed),
        after_epoch=lambda: curve.append(loss(model, data.held_x, data.held_y)),
    )
    numbers: dict[str, float] = {}
    for wait in (1, 10):
        best = 0
        for now, value in enumerate(curve):
            best = now if value < curve[best] else best
            if now - best >= wait:
                break
        numbers |= {f"held {wait}": curve[best], f"epochs {wait}": now + 1}
    return numbers


@cache
def candidates(seed: int, data_size: int = 1000, epochs: int = 6) -> tuple[Tensor, Tensor]:
    """Train 25 settings and keep every epoch; return how each does on 3,000 other images.

    Returns:
        Whether it is right, and its loss, both (150, 3000).
    """
    data, rest = split(seed, data_size), split(seed, 4000)
    x, y = rest.train_x[data_size:], rest.train_y[data_size:]
    right, losses = [], []
    for number in range(25):
        rate, dropout = [0.03, 0.05, 0.08, 0.12, 0.2][number % 5], [0.0, 0.1, 0.2, 0.3, 0.4][number // 5]
        model = network(COURSE, "He", 100 * seed + number, dropout=dropout)

        def keep(model: nn.Module = model) -> None:
            model.eval()
            with torch.no_grad():
                logits = model(x)
            right.append(logits.argmax(dim=1) == y)
            losses.append(F.cross_entropy(logits, y, reduction="none"))

        train(model, data.train_x, data.train_y, epochs, rate, seed, after_epoch=keep)
    return torch.stack(right).double(), torch.stack(losses).double()


FLATTERED = minus("test", "valid", "test minus fresh accuracy, chosen by test minus by validation, points")


@claim(
    "choosing-by-the-test-set-flatters",
    says="If setting and epoch are chosen by the accuracy on the test images, that accuracy is higher than on fresh "
    "images: by up to three points more than if validation images choose where there are 250 of each, and by less "
    "than one where there are 1,000.",
    opposite="A test set is too large to be fitted by choosing among 25 settings: the gain is below 0.2 points.",
    varied=grid(settings=[10, 25], images=[250, 1000], seed=SEEDS),
    holds=between(
        FLATTERED,
        *(0, 3),
        provided=lambda numbers: numbers["images"][0] == 250 or paired(numbers["test"], numbers["valid"]).high <= 1,
    ),
    opposed=below(FLATTERED, 0.2),
)
def chosen_by_test(settings: int, images: int, seed: int) -> dict[str, float]:
    right = candidates(seed)[0][: 6 * settings]
    rng = torch.Generator().manual_seed(seed)
    flattered: dict[str, list[float]] = {"valid": [], "test": []}
    for _ in range(200):
        order = torch.randperm(3000, generator=rng)
        valid, test, fresh = order[:images], order[images : 2 * images], order[2 * images : 3 * images]
        for name, chooser in (("valid", valid), ("test", test)):
            best = int(right[:, chooser].mean(dim=1).argmax())
            flattered[name].append(100 * float(right[best, test].mean() - right[best, fresh].mean()))
    return {"images": images} | {name: mean(values) for name, values in flattered.items()}
