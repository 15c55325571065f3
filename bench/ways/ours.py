"""The course's own: what chapter 5 teaches, and the accelerated path."""

from torch import Tensor, nn

from bench.ways import VALIDATION_BATCH, Task, Train, Validate
from solutions.accelerate import FastLearner
from solutions.accelerate.recipes import Recipe
from solutions.dropout import Classifier
from solutions.runs.measurement import to_tensors
from solutions.training import Learner, LearnerConfig, Loader


def reference(task: Task) -> tuple[Train, Validate]:
    """Train with the taught Learner on tensors that stay on the device."""
    train, valid = pairs(task)
    loaders = {"train": Loader(*train, task.batch_size, shuffle=True), "valid": Loader(*valid, VALIDATION_BATCH)}
    config = LearnerConfig(Classifier(task.dropout), nn.CrossEntropyLoss(), lr=task.lr, device=task.device)
    learner = Learner(config, loaders)
    return learner.train_epoch, learner.valid_accuracy


def accelerated(task: Task, compiled: bool = False) -> tuple[Train, Validate]:
    """Train with what `python -m solutions train` takes by default, on the same tensors."""
    train, valid = pairs(task)
    recipe = Recipe(batch_size=task.batch_size, lr=task.lr, dropout=task.dropout)
    learner = FastLearner(Classifier(task.dropout), recipe, train, valid, task.device, compiled=compiled)
    return learner.train_epoch, lambda: learner.validate()[1]


def compiled(task: Task) -> tuple[Train, Validate]:
    """Train with what `python -m solutions train --compiled` takes; its steps are built first."""
    return accelerated(task, compiled=True)


def pairs(task: Task) -> list[tuple[Tensor, Tensor]]:
    """Return images as float32 from 0 to 1 and labels as int64, for training and for validation."""
    data = task.data
    arrays = ((data.train_images, data.train_labels), (data.test_images, data.test_labels))
    return [to_tensors(images, labels, task.device) for images, labels in arrays]
