"""The data: found, verified, divided; and what is said of damaged files."""

import gzip
import hashlib
import re
import shutil
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions import data
from solutions.data import FILES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, DataError
from solutions.data.idx import LARGEST_FILE, unpack
from solutions.data.sample import write_sample

# When Zalando packed the files, in seconds since 1970: 31 August 2017, 10:50 UTC.
PACKED_AT = {
    TRAIN_IMAGES: 1504176606,
    TRAIN_LABELS: 1504176606,
    TEST_IMAGES: 1504176627,
    TEST_LABELS: 1504176627,
}

WAY_OUT = r"; (fetch|install|check)|\? Fetch"


def refusal(folder: Path) -> str:
    """The message with which a folder is refused: one line that names the folder and a way out."""
    with pytest.raises(DataError, match=WAY_OUT) as caught:
        data.load(folder)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(folder))
    return message


# --- the two editions


def test_the_sample_is_stratified_and_known_by_its_digest(sample: data.Dataset) -> None:
    assert (sample.is_sample, sample.train_images.shape, sample.test_images.shape) == (
        True,
        (5000, 28, 28),
        (1000, 28, 28),
    )
    assert np.bincount(sample.train_labels).tolist() == [500] * 10
    assert np.bincount(sample.test_labels).tolist() == [100] * 10
    assert sum(path.stat().st_size for path in data.SAMPLE_FOLDER.iterdir()) < 4_000_000


def test_the_sample_is_drawn_again_byte_for_byte(full: data.Dataset, tmp_path: Path) -> None:
    write_sample(full.source, tmp_path)
    for name, digest in data.SAMPLE.items():
        assert hashlib.sha256(unpack(tmp_path / f"{name}.gz")).hexdigest() == digest


def test_the_samples_test_images_are_from_the_full_test_set(full: data.Dataset, sample: data.Dataset) -> None:
    """A sample that mixed the sets would let a model trained on the full set be measured on what it has seen."""
    known = {image.tobytes() for image in full.test_images}
    assert all(image.tobytes() in known for image in sample.test_images)


def test_the_full_set_has_the_published_sizes(full: data.Dataset, sample: data.Dataset) -> None:
    assert not full.is_sample
    assert (len(full.train_labels), len(full.test_labels)) == (60_000, 10_000)
    assert np.bincount(full.train_labels).tolist() == [6000] * 10
    assert full.digest != sample.digest


@pytest.mark.parametrize(("name", "seconds"), list(PACKED_AT.items()))
def test_the_content_is_what_zalando_published(full: data.Dataset, name: str, seconds: int) -> None:
    """Debian packed the files without name and date; with these put back, the MD5 is the one torchvision lists."""
    from torchvision.datasets import FashionMNIST

    published = dict(FashionMNIST.resources)
    packed = (full.source / f"{name}.gz").read_bytes()
    header = b"\x1f\x8b\x08\x08" + struct.pack("<I", seconds) + b"\0\x03" + name.encode() + b"\0"
    assert hashlib.md5(header + packed[10:]).hexdigest() == published[f"{name}.gz"]


def test_packed_and_plain_files_are_the_same(folder: Path, sample: data.Dataset) -> None:
    assert data.load(folder).digest == sample.digest


# --- a damaged folder


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert "no such folder" in refusal(tmp_path / "nowhere")


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    assert TRAIN_IMAGES in refusal(tmp_path)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / TEST_LABELS).unlink()
    assert f"{TEST_LABELS}[.gz] is missing" in refusal(folder)


def test_a_truncated_file_is_refused(folder: Path) -> None:
    content = (folder / TRAIN_IMAGES).read_bytes()
    (folder / TRAIN_IMAGES).write_bytes(content[:-1000])
    assert "truncated, 3,919,016 of 3,920,016 bytes" in refusal(folder)


def test_a_file_that_is_too_long_is_refused(folder: Path) -> None:
    with (folder / TRAIN_LABELS).open("ab") as file:
        file.write(b"\0")
    assert "1 bytes too long" in refusal(folder)


@pytest.mark.parametrize("cut", [0, 5, 1000, -4])
def test_a_truncated_packed_file_is_refused(folder: Path, sample: data.Dataset, cut: int) -> None:
    (folder / TRAIN_IMAGES).unlink()
    packed = (sample.source / f"{TRAIN_IMAGES}.gz").read_bytes()
    (folder / f"{TRAIN_IMAGES}.gz").write_bytes(packed[:cut])
    assert f"{TRAIN_IMAGES}.gz" in refusal(folder)


