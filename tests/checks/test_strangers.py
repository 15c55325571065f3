"""What strangers type: two or three faults at once, few of them as the catalogue of known mistakes has them.

Each file under `tests/strangers/ROOM` answers one exercise wrongly. Its first lines name the known mistakes that it
makes, the main one first, or say none where the catalogue does not have what is wrong.
"""

from __future__ import annotations

import ast
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
SHARE = 0.9  # of the files, whose main fault is named


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


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_mistake_is_named_that_is_not_made(path: Path, seed: int, live: LiveExpectations) -> None:
    assert told(path, seed, live) <= set(made_in(path))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_main_fault_is_named(seed: int, live: LiveExpectations) -> None:
    with_one = [path for path in FILES if made_in(path)[0] != "none"]
    lost = [path.stem for path in with_one if made_in(path)[0] not in told(path, seed, live)]
    assert len(lost) <= (1 - SHARE) * len(with_one), lost
