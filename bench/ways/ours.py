"""The course's own: what chapter 5 teaches, and the accelerated path."""

import torch
from torch import nn

from solutions.dropout import Classifier
from solutions.training import Learner, LearnerConfig, Loader
from ways import VALIDATION_BATCH, Task, Train, Validate

FastLearner = Learner  # the accelerated path stands in here until it is there


def reference(task: Task) -> tuple[Train, Validate]:
    """Train with the taught Learner on tensors that stay on the device."""
    return with_learner(Learner, task)


def accelerated(task: Task) -> tuple[Train, Validate]:
    """Train with the accelerated Learner on the same tensors."""
    return with_learner(FastLearner, task)


def with_learner(kind: type[Learner], task: Task) -> tuple[Train, Validate]:
    data = task.data

    def loader(images, labels, batch_size: int, shuffle: bool) -> Loader:
        x = torch.tensor(images, device=task.device).float().div_(255)
        return Loader(x, torch.tensor(labels, device=task.device).long(), batch_size, shuffle)

    loaders = {
        "train": loader(data.train_images, data.train_labels, task.batch_size, shuffle=True),
        "valid": loader(data.test_images, data.test_labels, VALIDATION_BATCH, shuffle=False),
    }
    config = LearnerConfig(
        Classifier(task.dropout), nn.CrossEntropyLoss(), batch_size=task.batch_size, lr=task.lr, device=task.device
    )
    learner = kind(config, loaders)
    return learner.train_epoch, learner.validate_epoch
