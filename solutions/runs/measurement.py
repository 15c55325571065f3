"""Measurements of a trained model: counts, shares and probabilities, and how far these numbers can be trusted.

Targets are the true classes, whole numbers of shape (N,); probabilities are the model's for each class, shape (N, C).
"""

from dataclasses import dataclass

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


@dataclass(frozen=True, eq=False)
class Calibration:
    """A reliability diagram in numbers: bins of equal width by confidence, the probability of the chosen class."""

    edges: np.ndarray  # of the bins, shape (B + 1,), from 0 to 1
    counts: np.ndarray  # answers in each bin, shape (B,)
    right: np.ndarray  # how many of them are right, shape (B,)
    confidences: np.ndarray  # their mean confidence, shape (B,); NaN where a bin is empty

    @property
    def filled(self) -> np.ndarray:
        """The numbers of the bins that hold answers."""
        return np.flatnonzero(self.counts)

    @property
    def accuracies(self) -> np.ndarray:
        """The share of right answers in each bin, shape (B,); NaN where a bin is empty."""
        return np.divide(self.right, self.counts, out=np.full(len(self.counts), np.nan), where=self.counts > 0)

    @property
    def error(self) -> float:
        """The expected calibration error (Guo et al., 2017): the bins' mean gap of confidence and accuracy, 0 to 1."""
        gaps = np.abs(self.accuracies - self.confidences)[self.filled]
        return float(gaps @ self.counts[self.filled] / self.counts.sum())


def calibrate(targets: np.ndarray, probabilities: np.ndarray, bins: int = 10) -> Calibration:
    """Compare how sure a model is with how often it is right.

    A confidence on the edge of two bins belongs to the one above it, and 1 to the last.
    """
    confidence, is_right = probabilities.max(axis=1), probabilities.argmax(axis=1) == targets
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    counts, right, total = (
        np.bincount(place, weights, minlength=bins) for weights in (None, is_right.astype(float), confidence)
    )
    means = np.divide(total, counts, out=np.full(bins, np.nan), where=counts > 0)
    return Calibration(np.linspace(0, 1, bins + 1), counts, right.astype(int), means)
