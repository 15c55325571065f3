"""The book's claims: each holds on what was measured, its opposite does not, and the code is today's."""

import re
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from autograder.course import Course
from solutions.claims import BoundedInterval, Claim, Interval, above, below, claim, grid, interval, paired
from solutions.claims import ledger as ledgers
from solutions.claims.__main__ import main as claims_command
from solutions.claims.experiments import train
from solutions.claims.ledger import LedgerEntry, all_claims, by_combination, chapter_of, complaints, measure_one, read

CLAIMS = {subject.id: subject for subject in all_claims()}
EACH_CLAIM = pytest.mark.parametrize("subject", CLAIMS.values(), ids=lambda subject: subject.id)
LEDGER = read()
MARK = re.compile(r"\{claim\}`([\w-]+)`")


def test_a_ledger_that_is_written_is_the_one_that_was_read(tmp_path: Path) -> None:
    ledgers.write(LEDGER, tmp_path / "claims.json")
    assert (tmp_path / "claims.json").read_bytes() == ledgers.LEDGER.read_bytes()


def made_up(says: str = "More is better, at a rate of 1.", **options: object) -> Claim:
    """Return a claim whose numbers are what the setting says."""
    settings = grid(rate=[1, 2], epochs=[3, 4], seed=range(5))
    bounds = above("more", 0.5, "more"), below("more", -0.5, "more")
    return Claim("made-up", "layers", says, "More is worse.", settings, more, *bounds, **options)  # type: ignore[arg-type]


def more(rate: int, epochs: int, seed: int) -> dict[str, float]:
    return {"more": 1.0 + seed / 100}


def measured(subject: Claim, *values: float) -> LedgerEntry:
    """Return measurements in which each combination has one value, give or take a hundredth."""
    combinations = [{"rate": rate, "epochs": epochs} for rate in (1, 2) for epochs in (3, 4)]
    numbers: list[dict[str, tuple[float, ...]]] = [{"more": (v - 0.01, v, v, v, v + 0.01)} for v in values]
    return LedgerEntry(ledgers.digest_of(subject), combinations, numbers, 1.0)


# What is claimed


@EACH_CLAIM
def test_a_claim_holds_and_its_opposite_fails_as_measured_with_todays_code(subject: Claim) -> None:
    assert complaints(subject, LEDGER.get(subject.id)) == []


@EACH_CLAIM
@pytest.mark.deep
def test_a_small_setting_measured_again_gives_the_numbers_of_the_ledger(subject: Claim) -> None:
    """Within the spread over the seeds, as another processor rounds otherwise and training multiplies that."""
    first_of_each = [settings[0] for settings in by_combination(subject)]
    sizes = [sum(value for value in setting.values() if isinstance(value, int | float)) for setting in first_of_each]
    at = sizes.index(min(sizes))
    again, _ = measure_one(subject.id, first_of_each[at])
    for name, values in LEDGER[subject.id].numbers[at].items():
        slack = (max(values) - min(values)) + 1e-3 * max(map(abs, values)) + 1e-6
        assert min(values) - slack <= again[name] <= max(values) + slack, name


def test_each_claim_is_marked_once_and_in_its_chapter() -> None:
    marks = {path: MARK.findall(path.read_text(encoding="utf-8")) for path in Course.installed().chapters.glob("*.md")}
    assert sorted(name for names in marks.values() for name in names) == sorted(CLAIMS)
    assert all(name in marks[chapter_of(subject.room)] for name, subject in CLAIMS.items())


# What makes a claim fail


BOUNDED: dict[str, Any] = {"bounds": {"at a rate of 1": lambda setting: setting["rate"] == 1}}


@pytest.mark.parametrize(
    ("subject", "values", "says"),
    [
        (made_up(), (1, 1, 1, 1), None),
        (made_up(), (1, 0.5, 1, 1), "it held in 3 of 4 combinations"),
        (made_up(), (-1, -1, -1, -1), "its opposite holds"),
        (made_up(**BOUNDED), (1, 1, 0, 0), None),
        (made_up(**BOUNDED), (1, 1, 1, 1), "holds outside"),
        (made_up("More is better.", **BOUNDED), (1, 1, 0, 0), "does not name its bound"),
        (replace(made_up(), settings=grid(rate=[1, 2], epochs=[3, 4], seed=range(4))), (1,) * 4, "fewer than 5 seeds"),
        (replace(made_up(), settings=grid(rate=[1, 2], epochs=[3], seed=range(5))), (1,) * 4, "fewer than 2 things"),
    ],
)
def test_a_claim_holds_in_every_combination_within_its_bounds_and_not_outside(
    subject: Claim, values: tuple[float, ...], says: str | None
) -> None:
    faults = complaints(subject, measured(subject, *values))
    assert any(says in line for line in faults) if says else faults == []


