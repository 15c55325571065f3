"""Recipes of training: the chapter's, a ladder of steps up from it, one for photographs, and one with a teacher."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

OPTIMIZERS = ("sgd", "momentum", "adamw")
MOMENTUM = 0.9
# Of a recipe's numbers, in comparisons that NaN fails as well.
RANGES: tuple[tuple[Sequence[str], Callable[[float], bool], str], ...] = (
    (["dropout", "smoothing"], lambda value: 0 <= value < 1, "at least 0 and below 1"),
    (["shift"], lambda value: 0 <= value < 28, "from 0 to 27"),
    (["stretch"], lambda value: 0 <= value <= 1, "from 0 to 1"),
    (["weight_decay", "shapes", "teacher"], lambda value: 0 <= value < math.inf, "at least 0"),
    (["epochs", "batch_size", "patience"], lambda value: value >= 1, "at least 1"),
    (["lr", "max_seconds"], lambda value: 0 < value < math.inf, "above 0"),
)


@dataclass(frozen=True)
class Recipe:
    """Settings of a training; with data, seed, device and number of threads they determine the model.

    Attributes:
        epochs: passes through the training images, at most.
        batch_size: images in a mini-batch.
        lr: the learning rate, or the highest of its schedule.
        dropout: probability that a hidden unit is dropped, at least 0 and below 1.
        optimizer: "sgd", as in chapter 4; "momentum", with 0.9; or "adamw" (Loshchilov and Hutter, arXiv:1711.05101).
        weight_decay: of AdamW, on weights and not on biases.
        cosine: the learning rate rises in the first twentieth of the steps and then falls to 0 as half a cosine wave
            (Loshchilov and Hutter, arXiv:1608.03983); otherwise it stays.
        he: the initial standard deviation of a layer is sqrt(2 / inputs) (He et al., arXiv:1502.01852); else it is 0.1.
        standardize: train on inputs of mean 0 and standard deviation 1; the first layer of the kept model has it
            worked in: the model takes brightness from 0 to 1 as ever.
        shift: each image is moved by at most so many pixels each way, anew in each epoch.
        flip: each image is mirrored left to right, with probability 1/2, anew in each epoch.
        stretch: each garment's width is multiplied by a factor from 1 / (1 + stretch) to 1 + stretch, anew in each
            epoch; from 0 to 1.
        shapes: shapes other than garments that are trained on as well, as a share of the images, each with the same
            probability for every class as its target (``solutions.accelerate.augmentation``); at least 0.
        smoothing: share of each label spread over all classes (Szegedy et al., arXiv:1512.00567); at least 0 and
            below 1.
        normalize: batch normalisation of both hidden layers while training; the kept model has it worked in (Ioffe and
            Szegedy, arXiv:1502.03167).
        teacher: epochs for which a convolutional network is trained first, whose answers to the moved images take the
            place of the labels (``solutions.accelerate.teacher``); 0 for none.
        patience: stop after so many epochs without improvement; None for never.
        max_seconds: stop after the epoch in which these are over; None for never.

    Raises:
        ValueError: a number is out of its range.
    """

    epochs: int = 25
    batch_size: int = 32
    lr: float = 0.1
    dropout: float = 0.2
    optimizer: str = "sgd"
    weight_decay: float = 0.0
    cosine: bool = False
    he: bool = False
    standardize: bool = False
    shift: int = 0
    flip: bool = False
    stretch: float = 0.0
    shapes: float = 0.0
    smoothing: float = 0.0
    normalize: bool = False
    teacher: int = 0
    patience: int | None = None
    max_seconds: float | None = None

    def __post_init__(self) -> None:
        for names, is_in_range, words in RANGES:
            for name in names:
                value = getattr(self, name)
                if value is not None and not is_in_range(value):
                    raise ValueError(f"{name} has to be {words}: {value}")
        if self.teacher and self.shapes:
            raise ValueError(f"shapes have no teacher, who knows garments alone: {self.shapes}")
        if self.optimizer not in OPTIMIZERS:
            raise ValueError(f"optimizer has to be one of {', '.join(OPTIMIZERS)}: {self.optimizer}")
        if self.normalize and (self.is_plain_descent or self.batch_size == 1):
            raise ValueError("normalize needs an optimizer other than sgd, or the cosine, and two images in a batch")

    @property
    def is_plain_descent(self) -> bool:
        """Whether a step is p <- p - lr * gradient at one rate."""
        return self.optimizer == "sgd" and not self.cosine

    @property
    def alters_images(self) -> bool:
        """Whether it alters the images that it trains on."""
        return bool(self.shift or self.flip or self.stretch)

    def learning_rates(self, steps: int) -> list[float]:
        """Return the learning rate of each of so many steps."""
        if not self.cosine:
            return [self.lr] * steps
        warm_up = max(1, round(steps / 20))
        rise = [self.lr * (step + 1) / warm_up for step in range(warm_up)]
        fall = steps - warm_up
        return rise + [self.lr * (1 + math.cos(math.pi * (step + 1) / fall)) / 2 for step in range(fall)]


# From chapter 5's recipe to `best`, a step at a time: what is done, and what it changes. Where the title names a
# rate as well, the rate had to change with it.
LADDER: tuple[tuple[str, dict[str, Any]], ...] = (
    ("chapter 5's recipe", {}),
    ("initial std of a layer sqrt(2 / inputs)", {"he": True}),
    ("standardised inputs", {"standardize": True}),
    ("AdamW at a rate of its own", {"optimizer": "adamw", "lr": 0.0005, "weight_decay": 0.1}),
    ("batches of 256 at eight times the rate", {"batch_size": 256, "lr": 0.004}),
    ("a rate that falls", {"cosine": True}),
    ("60 epochs", {"epochs": 60}),
    ("images moved by up to a pixel", {"shift": 1}),
    ("dropout of 0.05", {"dropout": 0.05}),
    ("batch normalisation", {"normalize": True}),
    ("smoothed labels", {"smoothing": 0.1}),
)

# Steps of the ladder at another rate, or for longer: whether it is this that makes a step look good or bad.
CONTROLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("chapter 5's recipe", {"lr": 0.05}),
    ("initial std of a layer sqrt(2 / inputs)", {"lr": 0.05}),
    ("standardised inputs", {"lr": 0.05}),
    ("smoothed labels", {"epochs": 150}),
)


def rung(number: int) -> Recipe:
    """Return the recipe that has the ladder's steps up to this one, counted from 0; -1 is the last."""
    steps = LADDER[: number % len(LADDER) + 1]
    return Recipe(**{name: value for _, changes in steps for name, value in changes.items()})


def controlled(step: str, changes: dict[str, Any]) -> Recipe:
    """Return the recipe that has the ladder's steps up to the named one, and then these changes."""
    return replace(rung([title for title, _ in LADDER].index(step)), **changes)


RECIPES = {
    "classic": rung(0),
    "best": rung(-1),
    # A photograph shows either side of a shoe, a garment that is laid out is wider than one in a catalogue, people also
    # photograph apples, and what they are shown are probabilities, which smoothed labels would make too small.
    "photo": replace(rung(-1), flip=True, stretch=0.15, shapes=0.1, smoothing=0.0),
    "distilled": replace(rung(-1), teacher=12, epochs=150, dropout=0.0, smoothing=0.0),
}
