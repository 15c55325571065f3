"""A training run from data to model file, and the folder that it leaves behind."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from solutions import figures
from solutions.data import Dataset, split
from solutions.deployment import export_model
from solutions.dropout import Classifier
from solutions.errors import WorkFailed, WrongUse
from solutions.folders import CONFIG, CONFUSION, CURVES, LOG, MISTAKES, MODEL, RESULTS
from solutions.training import History, Learner, LearnerConfig, Loader, confusion_matrix, precision_recall_f1

VALIDATION_SHARE = 0.1  # of the training images: 6,000 of the full set, 500 of the sample
MEASURING_BATCH = 1000  # no gradients are kept, so larger batches than in training fit, and are faster


@dataclass(frozen=True)
class Recipe:
    """How a model is trained; with the data it determines the model, on one device and one number of threads."""

    epochs: int
    batch_size: int
    lr: float
    dropout: float
    patience: int | None
    max_seconds: float | None
    seed: int
    device: str


@dataclass(frozen=True, eq=False)
class Measurement:
    """What a model does on images that it was not trained on.

    Attributes:
        labels: names of the classes.
        matrix: confusion matrix, rows are targets, shape (C, C).
        probabilities: shape (N, C).
    """

    labels: tuple[str, ...]
    matrix: Tensor
    probabilities: Tensor

    @property
    def accuracy(self) -> float:
        return int(self.matrix.trace()) / int(self.matrix.sum())

    @property
    def per_class(self) -> dict[str, dict[str, float]]:
        """Precision, recall, F1 and the number of images of each class."""
        columns = zip(*(scores.tolist() for scores in precision_recall_f1(self.matrix)), strict=True)
        counts = self.matrix.sum(dim=1).tolist()
        return {
            label: {"precision": precision, "recall": recall, "f1": f1, "images": count}
            for label, (precision, recall, f1), count in zip(self.labels, columns, counts, strict=True)
        }

    @property
    def details(self) -> dict[str, object]:
        """Everything but the accuracy, as JSON can hold it."""
        return {"per_class": self.per_class, "confusion_matrix": self.matrix.tolist()}


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run: where it is, how it was made, and what was measured."""

    folder: Path
    recipe: Recipe
    data: dict[str, object]
    history: History
    test: Measurement

    @property
    def model_file(self) -> Path:
        return self.folder / MODEL

    @property
    def kept(self) -> int:
        """The epoch whose weights were kept, counted from 1."""
        return int(np.argmin(self.history.valid_losses)) + 1

    @property
    def summary(self) -> dict[str, object]:
        """What the model file tells about its training."""
        return {
            "data": self.data,
            "recipe": asdict(self.recipe),
            "epoch": self.kept,
            "validation_loss": self.history.valid_losses[self.kept - 1],
            "validation_accuracy": self.history.accuracies[self.kept - 1],
            "test_accuracy": self.test.accuracy,
        }

    @property
    def results(self) -> dict[str, object]:
        """The summary, and each class and pair of classes."""
        return {**self.summary, **self.test.details}


@dataclass
class Reported:
    """A loader that tells how many examples it has just handed out."""

    loader: Iterable[tuple[Tensor, Tensor]]
    report: Callable[[int], None]

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for x, y in self.loader:
            yield x, y
            self.report(len(y))


def configure(recipe: Recipe) -> LearnerConfig:
    """Return a new model, its weights drawn with the recipe's seed, and the settings to train it.

    Raises:
        WrongUse: a number is out of its range.
    """
    torch.manual_seed(recipe.seed)
    try:
        return LearnerConfig(
            model=Classifier(recipe.dropout),
            criterion=nn.CrossEntropyLoss(),
            epochs=recipe.epochs,
            batch_size=recipe.batch_size,
            lr=recipe.lr,
            device=recipe.device,
            patience=recipe.patience,
            max_seconds=recipe.max_seconds,
            seed=recipe.seed,
        )
    except ValueError as error:
        raise WrongUse(f"{error}; --help shows the options") from error


