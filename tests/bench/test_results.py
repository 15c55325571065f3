"""What the book shows of the recipes is what ``make results`` measured for these recipes."""

import copy
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from torch import nn

from bench import results
from solutions.accelerate.recipes import CONTROLS, LADDER, RECIPES, controlled, rung
from solutions.training import LearnerConfig
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
        lambda results: results["controls"][0].update(changes={"lr": 1.0}),
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
    assert second.startswith(LADDER[2][0])


def test_the_ladder_leads_from_the_classic_recipe_to_the_best_one_step_at_a_time() -> None:
    assert rung(0) == RECIPES["classic"]
    assert rung(-1) == rung(len(LADDER) - 1) == RECIPES["best"]
    assert len({rung(number) for number in range(len(LADDER))}) == len(LADDER)


def test_the_ladder_begins_with_what_the_learner_of_chapter_5_does_by_default() -> None:
    config = LearnerConfig(nn.Identity(), nn.CrossEntropyLoss())
    assert rung(0).is_taught
    assert (rung(0).epochs, rung(0).lr) == (config.epochs, config.lr)
    chapter = (ROOT / "chapters" / "5-training.md").read_text(encoding="utf-8")
    assert re.search(r"^SEEDS, EPOCHS, LR = .*, 0\.1$", chapter, re.MULTILINE)


def test_a_control_is_a_step_of_the_ladder_at_another_rate_or_for_longer() -> None:
    steps = [step for step, _ in LADDER]
    for step, changes in CONTROLS:
        own = rung(steps.index(step))
        assert controlled(step, changes) == replace(own, **changes) != own
        assert len(changes) == 1
        assert changes.keys() <= {"lr", "epochs"}


def test_what_the_book_shows_is_known_by_recipe_and_not_trained_again(shown: Results) -> None:
    known = results.known(shown)
    assert known.keys() == {
        *RECIPES.values(),
        *(rung(number) for number in range(len(LADDER))),
        *(controlled(*control) for control in CONTROLS),
    }
    for name, recipe in RECIPES.items():
        assert [one["test"] for one in known[recipe]] == shown["recipes"][name]["test"]
    shown["ladder"][3]["changes"] = {"lr": 7.0}
    assert rung(3) not in results.known(shown)


def test_the_best_recipe_reaches_what_this_network_can_do(shown: Results) -> None:
    test = shown["recipes"]["best"]["test"]
    assert len(test) == len(shown["seeds"]) == 5
    assert sum(test) / len(test) >= 0.905
    assert min(test) > 0.902


def test_the_table_has_a_row_for_each_recipe_and_step(shown: Results) -> None:
    recipes, ladder, controls = results.table(shown)
    assert recipes.row_count == len(RECIPES)
    assert ladder.row_count == len(LADDER)
    assert controls.row_count == len(CONTROLS)


def test_a_difference_is_paired_and_its_interval_narrower_than_that_of_either_mean() -> None:
    """Splits make the numbers of a step differ by ten points here, and the step's gain by a tenth."""
    before, after = {"valid": [0.8, 0.85, 0.9]}, {"valid": [0.81, 0.861, 0.909]}
    assert results.gain(before, after) == "+1.00 (+0.75 to +1.25)"


def test_without_the_full_set_nothing_is_measured(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "bench.results"]
    sample = {"FASHION_MNIST": str(ROOT / "data" / "sample"), "PATH": "/usr/bin", "HOME": str(tmp_path)}
    result = subprocess.run(line, capture_output=True, text=True, check=False, env=sample)
    assert result.returncode == 2
    assert "the book's figures are of the full set" in result.stderr
