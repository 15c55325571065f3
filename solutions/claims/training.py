"""Claims of chapter 5: mistakes hidden by the usual numbers, tests that find them, and how models are compared."""

from collections.abc import Mapping
from functools import cache
from statistics import mean

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.claims import SEEDS, above, below, between, claim, differences, grid, interval, minus, over, paired
from solutions.claims.experiments import CLASSES, COURSE, Split, accuracy, logits_of, loss, network, split, train
from solutions.training import batches, confusion_matrix, precision_recall_f1

BATCH = 32
SHIRT = 6
BELOW_THE_ACCURACY = minus("accuracy", "shirts", "accuracy minus recall of shirts, points")
VALIDATION_LOSS = minus("forgot", "right", "validation loss, forgot minus right")
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


@claim(
    "forgotten-train-ends-with-a-higher-validation-loss",
    says="With a dropout of 0.5 on 3,000 images, 60 epochs and more end with a validation loss that is higher by at "
    "least 0.05 where train() is forgotten, and with an accuracy that is not a point lower on average.",
    opposite="No number that a program prints tells: the validation losses are within 0.05 of each other.",
    varied=grid(images=[1000, 3000], epochs=[10, 60, 120], seed=SEEDS),
    holds=above(
        VALIDATION_LOSS,
        0.05,
        provided=lambda numbers: paired(numbers["accuracy forgot"], numbers["accuracy right"]).mean > -1,
    ),
    opposed=between(VALIDATION_LOSS, -0.05, 0.05),
    bounds={
        "3,000 images": lambda setting: setting["images"] == 3000,
        "60 epochs and more": lambda setting: setting["epochs"] >= 60,
    },
)
def forgotten_for_long(images: int, epochs: int, seed: int) -> dict[str, float]:
    data = split(seed, images)
    numbers: dict[str, float] = {}
    for name in ("right", "forgot"):
        model = network(COURSE, "He", seed, dropout=0.5)
        torch.manual_seed(seed)
        order = torch.Generator().manual_seed(seed)
        losses, shares = [], []
        for number in range(epochs):
            epoch(model, data, 0.1, order, mode=name == "right" or number == 0)
            losses.append(loss(model, data.held_x, data.held_y))
            shares.append(accuracy(model, data.held_x, data.held_y))
        numbers |= {name: mean(losses[-3:]), f"accuracy {name}": mean(shares[-3:])}
    return numbers


