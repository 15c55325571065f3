"""The recipes: what they refuse, and how their learning rates go."""

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from solutions.accelerate.recipes import CONTROLS, LADDER, RECIPES, Recipe, controlled, rung
from solutions.training import LearnerConfig
from tests.conftest import ROOT


@pytest.mark.parametrize(
    "wrong",
    [
        *({"epochs": 0}, {"batch_size": 0}, {"patience": 0}, {"lr": 0}, {"lr": math.nan}, {"lr": math.inf}),
        *({"dropout": 1}, {"dropout": -0.1}, {"dropout": math.nan}, {"smoothing": 1}, {"shift": 28}, {"shift": -1}),
        *({"stretch": -0.1}, {"stretch": 1.1}, {"stretch": math.nan}),
        *({"teacher": -1}, {"shapes": -0.1}, {"shapes": math.nan}, {"shapes": 0.1, "teacher": 1}),
        *({"weight_decay": -1}, {"max_seconds": 0}, {"optimizer": "adam"}, {"normalize": True}),
    ],
    ids=str,
)
def test_a_number_out_of_its_range_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Recipe(**wrong)


def test_the_classic_recipe_is_the_chapters_and_the_others_go_beyond_it() -> None:
    assert RECIPES["classic"].is_taught
    assert replace(RECIPES["classic"], epochs=3, lr=1.0, batch_size=7, dropout=0.5, patience=2).is_taught
    assert not any(recipe.is_taught for name, recipe in RECIPES.items() if name != "classic")


@given(steps=st.integers(1, 3000), lr=st.floats(1e-6, 10))
def test_a_cosine_rises_to_the_learning_rate_and_falls_to_zero(steps: int, lr: float) -> None:
    rates = Recipe(lr=lr, cosine=True).learning_rates(steps)
    top = rates.index(max(rates))
    assert len(rates) == steps
    assert max(rates) == pytest.approx(lr)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert top <= max(1, steps / 19)
    if steps > 1:
        assert rates[-1] == pytest.approx(0, abs=1e-12)


def test_without_a_cosine_the_learning_rate_stays() -> None:
    assert Recipe(lr=0.1).learning_rates(3) == [0.1] * 3


def test_the_ladder_leads_from_what_the_learner_of_chapter_5_does_by_default_to_the_best_recipe() -> None:
    config = LearnerConfig(nn.Identity(), nn.CrossEntropyLoss())
    assert rung(0) == RECIPES["classic"]
    assert (rung(0).epochs, rung(0).lr) == (config.epochs, config.lr)
    assert rung(-1) == rung(len(LADDER) - 1) == RECIPES["best"]
    assert len({rung(number) for number in range(len(LADDER))}) == len(LADDER)
    chapter = (ROOT / "chapters" / "5-training.md").read_text(encoding="utf-8")
    assert re.search(r"^SEEDS, EPOCHS, LR = .*, 0\.1$", chapter, re.MULTILINE)


def test_a_control_is_a_step_of_the_ladder_at_another_rate_or_for_longer() -> None:
    steps = [step for step, _ in LADDER]
    for step, changes in CONTROLS:
        own = rung(steps.index(step))
        assert controlled(step, changes) == replace(own, **changes) != own
        assert len(changes) == 1
        assert changes.keys() <= {"lr", "epochs"}