def test_numbers_of_other_code_and_missing_numbers_are_stale() -> None:
    stale = replace(measured(made_up(), 1, 1, 1, 1), digest="of other code")
    assert "changed since it was measured" in complaints(made_up(), stale)[0]
    assert "was never measured" in complaints(made_up(), None)[0]


def test_two_claims_of_one_name_are_an_error() -> None:
    known = next(iter(CLAIMS))
    with pytest.raises(ValueError, match="two claims are called"):
        claim(known, says="", opposite="", varied=[], holds=above("more", 0, ""), opposed=below("more", 0, ""))(more)


def test_make_claims_lists_the_reasons_beside_the_claims(capsys: pytest.CaptureFixture[str]) -> None:
    assert claims_command(["--room", "layers"]) == 0
    reasons = "".join(capsys.readouterr().out.partition("a reason of")[2].split())
    for subject in CLAIMS.values():
        assert (subject.id in reasons) == (subject.room == "layers" and bool(subject.because)), subject.id


# The digest


EXPERIMENT = """
import torch

from solutions.layers import Flatten

SIZE = 3


@torch.no_grad()
def helper(x):
    total = x + SIZE
    return total


def unused(x):
    return x


def claim(says):
    return lambda function: function


@claim("It is more.")
def experiment(seed):
    '''Measure.'''
    return {"more": helper(seed), "kind": Flatten}
"""


def digest_in(folder: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the digest of an experiment that a module in a new folder holds."""
    folder.mkdir()
    (folder / "edited_claims.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "edited_claims", raising=False)
    ledgers._parsed.cache_clear()
    return ledgers.digest_of(replace(made_up(), measure=import_module("edited_claims").experiment))


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("x + SIZE", "x - SIZE", True),
        ("SIZE = 3", "SIZE = 4", True),
        ("'''Measure.'''", "'''Measure again.'''", False),
        ("total", "result", False),
        ("return total", "return x", True),
        ("def unused(x):\n    return x", "def unused(x):\n    return 2 * x", False),
        ("SIZE = 3", "SIZE = 3  # a comment", False),
        ("@torch.no_grad()\n", "", True),
        ("It is more.", "It is less.", False),
        ("lambda function: function", "lambda measure: measure", False),
        ("import Flatten", "import Linear as Flatten", True),
    ],
)
def test_a_digest_changes_with_the_code_in_use_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, changes: bool
) -> None:
    before, after = EXPERIMENT, EXPERIMENT.replace(old, new)
    assert before != after
    digests = [digest_in(tmp_path / str(at), source, monkeypatch) for at, source in enumerate((before, after))]
    assert (digests[0] != digests[1]) == changes


# Numbers


def test_an_experiment_trains_on_all_images_in_each_epoch() -> None:
    """It once went through a generator of batches that was used up after the first."""
    steps: list[int] = []

    model = nn.Linear(4, 2)
    model.register_forward_hook(lambda module, inputs, output: steps.append(len(output)))
    x, y = torch.ones(70, 4), torch.zeros(70, dtype=torch.int64)
    train(model, x, y, epochs=3, rate=0.1, seed=0)
    assert steps == [32, 32, 6] * 3


def test_an_interval_is_students_of_the_mean() -> None:
    """t is 2.776 for five values: the tables' number."""
    shown = interval([1.0, 2.0, 3.0, 4.0, 5.0])
    assert shown.mean == 3
    assert shown.high - shown.mean == pytest.approx(2.776 * (2.5 / 5) ** 0.5, rel=1e-3)
    assert shown.mean - shown.low == pytest.approx(shown.high - shown.mean)
    assert paired([11.0, 22.0, 33.0, 44.0, 55.0], [10.0, 20.0, 30.0, 40.0, 50.0]) == shown, "of the differences"


@pytest.mark.parametrize(
    ("low", "high", "also", "holds"),
    [(1.0, 2.0, True, True), (0.9, 2.0, True, False), (1.0, 3.1, True, False), (1.0, 2.0, False, False)],
)
def test_the_whole_interval_keeps_bounds_and_condition(low: float, high: float, also: bool, holds: bool) -> None:
    assert BoundedInterval("", Interval(low, 1.5, high), at_least=1, at_most=3, provided=also).holds == holds
