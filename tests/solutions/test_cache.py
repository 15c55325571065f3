"""What is done once: unpacking and verifying; and what is never believed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from solutions import cache, data
from solutions.data import DataError

PIXEL = 1000  # a place among the pixels of an image file


@pytest.fixture(autouse=True)
def kept(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an empty cache, for files that count as written long ago."""
    home = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.setattr(cache, "SETTLED", 0.0)
    return home / cache.NAME


def copies(folder: Path) -> set[str]:
    """The names of the cache's files but the records."""
    return {path.name for path in folder.iterdir() if path.suffix != ".json"}


def change_in_place(path: Path) -> None:
    """Change one byte, and neither the size, nor the time of writing, nor the place on the disk."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(PIXEL)
        byte = file.read(1)[0]
        file.seek(PIXEL)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def believe(path: Path, digest: str) -> None:
    """Forge a record: say that the file, as it is now, was verified."""
    cache.record(cache.State.of(path), digest)


def is_right(dataset: data.Dataset, sample: data.Dataset) -> bool:
    return dataset.digest == sample.digest and np.array_equal(dataset.train_images, sample.train_images)


# --- plain files


def test_a_plain_file_is_verified_once(folder: Path) -> None:
    assert [file.was_verified for file in data.load(folder).files] == [False] * 4
    assert [file.was_verified for file in data.load(folder).files] == [True] * 4


def test_what_the_record_says_is_not_computed_again(folder: Path, sample: data.Dataset) -> None:
    """A file that is wrong, with a forged record that it is right, is taken: so its content was not looked at."""
    change_in_place(folder / data.TRAIN_IMAGES)
    believe(folder / data.TRAIN_IMAGES, data.SAMPLE[data.TRAIN_IMAGES])
    dataset = data.load(folder)
    assert np.count_nonzero(dataset.train_images != sample.train_images) == 1


def test_a_change_that_hides_itself_is_noticed(folder: Path) -> None:
    data.load(folder)
    change_in_place(folder / data.TRAIN_IMAGES)
    with pytest.raises(DataError, match="wrong checksum"):
        data.load(folder)


def test_a_wrong_file_stays_wrong(folder: Path) -> None:
    change_in_place(folder / data.TRAIN_IMAGES)
    for _ in range(2):
        with pytest.raises(DataError, match="wrong checksum"):
            data.load(folder)


def test_a_file_that_was_written_just_now_is_not_recorded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second write in the same tick of the file system's clock would leave no trace."""
    monkeypatch.setattr(cache, "SETTLED", 3600.0)
    for _ in range(2):
        assert [file.was_verified for file in data.load(folder).files] == [False] * 4


def test_plain_files_are_not_copied(folder: Path, kept: Path) -> None:
    data.load(folder)
    assert copies(kept) == set()


# --- packed files


def test_a_packed_file_is_unpacked_once(kept: Path, sample: data.Dataset) -> None:
    """The copy is changed and its record forged: that the change shows, shows that the copy is what is read."""
    assert is_right(data.load(data.SAMPLE_FOLDER), sample)
    assert copies(kept) == set(data.SAMPLE.values())
    digest = data.SAMPLE[data.TRAIN_IMAGES]
    change_in_place(kept / digest)
    believe(kept / digest, digest)
    dataset = data.load(data.SAMPLE_FOLDER)
    assert [file.was_verified for file in dataset.files] == [True] * 4
    assert np.count_nonzero(dataset.train_images != sample.train_images) == 1


def damage(path: Path) -> None:
    change_in_place(path)


def cut(path: Path) -> None:
    os.truncate(path, 100)


def replace_by_another(path: Path) -> None:
    (path.parent / data.SAMPLE[data.TEST_IMAGES]).replace(path)


@pytest.mark.parametrize("harm", [damage, cut, replace_by_another, Path.unlink])
def test_a_copy_that_was_harmed_is_made_again(kept: Path, sample: data.Dataset, harm: object) -> None:
    data.load(data.SAMPLE_FOLDER)
    harm(kept / data.SAMPLE[data.TRAIN_IMAGES])
    assert is_right(data.load(data.SAMPLE_FOLDER), sample)
    assert [file.was_verified for file in data.load(data.SAMPLE_FOLDER).files] == [True] * 4
    assert is_right(data.load(data.SAMPLE_FOLDER), sample)


def test_records_that_are_no_records_are_not_believed(kept: Path, sample: data.Dataset) -> None:
    data.load(data.SAMPLE_FOLDER)
    for path in kept.glob("*.json"):
        path.write_bytes(b"\xff{}")
    dataset = data.load(data.SAMPLE_FOLDER)
    assert is_right(dataset, sample)
    assert [file.was_verified for file in dataset.files] == [False] * 4


def test_wrong_content_is_not_kept(folder: Path, kept: Path, sample: data.Dataset) -> None:
    (folder / data.TRAIN_IMAGES).unlink()
    packed = bytearray((sample.source / f"{data.TRAIN_IMAGES}.gz").read_bytes())
    packed[-5] ^= 1
    (folder / f"{data.TRAIN_IMAGES}.gz").write_bytes(packed)
    with pytest.raises(DataError):
        data.load(folder)
    assert not kept.exists() or copies(kept) == set()


@pytest.mark.parametrize("broken", ["a file in place of the cache", "a folder in place of a copy", "no home"])
def test_without_a_cache_the_data_are_read_all_the_same(
    kept: Path, sample: data.Dataset, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    if broken == "a file in place of the cache":
        kept.touch()
    elif broken == "a folder in place of a copy":
        (kept / data.SAMPLE[data.TRAIN_IMAGES] / "in the way").mkdir(parents=True)
    else:
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.setenv("HOME", "/dev/null")
    for _ in range(2):
        dataset = data.load(data.SAMPLE_FOLDER)
        assert is_right(dataset, sample)
        assert not dataset.files[0].was_verified


def test_processes_that_start_at_once_all_get_the_data(kept: Path, sample: data.Dataset) -> None:
    code = "from solutions import data; print(data.load(data.SAMPLE_FOLDER).digest)"
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert {process.communicate(timeout=60)[0].strip() for process in started} == {sample.digest}
    assert copies(kept) == set(data.SAMPLE.values())
    assert is_right(data.load(data.SAMPLE_FOLDER), sample)
