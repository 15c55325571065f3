"""Survey of the data before training."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from solutions.data import Dataset


def survey(data: Dataset, names: Sequence[str]) -> dict[str, Any]:
    """Count images and measure pixels, for JSON.

    ``images`` has the number of each class in either set; ``mean`` and ``std`` are of the training images' pixels, from
    0 to 255; ``duplicates`` counts test images that are also training images, pixel for pixel.
    """
    sets = (data.train_labels, data.test_labels)
    train, test = (np.bincount(labels, minlength=len(names)).tolist() for labels in sets)
    mean, std = _mean_and_std(data.train_images)
    known = {image.tobytes() for image in data.train_images}
    return {
        "source": str(data.source),
        "reason": data.reason,
        "is_sample": data.is_sample,
        "digest": data.digest,
        "files": [{**asdict(file), "path": str(file.path)} for file in data.files],
        "images": {name: {"train": train[k], "test": test[k]} for k, name in enumerate(names)},
        "mean": mean,
        "std": std,
        "duplicates": sum(image.tobytes() in known for image in data.test_images),
    }


def _mean_and_std(images: np.ndarray) -> tuple[float, float]:
    """Compute from a histogram of the bytes: exact, and without a floating-point copy."""
    counts = sum(np.bincount(image.ravel(), minlength=256) for image in images)
    values = np.arange(256)
    mean = np.average(values, weights=counts)
    return float(mean), float(np.sqrt(np.average((values - mean) ** 2, weights=counts)))