def test_damage_inside_a_packed_file_is_refused(folder: Path, sample: data.Dataset) -> None:
    (folder / TRAIN_IMAGES).unlink()
    packed = bytearray((sample.source / f"{TRAIN_IMAGES}.gz").read_bytes())
    packed[100_000:100_100] = bytes(100)
    (folder / f"{TRAIN_IMAGES}.gz").write_bytes(packed)
    assert f"{TRAIN_IMAGES}.gz: cannot be read" in refusal(folder)


def test_a_packed_file_is_not_unpacked_beyond_the_largest_size(folder: Path) -> None:
    (folder / TRAIN_IMAGES).unlink()
    (folder / f"{TRAIN_IMAGES}.gz").write_bytes(gzip.compress(bytes(LARGEST_FILE + 1000), compresslevel=1))
    assert "larger than any file" in refusal(folder)


def test_one_changed_pixel_is_a_wrong_checksum(folder: Path) -> None:
    content = bytearray((folder / TRAIN_IMAGES).read_bytes())
    content[1000] ^= 1
    (folder / TRAIN_IMAGES).write_bytes(content)
    assert "wrong checksum" in refusal(folder)


def test_a_web_page_saved_in_place_of_a_file_is_refused(folder: Path) -> None:
    (folder / TRAIN_LABELS).write_text("<html>404</html>")
    assert "not an IDX file" in refusal(folder)


def test_images_and_labels_mixed_up_are_noticed(folder: Path) -> None:
    swap(folder / TRAIN_IMAGES, folder / TRAIN_LABELS)
    assert "were images and labels mixed up?" in refusal(folder)


def test_training_and_test_labels_mixed_up_are_noticed(folder: Path) -> None:
    swap(folder / TRAIN_LABELS, folder / TEST_LABELS)
    assert "1,000 labels for the 5,000 images" in refusal(folder)


def test_a_label_that_is_no_class_is_noticed(folder: Path) -> None:
    content = bytearray((folder / TRAIN_LABELS).read_bytes())
    content[-1] = 10
    (folder / TRAIN_LABELS).write_bytes(content)
    assert "has the label 10" in refusal(folder)


def test_training_and_test_files_mixed_up_are_noticed(folder: Path) -> None:
    """Images and labels agree with each other, so only the checksums can tell."""
    swap(folder / TRAIN_IMAGES, folder / TEST_IMAGES)
    swap(folder / TRAIN_LABELS, folder / TEST_LABELS)
    assert f"this is {TEST_IMAGES} of the sample, not {TRAIN_IMAGES} of the sample; were files" in refusal(folder)


def test_files_of_the_full_set_among_those_of_the_sample_are_noticed(folder: Path, full: data.Dataset) -> None:
    for name in (TEST_IMAGES, TEST_LABELS):
        (folder / name).write_bytes(unpack(full.source / f"{name}.gz"))
    assert f"this is {TEST_IMAGES} of the full set, not {TEST_IMAGES} of the sample" in refusal(folder)


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    """This file of the kernel cannot be read at its beginning, not even by root."""
    (folder / TRAIN_LABELS).unlink()
    (folder / f"{TRAIN_LABELS}.gz").symlink_to("/proc/self/mem")
    assert f"{TRAIN_LABELS}.gz: cannot be read (" in refusal(folder)


def swap(first: Path, second: Path) -> None:
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


# --- any damage

PACKED = {name: (data.SAMPLE_FOLDER / f"{name}.gz").read_bytes() for name in FILES}
PLAIN = {name: gzip.decompress(content) for name, content in PACKED.items()}
BOMB = gzip.compress(bytes(2 * LARGEST_FILE), compresslevel=1)


