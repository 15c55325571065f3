"""The data: found, verified, divided, read from IDX files; and the messages about damaged files."""

import gzip
import hashlib
import os
import shutil
import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from solutions import data
from solutions.data import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, DataError
from solutions.data.idx import LARGEST_FILE, parse_idx, to_idx, unpack
from solutions.data.photographs import FOLDER, KINDS, real_photographs
from solutions.data.sample import write_sample
from solutions.dropout import Classifier

# When Zalando packed the files, in seconds since 1970: 31 August 2017, 10:50 UTC.
PACKED_AT = {TRAIN_IMAGES: 1504176606, TRAIN_LABELS: 1504176606, TEST_IMAGES: 1504176627, TEST_LABELS: 1504176627}

# --- the two editions


def test_the_sample_is_drawn_again_byte_for_byte(full: data.Dataset, tmp_path: Path) -> None:
    write_sample(full.source, tmp_path)
    for name, digest in data.SAMPLE.items():
        assert hashlib.sha256(unpack(tmp_path / f"{name}.gz")).hexdigest() == digest


def test_the_samples_test_images_are_from_the_full_test_set(full: data.Dataset, sample: data.Dataset) -> None:
    """A sample that mixed the sets would let a model trained on the full set be measured on what it has seen."""
    known = {image.tobytes() for image in full.test_images}
    assert all(image.tobytes() in known for image in sample.test_images)


@pytest.mark.parametrize(("name", "seconds"), list(PACKED_AT.items()))
def test_the_content_is_that_published_by_zalando(full: data.Dataset, name: str, seconds: int) -> None:
    """Debian packed the files without name and date; with these put back, the MD5 is the one torchvision lists."""
    from torchvision.datasets import FashionMNIST

    published = dict(FashionMNIST.resources)
    packed = (full.source / f"{name}.gz").read_bytes()
    header = b"\x1f\x8b\x08\x08" + struct.pack("<I", seconds) + b"\0\x03" + name.encode() + b"\0"
    assert hashlib.md5(header + packed[10:]).hexdigest() == published[f"{name}.gz"]


def test_packed_and_plain_files_are_the_same(folder: Path, sample: data.Dataset) -> None:
    assert data.load(folder).digest == sample.digest


# --- a damaged folder


def replaced(change: Callable[[bytes], bytes], *names: str) -> Callable[[Path], None]:
    """Return a function that changes the content of files."""

    def damage(folder: Path) -> None:
        for name in names:
            (folder / name).write_bytes(change((folder / name).read_bytes()))

    return damage


