"""What there is to know about the data before anything is trained on them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from solutions.data import Dataset

CLASSES = 10


@dataclass(frozen=True)
class Survey:
    """Facts about a set of images.

    Attributes:
        train_counts: how many training images each class has.
        test_counts: how many test images each class has.
        mean: of all pixels of the training images, from 0 to 255.
        std: their standard deviation.
        duplicates: how many test images are also among the training images, pixel for pixel.
    """

    train_counts: tuple[int, ...]
    test_counts: tuple[int, ...]
    mean: float
    std: float
    duplicates: int


def survey(data: Dataset) -> Survey:
    """Count and measure."""
    train_counts, test_counts = (
        tuple(np.bincount(labels, minlength=CLASSES).tolist()) for labels in (data.train_labels, data.test_labels)
    )
    mean, std = _mean_and_std(data.train_images)
    known = {image.tobytes() for image in data.train_images}
    duplicates = sum(image.tobytes() in known for image in data.test_images)
    return Survey(train_counts, test_counts, mean, std, duplicates)


def describe(data: Dataset, facts: Survey, names: Sequence[str]) -> dict[str, object]:
    """Return all of it as JSON can hold it."""
    counts = zip(names, facts.train_counts, facts.test_counts, strict=True)
    return {
        "source": str(data.source),
        "reason": data.reason,
        "is_sample": data.is_sample,
        "digest": data.digest,
        "files": [{**asdict(file), "path": str(file.path)} for file in data.files],
        "images": {name: {"train": train, "test": test} for name, train, test in counts},
        "mean": facts.mean,
        "std": facts.std,
        "duplicates": facts.duplicates,
    }


def _mean_and_std(images: np.ndarray) -> tuple[float, float]:
    """Measure bytes by how often each value occurs: exact, and without a copy of all of them as floating point."""
    counts = sum(np.bincount(image.ravel(), minlength=256) for image in images)
    values = np.arange(256)
    mean = np.average(values, weights=counts)
    return float(mean), float(np.sqrt(np.average((values - mean) ** 2, weights=counts)))
