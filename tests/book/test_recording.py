"""The recorded training run: it is consistent, of the recipe as it is, and what the tool makes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bench import record_run
from book.widgets.training import found, unpack
from solutions import data
from solutions.accelerate.recipes import RECIPES, Recipe
from solutions.data import Dataset
from solutions.runs.run import divide, new_learner, new_model
from tests.conftest import ROOT

SETTINGS = replace(record_run.SHOWN, recipe=replace(RECIPES["classic"], epochs=3, lr=0.1))
LARGEST = 150_000  # bytes that a page fetches for it
Recording = dict[str, Any]


@pytest.fixture(scope="module")
def shown() -> Recording:
    return json.loads((ROOT / "data" / "training-run.json").read_text())


@pytest.fixture(scope="module")
def few() -> Dataset:
    """The sample, but 40 training images of each class."""
    sample = data.load(data.SAMPLE_FOLDER)
    rows = np.concatenate([np.flatnonzero(sample.train_labels == label)[:40] for label in range(10)])
    return replace(sample, train_images=sample.train_images[rows], train_labels=sample.train_labels[rows])


@pytest.fixture(scope="module")
def small(few: Dataset) -> Recording:
    return record_run.record(SETTINGS, few)


def check_consistency(run: Recording, images: int) -> None:
    epochs = run["recipe"]["epochs"] + 1
    confusion = np.array(run["confusion"])
    assert confusion.shape == (epochs, 10, 10)
    assert (confusion.sum(axis=2) == run["images"]["valid"] / 10).all()
    traces = confusion.trace(axis1=1, axis2=2) / run["images"]["valid"]
    np.testing.assert_allclose(run["valid"]["accuracy"], traces, atol=0.5001 * 10**-record_run.DIGITS)
    for name in ("train", "valid"):
        assert [len(values) for values in run[name].values()] == [epochs, epochs]
    assert sum(run["images"].values()) == images
    steps = unpack(run)
    assert steps.shape == (epochs, len(run["units"]), 28, 28)
    assert (np.abs(steps).max(axis=(0, 2, 3)) == 127).all()


def test_the_books_recording_is_consistent_and_of_the_recipe_as_it_is(shown: Recording) -> None:
    """Where this fails: ``make recording``."""
    check_consistency(shown, 60_000)
    assert Recipe(**shown["recipe"]) == record_run.SHOWN.recipe
    assert not shown["data"]["is_sample"]
    assert len((ROOT / "data" / "training-run.json").read_bytes()) < LARGEST


def test_what_the_tool_records_of_a_few_images_is_consistent_and_the_same_each_time(
    small: Recording, few: Dataset
) -> None:
    check_consistency(small, 400)
    assert small["train"]["loss"][-1] < small["train"]["loss"][0]
    assert record_run.record(SETTINGS, few) == small


def test_the_last_matrix_and_the_curves_are_those_of_a_run_of_the_course(small: Recording, few: Dataset) -> None:
    """The course's own loop, with the same seed."""
    model = new_model(SETTINGS.recipe, SETTINGS.seed)
    learner = new_learner(SETTINGS, model, few, lambda _: None)
    for epoch in range(1, 4):
        learner.train_epoch()
        loss, accuracy = learner.validate()
        assert small["valid"]["loss"][epoch] == pytest.approx(loss, abs=1e-4)
        assert small["valid"]["accuracy"][epoch] == pytest.approx(accuracy, abs=1e-4)
    rows = divide(few, SETTINGS.seed)[1]
    images = torch.tensor(few.train_images[rows]).float() / 255
    model.eval()
    guesses = model(images).argmax(dim=1).numpy()
    right = [int(((few.train_labels[rows] == label) & (guesses == label)).sum()) for label in range(10)]
    assert [small["confusion"][-1][label][label] for label in range(10)] == right


def test_packed_weights_are_found_again_to_within_half_a_step() -> None:
    weights = torch.randn(3, 2, 784, generator=torch.Generator().manual_seed(0))
    packed = record_run.pack(weights)
    steps = unpack({"confusion": [0] * 3, "units": [0, 1], **packed})
    size = np.array(packed["largest"])[:, None, None] / 127
    assert (np.abs(steps * size - weights.reshape(3, 2, 28, 28).numpy()) < 0.55 * size).all()


def test_the_recording_shows_what_the_chapter_says_of_it(shown: Recording) -> None:
    """Chapter 5, "Watch it being learned"."""
    labels, last = shown["labels"], shown["recipe"]["epochs"]
    early, late = found(shown, 1), found(shown, last)
    for name in ("Trouser", "Bag", "Ankle boot"):
        assert early[labels.index(name)] > 0.9 > late[labels.index(name)] - 0.1
    assert early[labels.index("Sandal")] < 0.6
    assert found(shown, 5)[labels.index("Sandal")] > 0.88
    assert labels[late.argmin()] == "Shirt"
    shirts = [found(shown, epoch)[labels.index("Shirt")] for epoch in range(last - 9, last + 1)]
    assert max(shirts) - min(shirts) > 0.1
    assert max(np.abs(np.diff(shown["valid"]["accuracy"][-10:]))) < 0.01
    assert max(np.abs(np.subtract(shown["train"]["loss"], shown["valid"]["loss"]))) < 0.02
    steps = unpack(shown)
    assert np.std(steps[-1] - steps[0]) < 0.3 * np.std(steps[0])


def test_without_the_full_set_nothing_is_recorded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("FASHION_MNIST", str(data.SAMPLE_FOLDER))
    assert record_run.main([str(tmp_path / "run.json")]) == 2
    assert "what the book shows is a run on the full set" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
