"""What must hold of the checks, the known mistakes and the reference of chapter 2."""

from __future__ import annotations

from itertools import islice, product
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from autograder.checks import checks_of
from autograder.mistakes import Mistake
from autograder.reference import Course, names_of_source
from autograder.verdicts import Verdict
from solutions.layers import Flatten, Linear, Sequential
from tests.checks.conftest import Judge
from tests.conftest import ROOT, SAMPLE_CLASS

ROOM = "layers"
SEEDS = range(100, 120)
COURSE = Course.installed()
MISTAKES = COURSE.mistakes(ROOM)
RIGHT = [
    *sorted((ROOT / "tests" / "right" / ROOM).glob("*.py")),
    *(SAMPLE_CLASS / f"{name}.py" for name in ("ada", "grace", "alan")),
]


def failed(verdicts: list[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if not verdict.passed]


def named(verdicts: list[Verdict]) -> set[str | None]:
    return {verdict.diagnosis.mistake for verdict in failed(verdicts) if verdict.diagnosis}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.id)
def test_each_known_mistake_is_caught_and_its_own_message_is_shown(mistake: Mistake, verdicts_on: Judge) -> None:
    names = COURSE.mistaken_names(ROOM, mistake)
    for seed in SEEDS:
        verdicts = verdicts_on(ROOM, names, seed)
        assert failed(verdicts), f"passed with seed {seed}"
        assert named(verdicts) == {mistake.id}
        assert all(mistake.says in verdict.message for verdict in failed(verdicts))


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_a_right_but_different_solution_passes_every_check(path: object, verdicts_on: Judge) -> None:
    names = names_of_source(path.read_text(encoding="utf-8"), f"right.{path.stem}")  # type: ignore[attr-defined]
    for seed in SEEDS:
        assert [verdict.message for verdict in failed(verdicts_on(ROOM, names, seed))] == []


def test_there_are_at_least_eight_right_but_different_solutions() -> None:
    assert len(RIGHT) >= 8


def pairs_in_different_exercises() -> list[tuple[Mistake, Mistake]]:
    by_exercise = [[m for m in MISTAKES if m.exercise == name] for name in ("Linear", "Sequential")]
    return list(islice(product(*by_exercise), 0, None, 13))


@pytest.mark.parametrize("pair", pairs_in_different_exercises(), ids=lambda pair: "+".join(m.id for m in pair))
def test_two_mistakes_in_two_exercises_are_both_named(pair: tuple[Mistake, Mistake], verdicts_on: Judge) -> None:
    first, second = pair
    source = second.apply(first.apply(COURSE.source(ROOM)))
    assert named(verdicts_on(ROOM, names_of_source(source, "two.mistakes"), 7)) == {first.id, second.id}


@pytest.mark.parametrize(
    "ids",
    [
        ("linear-bias-left-out", "linear-zeros"),
        ("linear-std-ignored", "linear-no-extra-repr"),
        ("linear-random-bias", "linear-std-not-refused"),
        ("linear-uniform", "linear-data-in-forward"),
        ("flatten-view", "sequential-plain-list"),
    ],
)
def test_two_mistakes_that_touch_different_checks_are_both_named(ids: tuple[str, str], verdicts_on: Judge) -> None:
    source = COURSE.source(ROOM)
    for mistake in MISTAKES:
        source = mistake.apply(source) if mistake.id in ids else source
    assert set(ids) <= named(verdicts_on(ROOM, names_of_source(source, "two.mistakes"), 7))


def test_the_untouched_stub_earns_nothing_and_is_told_kindly(verdicts_on: Judge) -> None:
    header = "import torch\nfrom torch import nn, Tensor\nfrom collections.abc import Iterator\n"
    stubs = header + "\n\n".join(exercise.stub for exercise in COURSE.exercises(ROOM))
    verdicts = verdicts_on(ROOM, names_of_source(stubs, "stub"), 1)
    assert {verdict.outcome for verdict in verdicts} == {"missing"}
    assert sum(verdict.points for verdict in verdicts) == 0
    assert all("not written yet" in verdict.message for verdict in verdicts)


def test_names_that_are_not_there_are_missing(verdicts_on: Judge) -> None:
    assert {verdict.outcome for verdict in verdicts_on(ROOM, SimpleNamespace(), 1)} == {"missing"}


def test_half_an_exercise_earns_the_points_of_its_half(verdicts_on: Judge) -> None:
    source = COURSE.source(ROOM).replace(
        'return f"{in_features}, {out_features}, bias=True"', 'raise NotImplementedError("layers: Linear")'
    )
    verdicts = verdicts_on(ROOM, names_of_source(source, "half"), 1)
    assert [verdict.check.name for verdict in failed(verdicts)] == ["printing"]


def test_the_chapter_is_worth_twenty_points_of_which_eight_are_hidden() -> None:
    checks = checks_of(ROOM)
    assert sum(check.points for check in checks) == 20
    assert sum(check.points for check in checks if check.hidden) == 8


@pytest.mark.parametrize("exercise", ["Linear", "Flatten", "Sequential"])
def test_each_exercise_has_three_checks_and_a_hidden_one_among_them(exercise: str) -> None:
    checks = checks_of(ROOM, exercise)
    assert len(checks) >= 3
    assert any(check.hidden for check in checks)


def test_the_reference_layer_computes_what_torch_computes() -> None:
    mine, theirs = Linear(7, 4), nn.Linear(7, 4)
    with torch.no_grad():
        theirs.weight.copy_(mine.weight.T)
        theirs.bias.copy_(mine.bias.normal_())
    x = torch.randn(3, 5, 7)
    torch.testing.assert_close(mine(x), theirs(x))


def test_the_reference_flattens_as_torch_does() -> None:
    for x in (torch.randn(3, 4, 5), torch.zeros(0, 28, 28), torch.randn(2, 3, 4, 5).transpose(1, 3)):
        torch.testing.assert_close(Flatten()(x), nn.Flatten()(x))


def test_the_reference_container_behaves_like_torchs() -> None:
    layers = [nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2)]
    mine, theirs = Sequential(*layers), nn.Sequential(*layers)
    x = torch.randn(5, 4)
    torch.testing.assert_close(mine(x), theirs(x))
    assert [len(mine), mine[-1], list(mine)] == [len(theirs), theirs[-1], list(theirs)]
    assert len(list(mine.parameters())) == len(list(theirs.parameters()))