def slope(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """Return the gradient of the mean loss by all weights and biases, in one row."""
    gradients = torch.autograd.grad(F.cross_entropy(model(x), y), list(model.parameters()))
    return torch.cat([gradient.flatten() for gradient in gradients])


FOUR_TIMES_THE_BATCH = minus("later 128", "later 32", "cosine with all, 128 images minus 32")
NOISIER = minus("start 32", "later 32", "cosine of 32 images with all, start minus later")
COMPASS_SIZES = (1, 8, 32, 128, 512)


def cosines(model: nn.Module, data: Split, seed: int, state: str) -> dict[str, float]:
    """Return for some sizes the mean cosine between the gradients of thirty batches and that of all images."""
    everything, rng = slope(model, data.train_x, data.train_y), torch.Generator().manual_seed(seed)

    def cosine(size: int) -> float:
        rows = torch.randperm(len(data.train_x), generator=rng)[:size]
        return float(F.cosine_similarity(slope(model, data.train_x[rows], data.train_y[rows]), everything, dim=0))

    return {f"{state} {size}": mean(cosine(size) for _ in range(30)) for size in COMPASS_SIZES}


def compass(rate: float, epochs: int, seed: int) -> dict[str, float]:
    data = split(seed, 3000)
    model = network(COURSE, "He", seed)
    numbers = cosines(model, data, seed, "start")
    train(model, data.train_x, data.train_y, epochs, rate, seed)
    return numbers | cosines(model, data, seed, "later")


IN_TRAINING = grid(rate=[0.03, 0.1], epochs=[1, 4, 16], seed=range(12))

claim(
    "a-batch-is-a-noisy-compass",
    says="After 1 to 16 epochs at learning rates of 0.03 and 0.1, the gradient of one image has a mean cosine below "
    "0.3 with that of 3,000, and 128 images have one that is higher by at least 0.12 than that of 32.",
    opposite="Beyond 32 images more of them add little: four times as many raise the cosine by less than 0.1.",
    varied=IN_TRAINING,
    holds=above(FOUR_TIMES_THE_BATCH, 0.12, provided=lambda numbers: interval(numbers["later 1"]).high < 0.3),
    opposed=below(FOUR_TIMES_THE_BATCH, 0.1),
)(compass)

claim(
    "the-compass-gets-noisier",
    says="After 16 epochs at learning rates of 0.03 and 0.1, the cosine between the gradient of 32 images and that of "
    "3,000 is on average lower than at the start.",
    opposite="The more a network has learned, the better 32 images point the way.",
    varied=IN_TRAINING,
    holds=above(NOISIER, 0),
    opposed=below(NOISIER, 0),
    bounds={"16 epochs": lambda setting: setting["epochs"] == 16},
)(compass)


@claim(
    "sorted-images-overwrite",
    says="In batches of 32, three epochs through images that are sorted by class end with an accuracy below 30 %.",
    opposite="The order of the examples hardly matters: three epochs reach 40 % even where they are sorted by class.",
    varied=grid(rate=[0.03, 0.1], batch=[32, 512], epochs=[3, 12], seed=SEEDS),
    holds=below(
        *("in order, accuracy", 30, "accuracy, %"),
        provided=lambda n: min(mean(n["in order, last class"]), mean(n["turned, last class"])) > 50,
    ),
    opposed=above("in order, accuracy", 40, "accuracy, %"),
    bounds={
        "batches of 32": lambda setting: setting["batch"] == 32,
        "three epochs": lambda setting: setting["epochs"] == 3,
    },
    because="The order is turned round: after one epoch most answers are T-shirt, the class that then comes last.",
)
def sorted_by_class(rate: float, batch: int, epochs: int, seed: int) -> dict[str, float]:
    data, numbers = split(seed, 3000), {}
    for name, turned, last in (("in order", False, CLASSES - 1), ("turned", True, 0)):
        model = network(COURSE, "He", seed, dropout=0.2)
        order = data.train_y.argsort(stable=True, descending=turned)
        torch.manual_seed(seed)
        steps = torch.optim.SGD(model.parameters(), lr=rate)
        for number in range(epochs):
            model.train()
            for x, y in batches(data.train_x[order], data.train_y[order], batch, shuffle=False):
                steps.zero_grad()
                F.cross_entropy(model(x), y).backward()
                steps.step()
            if number == 0:
                answers = logits_of(model, data.held_x).argmax(dim=1)
                numbers[f"{name}, last class"] = 100 * float((answers == last).double().mean())
        numbers[f"{name}, accuracy"] = accuracy(model, data.held_x, data.held_y)
    return numbers


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


ON_ONE_BATCH = grid(rate=[0.005, 0.05, 0.1], images=[16, 32], seed=SEEDS)
AT_THESE_RATES = {"At learning rates of 0.05 and 0.1": lambda setting: setting["rate"] > 0.01}

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
    bounds=AT_THESE_RATES,
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
    bounds=AT_THESE_RATES,
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


def search(epochs: int, images: int, seed: int) -> dict[str, float]:
    data, draw = split(seed, images), torch.Generator().manual_seed(seed)
    drawn = [(10 ** (-3 * u), 0.5 * v) for u, v in torch.rand(11, 2, generator=draw).tolist()]
    settings = [(0.1, 0.2), *drawn]  # the course's own among them

    def reached(at: int, own: int) -> float:
        rate, dropout = settings[at]
        model = network(COURSE, "He", own, dropout=dropout)
        train(model, data.train_x, data.train_y, epochs, rate, own)
        return accuracy(model, data.held_x, data.held_y)

    scores = [reached(at, 100 * seed + at) for at in range(len(settings))]
    again = [reached(at, 10_000 + 100 * seed + at) for at in range(len(settings))]
    numbers = {"all": mean(scores), "all again": mean(again), "rate": settings[scores.index(max(scores))][0]}
    for name, at in (("winner", scores.index(max(scores))), ("default", 0)):
        more = [reached(at, 20_000 + 100 * seed + number) for number in range(3)]
        numbers |= {name: scores[at], f"{name} again": mean([again[at], *more])}
    return numbers


SEARCHES = [
    *grid(epochs=[2, 6], images=[500, 1000], seed=range(30)),
    *grid(epochs=[18], images=[250], seed=range(30)),
]
OPTIMISM = minus("winner", "winner again", "winner's number minus its repetitions, points")
NOT_SEARCHED = minus("winner again", "default again", "repeated, winner minus the course's setting, points")


def without_choice(numbers: Mapping[str, tuple[float, ...]]) -> list[float]:
    """Return how much further winners are above their repetitions than all settings of their search, in points."""
    chosen = differences(numbers["winner"], numbers["winner again"])
    return differences(chosen, differences(numbers["all"], numbers["all again"]))


claim(
    "winners-are-optimistic",
    says="Among the course's own setting and eleven drawn ones, the best number of a search is on average at least a "
    "point above what its setting reaches with four other seeds.",
    opposite="A setting that won among twelve reaches about the same again: within half a point.",
    varied=SEARCHES,
    holds=above(OPTIMISM, 1, provided=lambda numbers: interval(without_choice(numbers)).low > 0.5),
    opposed=between(OPTIMISM, -0.5, 0.5),
    because="The choice is taken away: all twelve settings of a search are repeated, and the winner has to be further "
    "above its repetition than they are on average, by at least half a point.",
)(search)

claim(
    "a-search-among-twelve-ends-near-its-default",
    says="Repeated with four other seeds, the winner of such a search is on average within two points of the course's "
    "own setting, which nobody searched for.",
    opposite="The search is worth it: its winner, repeated, is at least a point better than the course's own setting.",
    varied=SEARCHES,
    holds=between(NOT_SEARCHED, -2, 2),
    opposed=above(NOT_SEARCHED, 1),
)(search)


PROGRAMS = {"P": (0.5, 0.1), "Q": (0.2, 0.1), "R": (0.2, 0.3), "S": (0.2, 0.1)}  # dropout, learning rate


@claim(
    "accuracy-does-not-tell-the-wrong-programs",
    says="After 4 or 8 epochs, a program that never moves its first layer and one that calls every shirt a T-shirt are "
    "the two least accurate of four in no more than half of eight seeds.",
    opposite="The two wrong programs are the two least accurate in more than half of all seeds.",
    varied=grid(epochs=[4, 8, 16], images=[1000, 3000], seed=range(8)),
    holds=below(
        *("told", 0.9, "share of seeds in which the two wrong programs are the two least accurate"),
        provided=lambda numbers: mean(numbers["told"]) <= 0.5,
    ),
    opposed=above("told", 0.5, "share of seeds in which the two wrong programs are the two least accurate"),
    bounds={"4 or 8 epochs": lambda setting: setting["epochs"] <= 8},
)
def hunt(epochs: int, images: int, seed: int) -> dict[str, float]:
    data, reached = split(seed, images), {}
    for letter, (dropout, rate) in PROGRAMS.items():
        model = network(COURSE, "He", seed, dropout=dropout)
        if letter == "Q":
            for parameter in model[0].parameters():
                parameter.requires_grad_(False)
        wanted = torch.where(data.train_y == SHIRT, 0, data.train_y) if letter == "S" else data.train_y
        train(model, data.train_x, wanted, epochs, rate, seed)
        reached[letter] = accuracy(model, data.held_x, data.held_y)
    return reached | {"told": float(max(reached["Q"], reached["S"]) < min(reached["P"], reached["R"]))}