def packed(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Return a function that puts a changed packed file in the place of a plain one."""

    def damage(folder: Path) -> None:
        (folder / name).unlink()
        (folder / f"{name}.gz").write_bytes(change((data.SAMPLE_FOLDER / f"{name}.gz").read_bytes()))

    return damage


def swapped(*pairs: tuple[str, str]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        for first, second in pairs:
            (folder / first).rename(folder / "kept")
            (folder / second).rename(folder / first)
            (folder / "kept").rename(folder / second)

    return damage


def one_pixel(content: bytes) -> bytes:
    return content[:1000] + bytes([content[1000] ^ 1]) + content[1001:]


def unreadable(folder: Path) -> None:
    """Link to a file of the kernel that cannot be read at its beginning, not even by root."""
    (folder / TRAIN_LABELS).unlink()
    (folder / f"{TRAIN_LABELS}.gz").symlink_to("/proc/self/mem")


def of_the_full_set(folder: Path) -> None:
    for name in (TEST_IMAGES, TEST_LABELS):
        (folder / name).write_bytes(unpack(data.DEBIAN_FOLDER / f"{name}.gz"))


BOMB = gzip.compress(bytes(LARGEST_FILE + 1000), compresslevel=1)
DAMAGED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (shutil.rmtree, "no such folder"),
    "no files": (lambda folder: [path.unlink() for path in folder.iterdir()], TRAIN_IMAGES),
    "a file is missing": (lambda folder: (folder / TEST_LABELS).unlink(), f"{TEST_LABELS}[.gz] is missing"),
    "truncated": (replaced(lambda content: content[:-1000], TRAIN_IMAGES), "truncated, 3,919,016 of 3,920,016 bytes"),
    "too long": (replaced(lambda content: content + b"\0", TRAIN_LABELS), "1 bytes too long"),
    "packed, empty": (packed(TRAIN_IMAGES, lambda content: b""), f"{TRAIN_IMAGES}.gz"),
    "packed, its end is missing": (packed(TRAIN_IMAGES, lambda content: content[:-4]), f"{TRAIN_IMAGES}.gz"),
    "packed, damaged inside": (
        packed(TRAIN_IMAGES, lambda content: content[:100_000] + bytes(100) + content[100_100:]),
        f"{TRAIN_IMAGES}.gz: cannot be read",
    ),
    "a terabyte, all of it a hole": (lambda folder: os.truncate(folder / TRAIN_IMAGES, 10**12), "larger than any file"),
    "packed, a bomb": (packed(TRAIN_IMAGES, lambda content: BOMB), "larger than any file"),
    "one pixel": (replaced(one_pixel, TRAIN_IMAGES), "wrong checksum"),
    "a web page": (replaced(lambda content: b"<html>404</html>", TRAIN_LABELS), "not an IDX file"),
    "no class": (replaced(lambda content: content[:-1] + b"\x0a", TRAIN_LABELS), "has the label 10"),
    "images and labels mixed up": (swapped((TRAIN_IMAGES, TRAIN_LABELS)), "were images and labels mixed up?"),
    "labels mixed up": (swapped((TRAIN_LABELS, TEST_LABELS)), "1,000 labels for the 5,000 images"),
    # Images and labels agree with each other, so only the checksums can tell.
    "training and test mixed up": (
        swapped((TRAIN_IMAGES, TEST_IMAGES), (TRAIN_LABELS, TEST_LABELS)),
        f"this is {TEST_IMAGES} of the sample, not {TRAIN_IMAGES} of the sample; were files",
    ),
    "full set and sample mixed up": (
        of_the_full_set,
        f"this is {TEST_IMAGES} of the full set, not {TEST_IMAGES} of the sample",
    ),
    "unreadable": (unreadable, f"{TRAIN_LABELS}.gz: cannot be read ("),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_damaged_data_are_refused_in_one_line_with_a_way_out(folder: Path, kind: str) -> None:
    damage, says = DAMAGED[kind]
    damage(folder)
    with pytest.raises(DataError, match=r"; (fetch|install|check)|\? Fetch") as caught:
        data.load(folder)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(folder))
    assert says in message


# --- where it is found


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any copy of the data but the sample; returns its repository's data folder."""
    for name in ("DATA", "DEBIAN_FOLDER"):
        monkeypatch.setattr(data, name, tmp_path / name)
    monkeypatch.delenv("FASHION_MNIST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("place", "reason"),
    {
        "DATA": "the repository's own data folder",
        "DATA/FashionMNIST/raw": "the repository's own data folder",
        "DEBIAN_FOLDER": "Debian's package dataset-fashion-mnist",
        "data": "data in the current folder",
        "home/data": "data in the home folder",
        "home/.keras/datasets/fashion-mnist": "Keras's cache",
    }.items(),
)
def test_the_usual_places_come_before_the_sample(nothing_installed: Path, place: str, reason: str) -> None:
    shutil.copytree(data.SAMPLE_FOLDER, nothing_installed / place)
    folder, why = data.locate()
    assert (folder.resolve(), why) == (nothing_installed / place, reason)


def test_the_environment_variable_comes_first_and_can_name_torchvisions_root(
    nothing_installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("DATA", "named" / data.TORCHVISION):
        shutil.copytree(data.SAMPLE_FOLDER, nothing_installed / place)
    monkeypatch.setenv("FASHION_MNIST", str(nothing_installed / "named"))
    named = nothing_installed / "named" / data.TORCHVISION
    assert data.locate() == (named, "named in the environment variable FASHION_MNIST")


def test_a_broken_copy_is_an_error_and_without_any_copy_there_is_the_sample(nothing_installed: Path) -> None:
    assert data.locate()[0] == data.SAMPLE_FOLDER
    shutil.copytree(data.SAMPLE_FOLDER, nothing_installed / "DATA")
    (nothing_installed / "DATA" / f"{TEST_LABELS}.gz").unlink()
    with pytest.raises(DataError, match="is missing beside the others"):
        data.locate()


def test_a_failed_download_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mirror is replaced by a port on this machine where nobody listens."""
    import torchvision.datasets

    monkeypatch.setattr(torchvision.datasets.FashionMNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(DataError, match=r"the download failed .*; check the network") as caught:
        data.load(tmp_path, download=True)
    assert "\n" not in str(caught.value)


# --- how it is divided


@given(seed=st.integers(0, 2**32), share=st.sampled_from([0.1, 0.2, 0.5]))
def test_a_split_keeps_everything_once_and_every_class_in_proportion(seed: int, share: float) -> None:
    labels = np.repeat(np.arange(10), 50)
    first, second = data.split(labels, share, seed)
    assert sorted([*first, *second]) == list(range(500))
    assert np.bincount(labels[second]).tolist() == [round(50 * share)] * 10


def test_a_split_is_determined_by_its_seed_on_every_machine() -> None:
    assert [data.split(np.zeros(20), 0.2, seed)[1].tolist() for seed in (0, 0)] == [[2, 3, 11, 13]] * 2
    assert data.split(np.zeros(20), 0.2, 1)[1].tolist() != [2, 3, 11, 13]


# --- the format of its files


@given(st.sampled_from([(0,), (7,), (0, 28, 28), (2, 28, 28)]), st.integers(0, 255))
def test_an_array_survives_the_format_as_a_read_only_view(shape: tuple[int, ...], value: int) -> None:
    content = to_idx(np.full(shape, value, np.uint8))
    array = parse_idx(content, Path("file"))
    np.testing.assert_array_equal(array, np.full(shape, value, np.uint8))
    assert array.size == 0 or np.shares_memory(array, np.frombuffer(content, np.uint8))
    assert not array.flags.writeable


@given(st.data())
def test_a_changed_byte_or_a_cut_in_the_header_is_noticed(draw: st.DataObject) -> None:
    """Every header but the right one is refused; a byte changed in the values is for the checksum to find."""
    content = bytearray(to_idx(np.zeros((2, 28, 28), np.uint8)))
    if draw.draw(st.booleans()):
        content = content[: draw.draw(st.integers(0, len(content) - 1))]
    else:
        content[draw.draw(st.integers(0, 15))] ^= draw.draw(st.integers(1, 255))
    with pytest.raises(DataError, match=r"^file: .*; fetch the file again$"):
        parse_idx(bytes(content), Path("file"))


# --- the real photographs: complete, labelled, free of metadata, and divided; what is reported was never chosen by

CHOOSE, REPORT = real_photographs("choose"), real_photographs("report")


def test_each_file_is_listed_once_under_a_label_of_the_classifier_and_a_kind() -> None:
    photos = CHOOSE + REPORT
    assert sorted(photo.path for photo in photos) == sorted(FOLDER.glob("*.jpg"))
    assert {photo.label for photo in photos} == set(Classifier.labels) - {"Bag"}
    assert {photo.kind for photo in photos} == set(KINDS)


def test_a_third_of_each_label_and_kind_is_for_the_report() -> None:
    chosen, reported = (Counter((photo.label, photo.kind) for photo in part) for part in (CHOOSE, REPORT))
    assert (len(CHOOSE), len(REPORT)) == (105, 52)
    assert all(abs(reported[pair] - (chosen[pair] + reported[pair]) / 3) < 1 for pair in chosen | reported)


def test_no_photograph_tells_where_or_when_it_was_taken_or_is_larger_than_it_has_to_be() -> None:
    for photo in CHOOSE + REPORT:
        with Image.open(photo.path) as image:
            assert not image.getexif() and "comment" not in image.info
            assert max(image.size) <= 448
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 4e6
