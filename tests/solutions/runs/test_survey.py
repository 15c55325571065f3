"""``python -m solutions data``: what is counted, measured, drawn, and shown."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from solutions import data
from solutions.commands.terminal import count_table, small_pictures
from solutions.data import Dataset
from solutions.dropout import Classifier
from solutions.runs.survey import draw_samples, survey
from tests.solutions.conftest import Cli, error_of


def test_pixels_and_images_of_each_class_are_counted_and_those_that_are_in_both_sets(sample: Dataset) -> None:
    facts = survey(sample, Classifier.labels)
    assert facts["mean"] == pytest.approx(sample.train_images.mean())
    assert facts["std"] == pytest.approx(sample.train_images.std())
    assert facts["duplicates"] == 0
    test_images = sample.test_images.copy()
    test_images[[3, 500]] = sample.train_images[[7, 8]]
    some = replace(sample, test_images=test_images, train_labels=np.array([9, 0, 9], np.uint8))
    facts = survey(some, Classifier.labels)
    assert facts["duplicates"] == 2
    assert [counts["train"] for counts in facts["images"].values()] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert [counts["test"] for counts in facts["images"].values()] == [100] * 10


def test_bars_are_as_long_as_the_counts() -> None:
    console = Console(width=100)
    with console.capture() as captured:
        console.print(count_table({str(k): {"train": 10 * k, "test": 100} for k in range(10)}, width=9))
    rows = captured.get().splitlines()[2:]
    assert [row.count("█") for row in rows] == [number + 9 for number in range(10)]


def test_a_small_picture_has_the_means_of_four_pixels() -> None:
    images = np.zeros((2, 28, 28), np.uint8)
    images[1, 2:4, 4:6] = [[10, 20], [30, 40]]
    text = small_pictures(images, np.array([1, 0]), ("black", "dot"), width=80)
    backgrounds = [span.style.bgcolor.triplet.red for span in text.spans]
    assert text.plain.splitlines()[:7] == ["▀" * 14 + " " + "▀" * 14 + " "] * 7
    assert [place for place, value in enumerate(backgrounds) if value] == [2]
    assert backgrounds[2] == 25


# --- the picture


def test_the_picture_is_drawn_again_but_no_other_file_is_replaced(here: Cli, sample: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "new" / "data.png"
    draw_samples(sample, Classifier.labels, path)
    first = path.read_bytes()
    Image.open(path).verify()
    draw_samples(sample, Classifier.labels, path)
    assert path.read_bytes() == first
    other = tmp_path / "holiday.png"
    other.write_text("precious")
    assert f"{other}: is there already" in error_of(here("data", "--data", data.SAMPLE_FOLDER, "--out", other))
    assert other.read_text() == "precious"


@pytest.mark.parametrize(
    ("name", "message"), [("data.jpg", "end its name in .png"), ("file/data.png", "cannot be written")]
)
def test_a_picture_that_cannot_be_written_is_one_line(here: Cli, tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "file").touch()
    assert message in error_of(here("data", "--data", data.SAMPLE_FOLDER, "--out", tmp_path / name))


# --- the command


def test_data_tells_where_what_and_how_many(here: Cli, sample: Dataset, tmp_path: Path) -> None:
    result = here("data", "--data", data.SAMPLE_FOLDER, "--out", tmp_path / "data.png")
    assert result.returncode == 0
    for piece in (
        f"the sample of Fashion-MNIST, 5,000 training and 1,000 test images, from {data.SAMPLE_FOLDER}",
        "Why from there: the folder that was named",
        "5,000×28×28",
        data.SAMPLE[data.TEST_LABELS][:16],
        sample.digest,
        "Ankle boot",
        "mean 72.68, standard deviation 89.87",
        str(tmp_path / "data.png"),
    ):
        assert piece in result.stdout
    assert "▀" not in result.stdout


def test_data_gives_json(here: Cli, sample: Dataset, tmp_path: Path) -> None:
    facts = json.loads(here("data", "--data", data.SAMPLE_FOLDER, "--out", tmp_path / "data.png", "--json").stdout)
    assert facts["digest"] == sample.digest
    assert facts["images"]["Bag"] == {"train": 500, "test": 100}
    assert [file["shape"] for file in facts["files"]] == [[5000, 28, 28], [5000], [1000, 28, 28], [1000]]
    assert Path(facts["picture"]).is_file()


def test_a_terminal_shows_garments(tmp_path: Path) -> None:
    terminal, inside = pty.openpty()
    command = [sys.executable, "-m", "solutions", "data", "--data", data.SAMPLE_FOLDER, "--out", tmp_path / "a.png"]
    with subprocess.Popen(command, stdout=inside, env={**os.environ, "TERM": "xterm-256color"}) as process:
        os.close(inside)
        shown = b""
        while block := read_block(terminal):
            shown += block
    os.close(terminal)
    assert process.returncode == 0
    assert shown.decode().count("▀") == 10 * 7 * 14


def read_block(terminal: int) -> bytes:
    """What a process has printed; nothing when it has closed its end, which Linux tells as an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
