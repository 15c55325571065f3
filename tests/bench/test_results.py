"""What the book shows of the recipes is what ``make results`` measured for these recipes."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import results
from solutions.accelerate.recipes import LADDER, RECIPES, rung
from tests.conftest import ROOT

Results = dict[str, Any]


@pytest.fixture
def shown() -> Results:
    return json.loads((ROOT / "data" / "results.json").read_text())


def test_the_books_figures_are_of_the_recipes_and_the_ladder_as_they_are(shown: Results) -> None:
    """Where this fails: ``make results WRITE=1``."""
    assert not results.is_stale(shown)
    assert results.differences(shown, shown) == []


def test_a_changed_recipe_or_step_makes_them_stale(shown: Results) -> None:
    for change in (
        lambda results: results["recipes"]["best"]["recipe"].update(lr=1.0),
        lambda results: results["recipes"].pop("photo"),
        lambda results: results["ladder"].pop(),
        lambda results: results["ladder"][1].update(step="another"),
        lambda results: results["data"].update(is_sample=True),
    ):
        other = copy.deepcopy(shown)
        change(other)
        assert results.is_stale(other)


def test_a_mean_that_differs_by_more_than_chance_makes_them_stale_and_is_named(shown: Results) -> None:
    other = copy.deepcopy(shown)
    other["recipes"]["best"]["test"] = [value - 0.02 for value in other["recipes"]["best"]["test"]]
    other["ladder"][2]["valid"] = [value + 0.1 for value in other["ladder"][2]["valid"]]
    first, second = results.differences(shown, other)
    assert first.startswith("best, test: the book shows 9")
    assert second.startswith(f"{LADDER[2][0]}, valid")


def test_the_ladder_leads_from_the_classic_recipe_to_the_best_one_step_at_a_time() -> None:
    assert rung(0) == RECIPES["classic"]
    assert rung(-1) == rung(len(LADDER) - 1) == RECIPES["best"]
    assert len({rung(number) for number in range(len(LADDER))}) == len(LADDER)


def test_the_best_recipe_reaches_what_this_network_can_do(shown: Results) -> None:
    test = shown["recipes"]["best"]["test"]
    assert len(test) == 5
    assert sum(test) / 5 >= 0.905
    assert min(test) > 0.902


def test_the_table_has_a_row_for_each_recipe_and_step(shown: Results) -> None:
    recipes, ladder = results.table(shown)
    assert recipes.row_count == len(RECIPES)
    assert ladder.row_count == len(LADDER)


def test_without_the_full_set_nothing_is_measured(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "bench.results"]
    sample = {"FASHION_MNIST": str(ROOT / "data" / "sample"), "PATH": "/usr/bin", "HOME": str(tmp_path)}
    result = subprocess.run(line, capture_output=True, text=True, check=False, env=sample)
    assert result.returncode == 2
    assert "the book's figures are of the full set" in result.stderr
