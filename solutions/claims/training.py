"""Claims of chapter 5: mistakes hidden by the usual numbers, tests that find them, and how models are compared."""

from functools import cache
from statistics import mean

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.claims import SEEDS, above, below, between, claim, grid, interval, minus, over, paired
from solutions.claims.experiments import CLASSES, COURSE, Split, accuracy, logits_of, loss, network, split, train
from solutions.training import batches, confusion_matrix, precision_recall_f1

BATCH = 32
SHIRT = 6
BELOW_THE_ACCURACY = minus("accuracy", "shirts", "accuracy minus recall of shirts, points")
KEPT = minus("held 1", "held 10", "validation loss kept, patience 1 minus patience 10")
FOUR_TIMES = minus("4000", "1000", "accuracy with 4,000 images minus that with 1,000, points")
ON_THE_SAME = over("other seed", "unpaired", "standard error, same images over other images")


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
    matrix = confusion_matrix(y, logits_of(model, x).argmax(dim=1), CLASSES)
    return [100 * float(recall) for recall in precision_recall_f1(matrix)[1]]


@claim(
    "forgotten-train-hides-from-the-accuracy",
    says="With a dropout of 0.2 or 0.5, a program that forgets train() after eval() reports a training loss that is "
    "lower by at least 0.03 over the last three of ten epochs, while its accuracy is not a point lower on average.",
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


def slope(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """Return the gradient of the mean loss by all weights and biases, in one row."""
    gradients = torch.autograd.grad(F.cross_entropy(model(x), y), list(model.parameters()))
    return torch.cat([gradient.flatten() for gradient in gradients])


@claim(
    "a-batch-is-a-noisy-compass",
    says="After 1 to 16 epochs at learning rates of 0.03 and 0.1, the gradient of one image has a mean cosine below "
    "0.3 with that of 3,000, and the gradient of 32 images one that is higher by at least 0.25.",
    opposite="One image points the way as well as a batch: its mean cosine is above 0.4, too.",
    varied=grid(rate=[0.03, 0.1], epochs=[1, 4, 16], seed=SEEDS),
    holds=above(
        minus("cosine 32", "cosine 1", "cosine of 32 images with all minus that of one image"),
        0.25,
        provided=lambda numbers: interval(numbers["cosine 1"]).high < 0.3,
    ),
    opposed=above("cosine 1", 0.4, "cosine of one image with all"),
)
def compass(rate: float, epochs: int, seed: int) -> dict[str, float]:
    data = split(seed, 3000)
    model = network(COURSE, "He", seed)
    train(model, data.train_x, data.train_y, epochs, rate, seed)
    everything, rng = slope(model, data.train_x, data.train_y), torch.Generator().manual_seed(seed)

    def cosine(size: int) -> float:
        rows = torch.randperm(len(data.train_x), generator=rng)[:size]
        return float(F.cosine_similarity(slope(model, data.train_x[rows], data.train_y[rows]), everything, dim=0))

    return {f"cosine {size}": mean(cosine(size) for _ in range(30)) for size in (1, 32, 128)}


@claim(
    "shirts-are-found-least",
    says="At the epoch with the lowest validation loss the recall of shirts is at least ten points below the accuracy, "
    "and on average over seeds it is the lowest of all classes.",
    opposite="A network finds about as many of each class as its accuracy says, shirts included.",
    varied=grid(rate=[0.05, 0.1], dropout=[0.0, 0.2], images=[1500, 3000], seed=SEEDS),
    holds=above(BELOW_THE_ACCURACY, 10, provided=lambda n: mean(n["shirts"]) < mean(n["least of the others"])),
    opposed=below(BELOW_THE_ACCURACY, 10),
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
    return {"shirts": by_class[SHIRT], "accuracy": share, "least of the others": min(others)}


def one_batch(rate: float, images: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    numbers = {}
    for name in ("right", "softmax twice", "other labels", "first layer", "middle layer", "biases"):
        model = network(COURSE, "He", seed)
        layers = [layer for layer in model if hasattr(layer, "weight")]
        whole = {"first layer": layers[0], "middle layer": layers[1]}.get(name, nn.Sequential())
        for parameter in [layer.bias for layer in layers] if name == "biases" else whole.parameters():
            parameter.requires_grad_(False)  # this program never changes it
        targets = data.train_y.roll(1) if name == "other labels" else data.train_y
        steps = torch.optim.SGD(model.parameters(), lr=rate)
        for number in range(1, 1001 if name == "first layer" else 301):
            outputs = model(data.train_x)
            batch_loss = F.cross_entropy(outputs.softmax(dim=1) if name == "softmax twice" else outputs, targets)
            steps.zero_grad()
            batch_loss.backward()
            steps.step()
            if number == 300:
                numbers[name] = batch_loss.item()
        numbers[f"{name}, in the end"] = batch_loss.item()
    return numbers


ON_ONE_BATCH = grid(rate=[0.05, 0.1], images=[16, 32], seed=SEEDS)

claim(
    "one-batch-can-be-learned-by-heart",
    says="At learning rates of 0.05 and 0.1, a right program takes the loss on one batch of 16 or 32 images below 0.1 "
    "in 300 steps, and one that passes its outputs through a softmax before the loss stays above 1.",
    opposite="What learns one batch by heart has no mistake: with labels of other images the loss stays above 1.",
    varied=ON_ONE_BATCH,
    holds=below(
        "right", 0.1, "loss on the batch, right program", provided=lambda numbers: min(numbers["softmax twice"]) > 1
    ),
    opposed=above("other labels", 1, "loss on the batch, labels of other images"),
)(one_batch)

claim(
    "one-batch-does-not-miss-a-layer",
    says="At learning rates of 0.05 and 0.1, a program that never changes its middle layer or its biases learns 16 or "
    "32 images by heart as well, with a loss below 0.1 after 300 steps; without its first layer it does after 1,000.",
    opposite="A batch that is learned by heart proves that every layer learns.",
    varied=ON_ONE_BATCH,
    holds=below(
        "middle layer",
        0.1,
        "loss on the batch, middle layer left out",
        provided=lambda numbers: max(numbers["biases"] + numbers["first layer, in the end"]) < 0.1,
    ),
    opposed=above("middle layer", 0.5, "loss on the batch, middle layer left out"),
)(one_batch)


@claim(
    "little-patience-stops-too-soon",
    says="On 500 or 1,000 images, at learning rates of 0.05 and 0.1, a patience of 1 keeps weights whose validation "
    "loss is at least 0.02 above that with a patience of 10, which trains for at least twice as many epochs.",
    opposite="The first rise of the validation loss is the turning point: a patience of 1 keeps the best weights.",
    varied=grid(rate=[0.05, 0.1], images=[500, 1000], seed=range(8)),
    holds=above(KEPT, 0.02, provided=lambda numbers: mean(numbers["epochs 10"]) >= 2 * mean(numbers["epochs 1"])),
    opposed=below(KEPT, 0.005),
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
def candidates(seed: int) -> Tensor:
    """Train 25 settings on 1,000 images; return of each of six epochs what is right of 3,000 others, (150, 3000)."""
    data, rest, right = split(seed, 1000), split(seed, 4000), []
    for number in range(25):
        rate, dropout = [0.03, 0.05, 0.08, 0.12, 0.2][number % 5], [0.0, 0.1, 0.2, 0.3, 0.4][number // 5]
        model = network(COURSE, "He", 100 * seed + number, dropout=dropout)

        def keep(model: nn.Module = model) -> None:
            right.append(logits_of(model, rest.train_x[1000:]).argmax(dim=1) == rest.train_y[1000:])

        train(model, data.train_x, data.train_y, 6, rate, seed, after_epoch=keep)
    return torch.stack(right).double()


FLATTERED = minus("test", "valid", "test minus fresh accuracy, chosen by test minus by validation, points")


@claim(
    "choosing-by-the-test-set-flatters",
    says="If the accuracy on the test images chooses among 10 or 25 settings and their epochs, it is above that on "
    "fresh images: by up to three points more than if validation images choose where there are 250 of each, and by "
    "less than one where there are 1,000.",
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
    right = candidates(seed)[: 6 * settings]
    rng = torch.Generator().manual_seed(seed)
    flattered: dict[str, list[float]] = {"valid": [], "test": []}
    for _ in range(200):
        order = torch.randperm(3000, generator=rng)
        valid, test, fresh = order[:images], order[images : 2 * images], order[2 * images : 3 * images]
        for name, chooser in (("valid", valid), ("test", test)):
            best = int(right[:, chooser].mean(dim=1).argmax())
            flattered[name].append(100 * float(right[best, test].mean() - right[best, fresh].mean()))
    return {"images": images} | {name: mean(values) for name, values in flattered.items()}


def right_at_best(images: int, rate: float, dropout: float, seed: int, own: int, epochs: int) -> Tensor:
    """Return which held-back images are classified correctly at the epoch that is best on the other half of them."""
    data, model = split(seed, images), network(COURSE, "He", own, dropout=dropout)
    after: list[Tensor] = []
    train(
        *(model, data.train_x, data.train_y, epochs, rate, own),
        after_epoch=lambda: after.append(logits_of(model, data.held_x)),
    )
    right = torch.zeros(len(data.held_y), dtype=torch.float64)
    for chooser, judge in ((slice(500), slice(500, None)), (slice(500, None), slice(500))):
        losses = [float(F.cross_entropy(logits[chooser], data.held_y[chooser])) for logits in after]
        best = after[losses.index(min(losses))]
        right[judge] = (best[judge].argmax(dim=1) == data.held_y[judge]).double()
    return right


@claim(
    "more-images-add-accuracy",
    says="At the best epoch of 1,500 steps, four times as many images add a point of accuracy or more, from 500 to "
    "2,000 as from 1,000 to 4,000, and on average the last doubling adds less than the first.",
    opposite="A network of this size has learned what it can from 1,000 images.",
    varied=grid(rate=[0.05, 0.1], dropout=[0.0, 0.2], seed=range(10)),
    holds=above(
        FOUR_TIMES,
        1,
        provided=lambda numbers: (
            paired(numbers["2000"], numbers["500"]).low > 1
            and paired(numbers["4000"], numbers["2000"]).mean < paired(numbers["1000"], numbers["500"]).mean
        ),
    ),
    opposed=below(FOUR_TIMES, 0.5),
)
def more_images(rate: float, dropout: float, seed: int) -> dict[str, float]:
    amounts = (500, 1000, 2000, 4000)
    right = [right_at_best(images, rate, dropout, seed, seed, 48_000 // images) for images in amounts]
    return {f"{images}": 100 * float(each.mean()) for images, each in zip(amounts, right, strict=True)}


@claim(
    "pairing-narrows-the-interval",
    says="At their best epochs, two networks that differ in their seed, or in their dropout as well, err on much the "
    "same images: the standard error of their difference is 0.4 to 0.75 times that on two unrelated sets of images.",
    opposite="It makes no difference to the error whether two networks answer the same images or others.",
    varied=grid(rate=[0.05, 0.1], images=[1000, 4000], seed=SEEDS),
    holds=between(
        ON_THE_SAME, 0.4, 0.75, provided=lambda n: interval(over("other dropout", "unpaired")(n)).high < 0.75
    ),
    opposed=above(ON_THE_SAME, 0.9),
)
def pairing(rate: float, images: int, seed: int) -> dict[str, float]:
    a = right_at_best(images, rate, 0.0, seed, seed, 12)
    numbers = {"unpaired": float((2 * a.var()).sqrt())}
    for name, dropout, own in (("other seed", 0.0, 100 + seed), ("other dropout", 0.3, 200 + seed)):
        b = right_at_best(images, rate, dropout, seed, own, 12)
        numbers |= {name: float((a - b).std()), f"{name}, differ": 100 * float((a != b).double().mean())}
    return numbers
