"""What must hold of chapter 3 in particular; test_every_room has what holds of each."""

from __future__ import annotations

import inspect

import pytest
import torch
from torch import nn

from autograder.course import Course, names_of_source
from autograder.mistakes import Mistake
from solutions.dropout import Classifier, gap
from tests.checks.conftest import Judge, failed, named, with_mistakes

ROOM = "dropout"
COURSE = Course.installed()
MISTAKES = COURSE.mistakes(ROOM)
SOURCE = COURSE.source(ROOM)
TORCH_PARTS = "from torch.nn import Flatten, Linear, ReLU, Sequential\n"


def on_torch_parts(source: str) -> str:
    """Let a source use PyTorch's layers, as a notebook does, whose weights are (out, in)."""
    lines = [line for line in source.splitlines() if not line.startswith("from solutions.")]
    return TORCH_PARTS + "\n".join(lines)


def test_a_classifier_without_a_dropout_of_its_own_earns_its_points(verdicts_on: Judge) -> None:
    source = SOURCE.replace("keep = torch.rand_like(x) >= self.p", 'raise NotImplementedError("dropout: Dropout")')
    outcomes = {(v.check.exercise, v.outcome) for v in verdicts_on(ROOM, names_of_source(source, "no.dropout"), 3)}
    assert {outcome for exercise, outcome in outcomes if exercise == "Classifier"} == {"pass"}
    assert ("Dropout", "missing") in outcomes


def test_the_checks_put_the_students_dropout_back(verdicts_on: Judge) -> None:
    names = names_of_source(SOURCE, "put.back")
    verdicts_on(ROOM, names, 3)
    assert inspect.unwrap(names.Classifier.__init__).__globals__["Dropout"] is names.Dropout


def test_the_reference_passes_on_pytorchs_layers_whose_weights_lie_the_other_way(verdicts_on: Judge) -> None:
    for seed in range(5):
        assert not failed(verdicts_on(ROOM, names_of_source(on_torch_parts(SOURCE), "torch.parts"), seed))


@pytest.mark.parametrize("mistake", [m for m in MISTAKES if m.exercise == "Classifier"], ids=lambda mistake: mistake.id)
def test_mistakes_in_a_notebook_are_named_though_its_layers_are_pytorchs(mistake: Mistake, verdicts_on: Judge) -> None:
    source = on_torch_parts(mistake.apply(SOURCE))
    found = named(verdicts_on(ROOM, names_of_source(source, "torch.mistaken"), 5))
    assert found == {mistake.id}


def test_one_mask_for_all_rows_is_told_from_one_for_all_calls(verdicts_on: Judge) -> None:
    for mistake, caught_by in [("dropout-batch-mask", "masks"), ("dropout-fixed-mask", "masks")]:
        verdicts = verdicts_on(ROOM, with_mistakes(ROOM, mistake), 11)
        assert caught_by in {verdict.check.name for verdict in failed(verdicts)}
        assert named(verdicts) == {mistake}


def test_predictions_in_the_wrong_mode_and_a_lost_mode_are_caught_without_chance(verdicts_on: Judge) -> None:
    for what in ("predictions-in-training", "left-in-evaluation", "left-in-training"):
        verdicts = verdicts_on(ROOM, with_mistakes(ROOM, f"classifier-{what}"), 11)
        assert [verdict.check.name for verdict in failed(verdicts)] == ["modes"]


def test_predictions_agree_with_cross_entropy() -> None:
    model, x = Classifier().eval(), torch.rand(1, 28, 28)
    for at, share in enumerate(model.predictions(x).values()):
        loss = nn.functional.cross_entropy(model(x), torch.tensor([at])).item()
        assert loss == pytest.approx(-torch.tensor(share).log().item(), rel=1e-4)


def test_a_layer_that_refuses_its_end_loses_one_point(verdicts_on: Judge) -> None:
    for mistake in ("dropout-one-refused", "dropout-p-not-refused", "dropout-assert", "dropout-zeros-like"):
        verdicts = verdicts_on(ROOM, with_mistakes(ROOM, mistake), 7)
        assert sum(verdict.check.points for verdict in failed(verdicts)) == 1, mistake
        assert named(verdicts) == {mistake}


def test_zeros_that_do_not_come_from_x_are_said_to_be_a_matter_of_p_1(verdicts_on: Judge) -> None:
    (verdict,) = failed(verdicts_on(ROOM, with_mistakes(ROOM, "dropout-zeros-like"), 7))
    assert "At p = 1" in verdict.message


def test_the_references_gap_does_not_depend_on_how_examples_are_cut_into_batches() -> None:
    model, x, y = Classifier(0.5), torch.rand(100, 28, 28), torch.randint(10, (100,))
    held = [(x[60:], y[60:])]
    gaps = [
        gap(model, nn.functional.cross_entropy, zip(x[:60].split(size), y[:60].split(size), strict=True), held)
        for size in (60, 32, 7)
    ]
    assert gaps == pytest.approx([gaps[0]] * 3, abs=1e-5)  # a difference of losses of about 2.3, in float32
    assert model.training
