"""What there is to know about the data before anything is trained on them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from solutions.data import Dataset
from solutions.errors import WrongUse
from solutions.runs import figures

CLASSES = 10
TITLE = "Samples of Fashion-MNIST"


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


def draw_samples(data: Dataset, names: Sequence[str], path: Path) -> None:
    """Write a PNG with training images of each class, in place of nothing but an earlier such picture.

    Raises:
        WrongUse: the name is not that of a PNG, is taken by another file, or cannot be written.
    """
    if path.suffix.lower() != ".png":
        raise WrongUse(f"{path}: a picture is written as PNG; end its name in .png")
    try:
        if path.exists() and _title_of(path) != TITLE:
            raise WrongUse(f"{path}: is there already, and this command did not draw it; name another with --out")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure = figures.sample_grid(data.train_images, data.train_labels, names)
        figure.savefig(path, dpi=150, metadata={"Title": TITLE})
    except OSError as error:
        raise WrongUse(f"{path}: cannot be written ({error.strerror}); name another with --out") from error


def _title_of(path: Path) -> str | None:
    """Return the title that a picture carries; None where it has none or is no picture."""
    try:
        with Image.open(path) as image:
            return image.info.get("Title")
    except OSError:
        return None


def _mean_and_std(images: np.ndarray) -> tuple[float, float]:
    """Measure bytes by how often each value occurs: exact, and without a copy of all of them as floating point."""
    counts = sum(np.bincount(image.ravel(), minlength=256) for image in images)
    values = np.arange(256)
    mean = np.average(values, weights=counts)
    return float(mean), float(np.sqrt(np.average((values - mean) ** 2, weights=counts)))
