"""Fashion-MNIST: find, read and verify it.

The four files are in the IDX format, plain or as ``.gz``. Their unpacked content is verified, because packers differ:
Debian's ``.gz`` files lack the name and date that Zalando's have, so their checksums differ from the MD5s that
torchvision lists, although the data are the same (a test proves it).
"""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from solutions.data.idx import parse_idx, unpack
from solutions.errors import DataError

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)

# SHA-256 of each file's unpacked bytes: of the full set, and of the sample that `solutions.data.sample` draws from it.
FULL = {
    TRAIN_IMAGES: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    TRAIN_LABELS: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    TEST_IMAGES: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    TEST_LABELS: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
SAMPLE = {
    TRAIN_IMAGES: "11bb0c8d075dbb23f483500485f4fce359e77bfaa5fed5534d9197506ce4883b",
    TRAIN_LABELS: "75b9d16748bded87793ae3633198f576490d2a9b4a18add1307358062e8dc28d",
    TEST_IMAGES: "7f64a03205faa51abb379c9a2b491a9afddc11decc6fe7c9f2db7b6f5e292e10",
    TEST_LABELS: "b17f4886fe86d5c6eadc6ae6dd72f8b48ca7a210e0af5b3008bcfa1b0f749a74",
}

EDITIONS = {"the full set": FULL, "the sample": SAMPLE}

DATA = Path(__file__).resolve().parents[2] / "data"
SAMPLE_FOLDER = DATA / "sample"
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")
TORCHVISION = Path("FashionMNIST/raw")  # where torchvision puts the files, below its root

WITHOUT_DOWNLOAD = "install Debian's dataset-fashion-mnist, or name a folder with --data"
HOW_TO_GET = f"{WITHOUT_DOWNLOAD}, or fetch the set with: python -m solutions data --download"


@dataclass(frozen=True)
class DataFile:
    """One of the four files, with the shape of its array and the SHA-256 of its unpacked content."""

    path: Path
    shape: tuple[int, ...]
    digest: str


@dataclass(frozen=True, eq=False)
class Dataset:
    """Fashion-MNIST, or the sample of it. The arrays are read-only."""

    train_images: np.ndarray  # uint8, shape (N, 28, 28); 0 is the background
    train_labels: np.ndarray  # uint8, shape (N,), 0 … 9
    test_images: np.ndarray  # uint8, shape (M, 28, 28)
    test_labels: np.ndarray  # uint8, shape (M,)
    source: Path  # the folder it was read from
    reason: str  # why that folder, as a phrase
    is_sample: bool  # whether it is the sample rather than the full set
    digest: str  # SHA-256 over the digests of the four files; it identifies the data
    files: tuple[DataFile, ...]  # the four files, in the order of ``FILES``


def load(folder: Path | None = None, download: bool = False) -> Dataset:
    """Find, read and verify the data.

    Args:
        folder: where to look; None for the usual places, and after them the sample in this repository.
        download: let torchvision fetch the full set, into ``folder`` or the repository's ``data``, unless it is there.

    Raises:
        DataError: the folder is missing or incomplete, or a file is not what it should be.
    """
    if download:
        fetch(folder or DATA)
    source, reason = locate(folder)
    arrays, files = {}, {}
    for name in FILES:
        path = _path(source, name)
        content = unpack(path)
        arrays[name] = parse_idx(content, path)
        files[name] = DataFile(path, arrays[name].shape, hashlib.sha256(content).hexdigest())
    for images, labels in ((TRAIN_IMAGES, TRAIN_LABELS), (TEST_IMAGES, TEST_LABELS)):
        check_pair(arrays[images], arrays[labels], files[images].path, files[labels].path)
    is_sample = len(arrays[TRAIN_LABELS]) < 60_000
    for name in FILES:
        check_digest(files[name], name, "the sample" if is_sample else "the full set")
    return Dataset(
        train_images=arrays[TRAIN_IMAGES],
        train_labels=arrays[TRAIN_LABELS],
        test_images=arrays[TEST_IMAGES],
        test_labels=arrays[TEST_LABELS],
        source=source,
        reason=reason,
        is_sample=is_sample,
        digest=hashlib.sha256("".join(file.digest for file in files.values()).encode()).hexdigest(),
        files=tuple(files.values()),
    )


def locate(folder: Path | None = None) -> tuple[Path, str]:
    """Return the folder of the four files, and the reason for the choice.

    Without a name: the folder in the environment variable FASHION_MNIST, or the first of the usual places: the
    repository's ``data``, Debian's package dataset-fashion-mnist, ``data`` in the current and in the home folder, and
    Keras's cache; or the sample. In each, the files may also lie where torchvision puts them. A place that holds only
    some of the files is an error rather than skipped.
    """
    if folder is not None:
        return _files_named(folder), "the folder that was named"
    if named := os.environ.get("FASHION_MNIST"):
        return _files_named(Path(named)), "named in the environment variable FASHION_MNIST"
    places = {
        DATA: "the repository's own data folder",
        DEBIAN_FOLDER: "Debian's package dataset-fashion-mnist",
        Path("data"): "data in the current folder",
    }
    with suppress(RuntimeError):  # a container's user may have no home
        places[Path.home() / "data"] = "data in the home folder"
        places[Path.home() / ".keras/datasets/fashion-mnist"] = "Keras's cache"
    for place, reason in places.items():
        complete = _files_in(place)
        if complete is not None:
            return complete, reason
    return _files_named(SAMPLE_FOLDER), "the repository's sample, as no usual place has the full set"


def _files_named(folder: Path) -> Path:
    """Return the folder, or torchvision's folder below it, that holds the files."""
    if not folder.is_dir():
        raise DataError(f"{folder}: there is no such folder; {HOW_TO_GET}")
    complete = _files_in(folder)
    if complete is None:
        raise DataError(f"{folder}: there is no {TRAIN_IMAGES}[.gz] in this folder; {HOW_TO_GET}")
    return complete


def _files_in(folder: Path) -> Path | None:
    """Return the folder, or torchvision's folder below it, that holds the files; None where there are none."""
    for place in (folder, folder / TORCHVISION):
        missing = [name for name in FILES if not _path(place, name).is_file()]
        if not missing:
            return place
        if len(missing) < len(FILES):
            raise DataError(f"{place}: {missing[0]}[.gz] is missing beside the others; fetch the set again")
    return None


def _path(folder: Path, name: str) -> Path:
    """Return the path of a file, packed where only that is there."""
    plain = folder / name
    return plain if plain.is_file() else folder / f"{name}.gz"


def check_pair(images: np.ndarray, labels: np.ndarray, images_path: Path, labels_path: Path) -> None:
    """Raise DataError for files that were mixed up, and for labels other than 0 to 9."""
    for array, dimensions, path, wanted in ((images, 3, images_path, "images"), (labels, 1, labels_path, "labels")):
        if array.ndim != dimensions:
            raise DataError(f"{path}: does not hold {wanted}; were images and labels mixed up? Fetch the set again")
    if len(images) != len(labels):
        raise DataError(
            f"{labels_path}: {len(labels):,} labels for the {len(images):,} images of {images_path.name}; "
            "were training and test files mixed up? Fetch the set again"
        )
    if len(labels) == 0:
        raise DataError(f"{labels_path}: holds no examples; fetch the set again")
    if labels.max() > 9:
        raise DataError(f"{labels_path}: has the label {labels.max()}, but classes are 0 … 9; fetch the file again")


def check_digest(file: DataFile, name: str, edition: str) -> None:
    """Raise DataError unless a file has the content of its name in this edition; say which file it is, if known."""
    expected = EDITIONS[edition][name]
    if file.digest == expected:
        return
    for origin, digests in EDITIONS.items():
        for other_name, digest in digests.items():
            if file.digest == digest:
                raise DataError(
                    f"{file.path}: this is {other_name} of {origin}, not {name} of {edition}; "
                    "were files mixed up? Fetch the set again"
                )
    raise DataError(
        f"{file.path}: wrong checksum, this is not the content of Fashion-MNIST's {name} "
        f"(SHA-256 {file.digest[:12]}…, not {expected[:12]}…); fetch the file again"
    )


def fetch(root: Path) -> None:
    """Let torchvision download the full set into its folder below ``root``, unless it is there.

    Raises:
        DataError: torchvision is not installed, or the download failed.
    """
    try:
        from torchvision.datasets import FashionMNIST
    except ImportError as error:
        raise DataError("--download needs torchvision; install it with: pip install torchvision") from error
    try:
        FashionMNIST(str(root), download=True)
    except (OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{root}: the download failed ({reason}); check the network; or {WITHOUT_DOWNLOAD}") from error


def split(labels: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices, ascending, of two parts of the examples with labels (N,); the same seed gives the same parts.

    The second part has the ``share``, from 0 to 1, of every class.
    """
    # Ranks of random numbers, not a library's shuffle: NumPy may change how it shuffles, but not these numbers.
    keys = np.random.Generator(np.random.PCG64(seed)).random(len(labels))
    second = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        second[members[np.argsort(keys[members])][: round(share * len(members))]] = True
    return np.flatnonzero(~second), np.flatnonzero(second)
