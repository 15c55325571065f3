"""A training run from data to model file, and the folder that it leaves behind."""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
import torch

from solutions.accelerate.compiled import built
from solutions.accelerate.device import choose_device
from solutions.accelerate.fast_learner import FastLearner
from solutions.accelerate.recipes import RECIPES, Recipe
from solutions.accelerate.teacher import taught
from solutions.data import Dataset, split
from solutions.deployment import affine_layers
from solutions.dropout import Classifier
from solutions.errors import WorkFailed, WrongUse
from solutions.runs.folders import CONFIG, LOG, MODEL, RESULTS
from solutions.runs.loop import TrainingProgress, fit
from solutions.runs.measurement import Measurement, measure, to_tensors
from solutions.runs.model_file import write_model
from solutions.training import History

WAYS = ("fast", "compiled")  # to compute the steps of a training
VALIDATION_SHARE = 0.1  # of the training images: 6,000 of the full set, 500 of the sample


@dataclass(frozen=True)
class Settings:
    """Settings of a run; with the data they determine the model, on one kind of machine."""

    name: str  # of the recipe, before any change to it
    recipe: Recipe
    seed: int  # of the weights, the division of the training images, and all else that is random
    device: str  # "cpu", "cuda" or "mps"
    compiled: bool = False  # whether the steps are taken in C++
    threads: int = 1


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run: its folder, its settings, and the measurement at its end."""

    folder: Path
    settings: Settings
    data: dict[str, object]
    progress: TrainingProgress
    images: int
    test: Measurement

    @property
    def model_file(self) -> Path:
        return self.folder / MODEL

    @property
    def images_per_second(self) -> float:
        """Training images, in the time that training and validation took."""
        return self.images * self.progress.epochs / sum(self.progress.history.seconds)

    @property
    def summary(self) -> dict[str, object]:
        """The summary of the training that the model file carries."""
        kept, history = self.progress.kept, self.progress.history
        return {
            "data": self.data,
            **asdict(self.settings),
            "epoch": kept,
            "validation_loss": history.valid_losses[kept - 1],
            "validation_accuracy": history.accuracies[kept - 1],
            "test_accuracy": self.test.accuracy,
        }

    @property
    def results(self) -> dict[str, object]:
        """The summary, with each class and the confusion matrix."""
        return {**self.summary, **self.test.details}


def configure(name: str, changes: Iterable[str], seed: int, device: str) -> Settings:
    """Return how to train by a named recipe.

    Args:
        changes: to the recipe, such as "lr=0.05"; or "threads=2", or how to compute the steps: "way=compiled" as in
            ``Settings``, or else "way=fast".
        device: "cpu", "cuda", "mps", or "auto" for the fastest.

    Raises:
        WrongUse: a change is unknown or out of its range, this machine lacks the device or a compiler, or the way
            cannot follow the recipe.
    """
    try:
        values = dict(map(_parsed, changes))
        threads, way = values.pop("threads", 1), values.pop("way", "fast")
        recipe = replace(RECIPES[name], **values)
    except ValueError as error:
        raise WrongUse(f"--set: {error}") from error
    if way == "compiled" and not recipe.is_plain_descent:
        raise WrongUse(f"way=compiled takes steps of plain gradient descent, and {name} others; leave it out")
    if way == "compiled" and device not in ("auto", "cpu"):
        raise WrongUse(f"way=compiled computes on the CPU; leave it out, or --device {device}")
    if way == "compiled":
        built()  # before anything is written
        device = "cpu"
    return Settings(name, recipe, seed, choose_device(device), way == "compiled", threads)


def _parsed(change: str) -> tuple[str, Any]:
    """Return name and value of a change, the value in the type of the recipe's field."""
    name, _, text = change.partition("=")
    kinds = {"threads": int, "way": str} | {
        field: (*get_args(hint), hint)[0] for field, hint in get_type_hints(Recipe).items()
    }
    if name not in kinds:
        raise ValueError(f"there is no {name}; there are {', '.join(kinds)}")
    try:
        value = {"true": True, "false": False}[text] if kinds[name] is bool else kinds[name](text)
    except (KeyError, ValueError):
        raise ValueError(f"{name} has to be of the type {kinds[name].__name__}: {text}") from None
    if name == "threads" and value < 1:
        raise ValueError(f"threads has to be at least 1: {value}")
    if name == "way" and value not in WAYS:
        raise ValueError(f"way has to be one of {', '.join(WAYS)}: {value}")
    return name, value


