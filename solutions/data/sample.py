"""Draw the repository's sample from the full Fashion-MNIST: ``python -m solutions.data.sample [OUT]``."""

import gzip
import sys
from pathlib import Path

from solutions.data import DEBIAN_FOLDER, FILES, SAMPLE_FOLDER, load, split
from solutions.data.idx import to_idx

TRAIN, TEST = 5_000, 1_000
SEED = 2017  # the year of the data set; any number would do


def write_sample(source: Path, out: Path) -> None:
    """Write a sample of the full set in its own format: 500 training and 100 test images of each class.

    The same source always gives the same bytes in the unpacked files; the packing carries no name and no date.
    """
    data = load(source)
    _, train = split(data.train_labels, TRAIN / len(data.train_labels), SEED)
    _, test = split(data.test_labels, TEST / len(data.test_labels), SEED)
    arrays = (data.train_images[train], data.train_labels[train], data.test_images[test], data.test_labels[test])
    out.mkdir(parents=True, exist_ok=True)
    for name, array in zip(FILES, arrays, strict=True):
        (out / f"{name}.gz").write_bytes(gzip.compress(to_idx(array), compresslevel=9, mtime=0))


if __name__ == "__main__":
    write_sample(DEBIAN_FOLDER, Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE_FOLDER)
