"""The recorded training run: it is consistent, of the recipe as it is, and shows what the chapter says."""

import json
from typing import Any

import numpy as np
import pytest

from bench import record_run
from book.widgets.training import recall, unpack
from solutions.accelerate.recipes import Recipe
from tests.conftest import ROOT

LARGEST = 150_000  # bytes that a page fetches for it
Recording = dict[str, Any]


@pytest.fixture(scope="module")
def shown() -> Recording:
    return json.loads((ROOT / "data" / "training-run.json").read_text())


def test_the_books_recording_is_consistent_and_of_the_recipe_as_it_is(shown: Recording) -> None:
    """Where this fails: ``make recording``."""
    epochs = shown["recipe"]["epochs"] + 1
    confusion = np.array(shown["confusion"])
    assert confusion.shape == (epochs, 10, 10)
    assert (confusion.sum(axis=2) == shown["images"]["valid"] / 10).all()
    accuracies = confusion.trace(axis1=1, axis2=2) / shown["images"]["valid"]
    np.testing.assert_allclose(shown["valid"]["accuracy"], accuracies, atol=0.5001 * 10**-record_run.DIGITS)
    for name in ("train", "valid"):
        assert [len(values) for values in shown[name].values()] == [epochs, epochs]
    assert unpack(shown).shape == (epochs, len(shown["units"]), 28, 28)
    assert Recipe(**shown["recipe"]) == record_run.SHOWN.recipe
    assert not shown["data"]["is_sample"] and sum(shown["images"].values()) == 60_000
    assert (ROOT / "data" / "training-run.json").stat().st_size < LARGEST


def test_the_recording_shows_what_the_chapter_says_of_it(shown: Recording) -> None:
    """Chapter 5, "Watch it being learned"."""
    labels, last = shown["labels"], shown["recipe"]["epochs"]
    early, late = recall(shown, 1), recall(shown, last)
    for name in ("Trouser", "Bag", "Ankle boot"):
        assert early[labels.index(name)] > 0.9 > late[labels.index(name)] - 0.1
    assert early[labels.index("Sandal")] < 0.6
    assert recall(shown, 5)[labels.index("Sandal")] > 0.88
    assert labels[late.argmin()] == "Shirt"
    shirts = [recall(shown, epoch)[labels.index("Shirt")] for epoch in range(last - 9, last + 1)]
    assert max(shirts) - min(shirts) > 0.1
    assert max(np.abs(np.diff(shown["valid"]["accuracy"][-10:]))) < 0.01
    assert max(np.abs(np.subtract(shown["train"]["loss"], shown["valid"]["loss"]))) < 0.02
    steps = unpack(shown)
    assert np.std(steps[-1] - steps[0]) < 0.3 * np.std(steps[0])
