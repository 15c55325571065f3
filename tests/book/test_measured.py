"""Long measurements that the book shows belong to the recipes and the model as they are."""

import hashlib
import json
from statistics import mean
from typing import Any

import numpy as np

from bench import accuracies, record_run
from book.widgets.training import recall, unpack
from solutions.accelerate.recipes import RECIPES, Recipe
from solutions.runs.folders import COURSE_MODEL
from tests.conftest import ROOT


def shown(name: str) -> Any:
    return json.loads((ROOT / "data" / f"{name}.json").read_text(encoding="utf-8"))


def test_the_accuracies_are_of_the_recipes_and_the_ladder_as_they_are() -> None:
    """If this fails, run ``make results``."""
    measured = shown("results")
    assert not accuracies.is_stale(measured)
    best = measured["recipes"]["best"]["test"]
    assert len(best) == len(measured["seeds"]) == 5
    assert mean(best) >= 0.905, "what this network can do"


def test_the_things_are_shown_to_the_recipe_as_it_is_and_shapes_help() -> None:
    """If this fails, run ``make things WRITE=1``."""
    rows = shown("things")["rows"]
    without, with_shapes = ([row for row in rows if row["shapes"] == share] for share in (0.0, RECIPES["photo"].shapes))
    assert len(without) == len(with_shapes) == len(rows) / 2
    assert max(row["answered"] for row in with_shapes) < min(row["answered"] for row in without) / 2
    assert mean(row["valid"] for row in with_shapes) > mean(row["valid"] for row in without) - 0.005


def test_the_photographs_are_shown_to_the_courses_own_model() -> None:
    """If this fails, run ``make photos WRITE=1``."""
    assert shown("photographs")["model_digest"] == hashlib.sha256(COURSE_MODEL.read_bytes()).hexdigest()


# ---- the recorded training run

LARGEST = 150_000  # bytes that a page fetches for it
RECORDED = shown("training-run")


def test_the_books_recording_is_consistent_and_of_the_recipe_as_it_is() -> None:
    """If this fails, run ``make recording``."""
    epochs = RECORDED["recipe"]["epochs"] + 1
    confusion = np.array(RECORDED["confusion"])
    assert confusion.shape == (epochs, 10, 10)
    assert (confusion.sum(axis=2) == RECORDED["images"]["valid"] / 10).all()
    accuracies = confusion.trace(axis1=1, axis2=2) / RECORDED["images"]["valid"]
    np.testing.assert_allclose(RECORDED["valid"]["accuracy"], accuracies, atol=0.5001 * 10**-record_run.DIGITS)
    for name in ("train", "valid"):
        assert [len(values) for values in RECORDED[name].values()] == [epochs, epochs]
    assert unpack(RECORDED).shape == (epochs, len(RECORDED["units"]), 28, 28)
    assert Recipe(**RECORDED["recipe"]) == record_run.SHOWN.recipe
    assert not RECORDED["data"]["is_sample"] and sum(RECORDED["images"].values()) == 60_000
    assert (ROOT / "data" / "training-run.json").stat().st_size < LARGEST


def test_the_recording_shows_what_the_chapter_says_of_it() -> None:
    """Chapter 5, "Watch it being learned"."""
    labels, last = RECORDED["labels"], RECORDED["recipe"]["epochs"]
    early, late = recall(RECORDED, 1), recall(RECORDED, last)
    for name in ("Trouser", "Bag", "Ankle boot"):
        assert early[labels.index(name)] > 0.9 > late[labels.index(name)] - 0.1
    assert early[labels.index("Sandal")] < 0.6
    assert recall(RECORDED, 5)[labels.index("Sandal")] > 0.88
    assert labels[late.argmin()] == "Shirt"
    shirts = [recall(RECORDED, epoch)[labels.index("Shirt")] for epoch in range(last - 9, last + 1)]
    assert max(shirts) - min(shirts) > 0.1
    assert max(np.abs(np.diff(RECORDED["valid"]["accuracy"][-10:]))) < 0.01
    assert max(np.abs(np.subtract(RECORDED["train"]["loss"], RECORDED["valid"]["loss"]))) < 0.02
    steps = unpack(RECORDED)
    assert np.std(steps[-1] - steps[0]) < 0.3 * np.std(steps[0])
