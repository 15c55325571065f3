"""The tool that changes solutions does what it says, its list is not stale, and no other change lives."""

from __future__ import annotations

import pytest

from autograder.checks import rooms
from autograder.course import Course
from tests.mutants.mutate import Mutant, mutants_of
from tests.mutants.trial import Trial, equivalents

TINY = '''
import math


def half(x):
    """Return half of what is above 0."""
    limit = 1
    ### BEGIN SOLUTION
    if x > 0:
        raise ValueError(f"too large: {x + 1}")
    for _ in range(2):
        x = math.floor(x).clip(min=0)
    return x / 2
    ### END SOLUTION
'''


def changes(source: str) -> dict[str, set[str]]:
    by_code: dict[str, set[str]] = {}
    for mutant in mutants_of(source):
        by_code.setdefault(mutant.code, set()).add(mutant.change)
    return by_code


def test_each_operator_constant_call_keyword_branch_and_statement_is_changed() -> None:
    assert changes(TINY) == {
        "if x > 0:": {"x > 0 → x >= 0", "x > 0 → x <= 0", "x > 0 → True", "x > 0 → False", "0 → 1", "0 → -1"},
        "for _ in range(2):": {"left out", "range(2) → 2", "2 → 3", "2 → 1"},
        "x = math.floor(x).clip(min=0)": {
            "left out",
            "math.floor(x).clip(min=0) → math.floor(x)",
            "math.floor(x).clip(min=0) → math.floor(x).clip()",
            "math.floor(x) → x",
            "0 → 1",
            "0 → -1",
        },
        "return x / 2": {"→ return None", "x / 2 → x * 2", "2 → 3", "2 → 1"},
    }


@pytest.mark.parametrize(
    ("new", "lives"),
    [
        ("return torch.where(x > 0, x, torch.zeros_like(x))", True),
        ("return torch.where(x > 0, x, 1)", False),
        ("import os; os._exit(1)", False),
        pytest.param("while True: pass", False, marks=pytest.mark.long("it is waited for")),
    ],
    ids=["right", "wrong", "dead", "endless"],
)
def test_a_mutant_lives_only_where_no_check_sees_it(new: str, lives: bool) -> None:
    trial, old = Trial("approximation"), "return torch.where(x > 0, x, 0)"
    assert trial.source.count(old) == 1
    mutant = Mutant("", 0, old, f"{old} → {new}", trial.source.replace(old, new))
    assert trial.lives(mutant) == lives


@pytest.mark.parametrize("room", rooms())
def test_each_equivalent_change_is_one_that_is_still_made(room: str) -> None:
    made = {mutant.key for mutant in mutants_of(Course.installed().source(room))}
    assert equivalents(room) - made == set()


@pytest.mark.deep
@pytest.mark.parametrize("room", rooms())
@pytest.mark.long("hundreds of mutants, each in a process of its own")
def test_each_mutant_is_caught_or_known_to_be_right(room: str) -> None:
    result = Trial(room).result()
    assert [(mutant.line, *mutant.key) for mutant in result.alive] == []
    assert result.stale == []
