"""What the book shows of long measurements is of the recipes and the model as they are."""

import hashlib
import json
from statistics import mean
from typing import Any

import pytest

from bench import accuracies, photos
from solutions.accelerate.recipes import RECIPES
from solutions.data import Dataset
from solutions.deployment import load_model
from solutions.runs.folders import COURSE_MODEL
from tests.conftest import ROOT
from tests.solutions.conftest import full  # noqa: F401


def shown(name: str) -> Any:
    return json.loads((ROOT / "data" / f"{name}.json").read_text(encoding="utf-8"))


def test_the_accuracies_are_of_the_recipes_and_the_ladder_as_they_are() -> None:
    """Where this fails: ``make results WRITE=1``."""
    found = shown("results")
    assert not accuracies.is_stale(found)
    best = found["recipes"]["best"]["test"]
    assert len(best) == len(found["seeds"]) == 5
    assert mean(best) >= 0.905, "what this network can do"


def test_the_things_are_shown_to_the_recipe_as_it_is_and_shapes_help() -> None:
    """Where this fails: ``make things WRITE=1``."""
    rows = shown("things")["rows"]
    without, with_shapes = ([row for row in rows if row["shapes"] == share] for share in (0.0, RECIPES["photo"].shapes))
    assert len(without) == len(with_shapes) == len(rows) / 2
    assert max(row["answered"] for row in with_shapes) < min(row["answered"] for row in without) / 2
    assert mean(row["valid"] for row in with_shapes) > mean(row["valid"] for row in without) - 0.005


def test_the_photographs_are_shown_to_the_courses_own_model() -> None:
    """Where this fails: ``make photos WRITE=1``."""
    assert shown("photographs")["model_digest"] == hashlib.sha256(COURSE_MODEL.read_bytes()).hexdigest()


@pytest.mark.deep
@pytest.mark.long("four hundred photographs")
@pytest.mark.parametrize("kind", ["white", "grey", "coloured", "transparent"])
def test_it_is_right_for_four_of_five_photographs_on_a_plain_background(full: Dataset, kind: str) -> None:  # noqa: F811
    found = photos.measure(load_model(COURSE_MODEL), full, kind)
    (told,) = (other for other in shown("photographs")["kinds"] if other["kind"] == kind)
    assert found["accuracy"] == pytest.approx(told["accuracy"], abs=0.02), "but for what other processors round"
    assert found["accuracy"] >= 0.8
