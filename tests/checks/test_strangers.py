"""What strangers type: two or three faults at once, few of them as the catalogue of known mistakes has them.

Each file under `tests/strangers/ROOM` answers one exercise wrongly. Its first lines name the known mistakes that it
makes, the main one first, or say none where the catalogue does not have what is wrong.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from autograder.checks import checks_of
from autograder.course import Course, names_anew
from autograder.expectations.live import LiveExpectations
from autograder.judge import judge
from autograder.observe import observe, seed_of
from tests.checks.conftest import named
from tests.conftest import ROOT

FILES = sorted((ROOT / "tests" / "strangers").glob("*/*.py"))
SEEDS = (7, pytest.param(8, marks=pytest.mark.deep), pytest.param(9, marks=pytest.mark.deep))
NAMED = 0.9  # of the files whose main fault is known: where it is named
WRONG = 0.04  # of the files: where one is named that they do not make


def made_in(path: Path) -> list[str]:
    """Return the ids of the mistakes that a file says it makes."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split()


def told(path: Path, seed: int, live: LiveExpectations) -> set[str]:
    """Return which known mistakes the checks of its exercise name in a file."""
    room, source = path.parent.name, path.read_text(encoding="utf-8")
    defined = {part.name for part in ast.parse(source).body if isinstance(part, ast.ClassDef | ast.FunctionDef)}
    (exercise,) = {check.exercise for check in checks_of(room)} & defined
    names = names_anew(source, f"stranger.{path.stem}")
    checks = checks_of(room, exercise)
    seeds = [seed_of(seed, check) for check in checks]
    answers = [observe(check, names(), at) for check, at in zip(checks, seeds, strict=True)]
    return {mistake for mistake in named(judge(checks, answers, seeds, live)) if mistake}


def test_each_file_names_mistakes_that_there_are() -> None:
    for path in FILES:
        known = {mistake.id for mistake in Course.installed().mistakes(path.parent.name)}
        assert set(made_in(path)) <= known | {"none"} and made_in(path), path


@cache
def told_of_all(seed: int) -> dict[str, tuple[list[str], set[str]]]:
    """Return of each file what it makes and what it is told."""
    live = LiveExpectations(Course.installed())
    return {f"{path.parent.name}/{path.stem}": (made_in(path), told(path, seed, live)) for path in FILES}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.long("some ninety answers")
def test_the_main_fault_is_named(seed: int) -> None:
    with_one = {name: (made[0], named) for name, (made, named) in told_of_all(seed).items() if made[0] != "none"}
    lost = [name for name, (main, named) in with_one.items() if main not in named]
    assert len(lost) <= (1 - NAMED) * len(with_one), lost


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.long("some ninety answers")
def test_hardly_a_mistake_is_named_that_is_not_made(seed: int) -> None:
    wrong = {name: named - set(made) for name, (made, named) in told_of_all(seed).items() if named - set(made)}
    assert len(wrong) <= WRONG * len(FILES), wrong