@pytest.fixture(scope="session")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that every example fills anew."""
    return tmp_path_factory.mktemp("damaged")


def mutate(draw: st.DrawFn, content: bytes) -> bytes:
    """Change bytes, most often in the header; write a huge size into it; cut; or lengthen."""
    at = draw(st.integers(0, 20) | st.integers(0, len(content)))
    change = draw(st.sampled_from(["flip", "flip", "cut", "insert", "append", "size"]))
    if change == "cut":
        return content[:at]
    if change == "append":
        return content + draw(st.binary(min_size=1, max_size=50))
    if change == "insert":
        return content[:at] + draw(st.binary(min_size=1, max_size=50)) + content[at:]
    if change == "size":
        at = draw(st.sampled_from([4, 8, 12]))
        size = draw(st.sampled_from([0, 1, 2**31 - 1, 2**31, 2**32 - 1]) | st.integers(0, 2**32 - 1))
        return content[:at] + size.to_bytes(4, "big") + content[at + 4 :]
    flipped = bytes(byte ^ draw(st.integers(0, 255)) for byte in content[at : at + 2])
    return content[:at] + flipped + content[at + 2 :]


@st.composite
def damaged_files(draw: st.DrawFn) -> dict[str, bytes]:
    """The sample's files, plain or packed, of which some were swapped, changed, or removed."""
    ending, contents = draw(st.sampled_from(["", ".gz"])), dict(PLAIN)
    repacked = set()
    for _ in range(draw(st.integers(0, 2))):
        name, other = draw(st.sampled_from(FILES)), draw(st.sampled_from(FILES))
        if draw(st.booleans()):
            contents[name] = mutate(draw, contents[name])
            repacked.add(name)
        else:
            contents[name], contents[other] = contents[other], contents[name]
            repacked |= {name, other}
    if ending:
        contents = {
            name: gzip.compress(content, compresslevel=0) if name in repacked else PACKED[name]
            for name, content in contents.items()
        }
        harm = draw(st.sampled_from(["none", "mutate", "bomb"]))
        name = draw(st.sampled_from(FILES))
        if harm != "none":
            contents[name] = BOMB if harm == "bomb" else mutate(draw, contents[name])
    if draw(st.integers(0, 9)) == 9:
        del contents[draw(st.sampled_from(FILES))]
    return {name + ending: content for name, content in contents.items()}


@settings(max_examples=100)
@given(files=damaged_files())
def test_damaged_files_are_refused_in_one_line_or_are_the_right_data_all_the_same(
    files: dict[str, bytes], damaged: Path, sample: data.Dataset
) -> None:
    for path in damaged.iterdir():
        path.unlink()
    for name, content in files.items():
        (damaged / name).write_bytes(content)
    tracemalloc.start()
    try:
        dataset = data.load(damaged)
    except DataError as error:
        message = str(error)
        assert "\n" not in message
        assert message.startswith(str(damaged))
        assert re.search(WAY_OUT, message)
    else:
        for name in ("train_images", "train_labels", "test_images", "test_labels"):
            np.testing.assert_array_equal(getattr(dataset, name), getattr(sample, name))
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 2.5 * LARGEST_FILE  # while unpacking, the content is there in pieces and as a whole


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


def test_the_sample_is_the_last_resort(nothing_installed: Path) -> None:
    assert data.find() == data.SAMPLE_FOLDER


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
    assert data.find().resolve() == nothing_installed / place
    assert data.load().reason == reason


def test_the_environment_variable_comes_before_the_usual_places(
    nothing_installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(data.SAMPLE_FOLDER, nothing_installed / "DATA")
    shutil.copytree(data.SAMPLE_FOLDER, nothing_installed / "named")
    monkeypatch.setenv("FASHION_MNIST", str(nothing_installed / "named"))
    assert data.find() == nothing_installed / "named"


def test_a_broken_copy_is_an_error_rather_than_passed_over(nothing_installed: Path) -> None:
    shutil.copytree(data.SAMPLE_FOLDER, nothing_installed / "DATA")
    (nothing_installed / "DATA" / f"{TEST_LABELS}.gz").unlink()
    with pytest.raises(DataError, match="is missing beside the others"):
        data.find()


def test_torchvisions_root_may_be_named(tmp_path: Path, sample: data.Dataset) -> None:
    shutil.copytree(data.SAMPLE_FOLDER, tmp_path / data.TORCHVISION)
    assert data.load(tmp_path).digest == sample.digest


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


def test_a_split_is_determined_by_its_seed() -> None:
    labels = np.repeat(np.arange(10), 50)
    first, again, other = (data.split(labels, 0.1, seed)[1].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_a_split_is_the_same_on_every_machine() -> None:
    assert data.split(np.zeros(20), 0.2, 0)[1].tolist() == [2, 3, 11, 13]
