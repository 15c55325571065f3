"""What a trained model does on images: counts, shares, probabilities."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from solutions.dropout import Classifier
from solutions.training import confusion_matrix, precision_recall_f1

MEASURING_BATCH = 1000  # no gradients are kept, so larger batches than in training fit, and are faster


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

    def most_confused(self, count: int) -> list[tuple[int, int]]:
        """Return the pairs (target, prediction) of classes that were mistaken most often, the most frequent first."""
        wrong = self.matrix.numpy() * (1 - np.eye(len(self.labels), dtype=int))
        pairs = [divmod(int(place), len(wrong)) for place in np.argsort(-wrong, axis=None, kind="stable")[:count]]
        return [pair for pair in pairs if wrong[pair]]

    @property
    def details(self) -> dict[str, object]:
        """Everything but the accuracy, as JSON can hold it."""
        return {"per_class": self.per_class, "confusion_matrix": self.matrix.tolist()}


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