def divide(data: Dataset, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of the training images to train on, and of those set aside for validation."""
    return split(data.train_labels, VALIDATION_SHARE, seed)


def new_model(recipe: Recipe, seed: int) -> Classifier:
    """Return a classifier with initial weights by the recipe."""
    torch.manual_seed(seed)
    model = Classifier(recipe.dropout)
    if recipe.he:
        with torch.no_grad():
            for weight, _ in affine_layers(model):
                weight.normal_(0, math.sqrt(2 / len(weight)))
    return model


def new_learner(
    settings: Settings,
    model: Classifier,
    data: Dataset,
    report: Callable[[int], None],
    after_teacher: Callable[[int], None] = lambda epoch: None,
) -> FastLearner:
    """Return a learner for the training images without those set aside, which validate; test images are not used.

    ``report`` and ``after_teacher`` are the ``after_batch`` and ``after_teacher`` of ``train``.
    """
    recipe, device, seed = settings.recipe, settings.device, settings.seed
    images, labels = to_tensors(data.train_images, data.train_labels, device)
    train, valid = ((images[part], labels[part]) for part in map(torch.tensor, divide(data, seed)))
    if recipe.teacher:
        train = train[0], taught(*train, len(model.labels), recipe.teacher, seed, recipe.shift, after_teacher)
    return FastLearner(model, recipe, train, valid, device, seed, report, settings.compiled)


def train(
    settings: Settings,
    data: Dataset,
    folder: Path,
    after_batch: Callable[[int], None],
    after_epoch: Callable[[History], bool],
    after_teacher: Callable[[int], None] = lambda epoch: None,
) -> Run:
    """Train the classifier, measure it once on the test images, and write the run into its folder.

    Args:
        data: the images; the test images are used once training is over, for the measurement alone.
        folder: an empty one.
        after_batch: called with the number of images trained on since its last call.
        after_epoch: called with the history so far; training ends where it returns True.
        after_teacher: called with the teacher's number of epochs so far, where the recipe has a teacher.

    Raises:
        WorkFailed: the loss is no longer a number, or the memory does not suffice.
    """
    images = len(divide(data, settings.seed)[0])
    write_json(folder / CONFIG, {**asdict(settings), "data": describe(data), "machine": describe_machine(settings)})

    def log_epoch(history: History) -> bool:
        row = {name: values[-1] for name, values in asdict(history).items()}
        row = {"epoch": len(history.losses), **row, "images_per_second": images / row["seconds"]}
        with (folder / LOG).open("a") as log:
            log.write(json.dumps(row) + "\n")
        return after_epoch(history)

    try:
        model = new_model(settings.recipe, settings.seed)
        learner = new_learner(settings, model, data, after_batch, after_teacher)
        progress = fit(learner, settings.recipe, log_epoch)
    except WorkFailed as error:
        raise WorkFailed(f"{folder}: {error}") from error
    except (RuntimeError, MemoryError) as error:
        if not isinstance(error, torch.OutOfMemoryError | MemoryError) and "allocate memory" not in str(error):
            raise  # on a CPU only PyTorch's message says that memory was exhausted
        raise WorkFailed(
            f"{folder}: the memory of {settings.device} does not suffice for {len(data.train_labels):,} images and "
            f"batch_size={settings.recipe.batch_size}; try a smaller one, another --device, or close other programs"
        ) from error
    model.load_state_dict(progress.weights)
    # Measured as others will use it: with the weights of the file, on a CPU.
    test = measure(model.to("cpu"), data.test_images, data.test_labels)
    run = Run(folder, settings, describe(data), progress, images, test)
    write_json(folder / RESULTS, run.results)
    write_model(model, run.model_file, run.summary)
    return run


def describe(data: Dataset) -> dict[str, object]:
    """Return name and digest of the data."""
    return {"name": "Fashion-MNIST", "is_sample": data.is_sample, "digest": data.digest}


def describe_machine(settings: Settings) -> dict[str, object]:
    """Return the facts about the machine that change the speed and the last digits of a run."""
    card = torch.cuda.get_device_name(settings.device) if settings.device.startswith("cuda") else None
    return {"torch": torch.__version__, "threads": torch.get_num_threads(), "card": card}


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")
