"""Measurements of a trained model: counts, shares and probabilities, and how far these numbers can be trusted.

Targets are the true classes, whole numbers of shape (N,); probabilities are the model's for each class, shape (N, C).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from solutions.dropout import Classifier
from solutions.training import confusion_matrix, precision_recall_f1

MEASURING_BATCH = 1000  # no gradients are kept, so larger batches than in training fit, and are faster


@dataclass(frozen=True, eq=False)
class Measurement:
    """A model's answers to images that it was not trained on: confusion matrix (C, C), probabilities (N, C)."""

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

    def most_confused(self, count: int) -> list[tuple[int, int]]:
        """Return the pairs (target, prediction) of classes that were mistaken most often, the most frequent first."""
        wrong = self.matrix.numpy() * (1 - np.eye(len(self.labels), dtype=int))
        pairs = [divmod(int(place), len(wrong)) for place in np.argsort(-wrong, axis=None, kind="stable")[:count]]
        return [pair for pair in pairs if wrong[pair]]

    @property
    def details(self) -> dict[str, object]:
        """Return all but the accuracy, ready for JSON."""
        return {"per_class": self.per_class, "confusion_matrix": self.matrix.tolist()}


def measure(model: Classifier, images: np.ndarray, labels: np.ndarray) -> Measurement:
    """Measure a model on images (N, 28, 28) and labels (N,), both uint8, and leave it in evaluation mode."""
    model.eval()
    x, y = to_tensors(images, labels, str(next(model.parameters()).device))
    with torch.no_grad():
        logits = torch.cat([model(batch) for batch in x.split(MEASURING_BATCH)])
    matrix = confusion_matrix(y, logits.argmax(dim=1), len(model.labels)).cpu()
    return Measurement(tuple(model.labels), matrix, logits.softmax(dim=1).cpu())


def to_tensors(images: np.ndarray, labels: np.ndarray, device: str) -> tuple[Tensor, Tensor]:
    """Return images as float32 from 0 to 1, as in ``prepare_image``, and labels as int64, on the device."""
    return torch.tensor(images, device=device).float().div(255), torch.tensor(labels, device=device).long()


# --- calibration


class Bin(NamedTuple):
    """The answers of about the same confidence, which is the probability of the chosen class."""

    low: float
    high: float
    answers: int
    confidence: float  # their mean
    accuracy: float  # the share of them that are right


def calibrate(targets: np.ndarray, probabilities: np.ndarray, bins: int = 10) -> tuple[list[Bin], float]:
    """Compare how sure a model is with how often it is right.

    A confidence on the edge of two bins belongs to the one above it, and 1 to the last.

    Returns:
        The bins, of equal width, that hold answers; and the expected calibration error (Guo et al., 2017): the gap of
        confidence and accuracy, from 0 to 1, in the mean over all answers.
    """
    confidence, is_right = probabilities.max(axis=1), probabilities.argmax(axis=1) == targets
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    filled = [
        Bin(at / bins, (at + 1) / bins, int(here.sum()), float(confidence[here].mean()), float(is_right[here].mean()))
        for at in range(bins)
        if (here := place == at).any()
    ]
    return filled, sum(one.answers * abs(one.accuracy - one.confidence) for one in filled) / len(targets)
