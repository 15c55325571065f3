"""How far numbers can be trusted: an accuracy that was measured, and the probabilities that a model gives.

Targets are the true classes, whole numbers of shape (N,); probabilities are what a model gives to each, shape (N, C).
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np


@dataclass(frozen=True, eq=False)
class Calibration:
    """How often a model is right among the answers that it is about equally sure of.

    The answers are sorted into bins of equal width by their confidence, the probability of the class that was chosen.

    Attributes:
        edges: of the bins, shape (B + 1,), from 0 to 1.
        counts: answers in each bin, shape (B,).
        right: how many of them are right, shape (B,).
        confidences: their mean confidence, shape (B,); NaN where a bin is empty.
    """

    edges: np.ndarray
    counts: np.ndarray
    right: np.ndarray
    confidences: np.ndarray

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
        """The expected calibration error (Guo et al., 2017): the mean gap between confidence and accuracy, from 0 to 1.

        Each bin counts as often as it holds answers.
        """
        gaps = np.abs(self.accuracies - self.confidences)[self.filled]
        return float(gaps @ self.counts[self.filled] / self.counts.sum())

    @property
    def excess(self) -> float:
        """How much the mean confidence lies above the accuracy; negative where the model is too modest."""
        total = self.confidences[self.filled] @ self.counts[self.filled]
        return float((total - self.right.sum()) / self.counts.sum())


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


def brier_score(targets: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the mean squared distance of the probabilities from the truth, summed over the classes (Brier, 1950).

    It is 0 where the right class always has probability 1, and 2 where a wrong one always has.
    """
    truth = np.eye(probabilities.shape[1])[targets]
    return float(((probabilities - truth) ** 2).sum(axis=1).mean())


def wilson_interval(right: int, count: int, level: float = 0.95) -> tuple[float, float]:
    """Return the interval that holds the true share with the given confidence (Wilson, 1927), for a count above 0."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = right / count
    centre = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return max(0.0, centre - half), min(1.0, centre + half)