def divide(data: Dataset, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which training images are trained on, and which are set aside for validation."""
    return split(data.train_labels, VALIDATION_SHARE, seed)


def train(
    recipe: Recipe,
    config: LearnerConfig,
    data: Dataset,
    folder: Path,
    after_batch: Callable[[int], None],
    after_epoch: Callable[[History], bool],
) -> Run:
    """Train the classifier with the reference ``Learner``, measure it once on the test images, and write the run.

    Args:
        recipe: how to train.
        config: from ``configure``.
        data: the images; the test images are used when the training is over, and for nothing but the measurement.
        folder: an empty folder for the run's files.
        after_batch: called with the number of images in each training batch.
        after_epoch: called with the history so far; where it returns True, training ends.

    Raises:
        WorkFailed: the loss is no longer a number.
    """
    write_json(folder / CONFIG, {"recipe": asdict(recipe), "data": describe(data)})
    images, labels = to_tensors(data.train_images, data.train_labels, recipe.device)
    chosen, held_out = (torch.tensor(part, device=recipe.device) for part in divide(data, recipe.seed))
    loaders = {
        "train": Reported(Loader(images[chosen], labels[chosen], recipe.batch_size, shuffle=True), after_batch),
        "valid": Loader(images[held_out], labels[held_out], MEASURING_BATCH),
    }

    def log_epoch(history: History) -> bool:
        epoch = {name: values[-1] for name, values in asdict(history).items()}
        with (folder / LOG).open("a") as file:
            file.write(json.dumps({"epoch": len(history.losses), **epoch}) + "\n")
        if not np.isfinite([history.losses[-1], history.valid_losses[-1]]).all():
            raise WorkFailed(
                f"{folder}: the loss is no longer a number after epoch {len(history.losses)} "
                f"with --lr {recipe.lr:g}; try a smaller one"
            )
        return after_epoch(history)

    history = Learner(config, loaders).fit(log_epoch)
    # What is measured is what others will have: the weights as they are in the file, on a CPU.
    test = measure(config.model.to("cpu"), data.test_images, data.test_labels)
    run = Run(folder, recipe, describe(data), history, test)
    export_model(config.model, run.model_file, run.summary)
    write_json(folder / RESULTS, run.results)
    draw(run, data)
    return run


def draw(run: Run, data: Dataset) -> None:
    """Write the figures of a run into its folder."""
    labels, targets = run.test.labels, data.test_labels.astype(int)
    pictures = {
        CURVES: figures.curves(run.history, run.kept),
        CONFUSION: figures.confusion(run.test.matrix.numpy(), labels),
        MISTAKES: figures.confident_mistakes(data.test_images, targets, run.test.probabilities.numpy(), labels),
    }
    for name, figure in pictures.items():
        figure.savefig(run.folder / name, dpi=150)


def measure(model: Classifier, images: np.ndarray, labels: np.ndarray) -> Measurement:
    """Let a model classify images, and count.

    Args:
        model: the classifier; it is left in evaluation mode.
        images: uint8, shape (N, 28, 28).
        labels: uint8, shape (N,).
    """
    model.eval()
    x, y = to_tensors(images, labels, str(next(model.parameters()).device))
    with torch.no_grad():
        logits = torch.cat([model(batch) for batch in x.split(MEASURING_BATCH)])
    matrix = confusion_matrix(y, logits.argmax(dim=1), len(model.labels)).cpu()
    return Measurement(tuple(model.labels), matrix, logits.softmax(dim=1).cpu())


def to_tensors(images: np.ndarray, labels: np.ndarray, device: str) -> tuple[Tensor, Tensor]:
    """Return images as float32 from 0 to 1, as in ``prepare_image``, and labels as int64, on the device."""
    return torch.tensor(images, device=device).float().div(255), torch.tensor(labels, device=device).long()


def describe(data: Dataset) -> dict[str, object]:
    """Return what identifies the data, whatever folder they are in."""
    return {"name": "Fashion-MNIST", "is_sample": data.is_sample, "digest": data.digest}


def choose_device(name: str) -> str:
    """Return the device to use: the one that is named, or the fastest where that is "auto".

    Raises:
        WrongUse: this machine does not have the device.
    """
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return next(device for device, is_present in present.items() if is_present)
    if not present[name]:
        raise WrongUse(f"--device {name}: this machine, or this PyTorch, has none; leave the option out")
    return name


def use_one_thread() -> None:
    """Let PyTorch compute with one thread on the CPU.

    Layers this small gain little from a second one (1.5 s an epoch instead of 1.7 on two cores), lose much where
    another program wants the processor, and with one the result does not depend on how many cores there are.
    """
    torch.set_num_threads(1)


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")
