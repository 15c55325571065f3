"""What must hold of chapter 6 in particular; test_every_room has what holds of each."""

from __future__ import annotations

import io
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from autograder.checks import checks_of
from autograder.course import Course, names_of_source
from autograder.observe import observe
from solutions.checks.deployment import close, layer_modules, overheated
from solutions.deployment import prepare_image, temperature
from solutions.dropout import Classifier
from tests.checks.conftest import Judge, failed, named

ROOM = "deployment"
COURSE = Course.installed()
MISTAKES = {mistake.id: mistake for mistake in COURSE.mistakes(ROOM)}


def test_observations_are_small() -> None:
    """No weights are recorded."""
    for check in checks_of(ROOM):
        observed = observe(check, COURSE.names(ROOM), 5).observations.values()
        assert all(value.numel() <= 10 for value in observed if isinstance(value, torch.Tensor)), check.id


def test_the_logits_of_the_checks_are_calibrated_by_the_temperature_that_was_drawn() -> None:
    for seed in range(20):
        given = overheated(1.7, torch.Generator().manual_seed(seed), classes=6)
        assert temperature(*given) == pytest.approx(1.7, rel=1e-3)


class TorchClassifier(nn.Module):
    """As a notebook defines it: PyTorch's layers, whose weights are (out, in)."""

    labels = Classifier.labels
    predictions = Classifier.predictions

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        hidden = [nn.Linear(784, 256), nn.ReLU(), nn.Dropout(dropout), nn.Linear(256, 64), nn.ReLU()]
        self.layers = nn.Sequential(nn.Flatten(), *hidden, nn.Dropout(dropout), nn.Linear(64, 10))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


def in_a_notebook(source: str) -> SimpleNamespace:
    """Return the names of a source whose Classifier and affine_layers are those of PyTorch's layers."""
    names = names_of_source(source, "in.a.notebook")
    module = names.classify.__globals__

    def affine_layers(model: nn.Module) -> list[tuple[torch.Tensor, torch.Tensor]]:
        return [(layer.weight.T, layer.bias) for layer in model.modules() if isinstance(layer, nn.Linear)]

    module.update(Classifier=TorchClassifier, affine_layers=affine_layers)
    return SimpleNamespace(**module)


def test_the_reference_passes_with_a_notebooks_classifier_whose_weights_lie_the_other_way(verdicts_on: Judge) -> None:
    for seed in range(3):
        assert not failed(verdicts_on(ROOM, in_a_notebook(COURSE.source(ROOM)), seed))


@pytest.mark.parametrize("mistake", [m for m in MISTAKES if not m.startswith("prepare")][::4])
def test_mistakes_in_a_notebook_are_named_though_its_layers_are_pytorchs(mistake: str, verdicts_on: Judge) -> None:
    source = MISTAKES[mistake].apply(COURSE.source(ROOM))
    assert named(verdicts_on(ROOM, in_a_notebook(source), 5)) == {mistake}


def test_without_affine_layers_the_checks_find_the_layers_themselves(verdicts_on: Judge) -> None:
    names = in_a_notebook(COURSE.source(ROOM))
    del names.affine_layers
    assert not failed(verdicts_on(ROOM, names, 1))
    assert [tuple(layer.bias.shape) for layer in layer_modules(names.Classifier())] == [(256,), (64,), (10,)]


# --- oracles


@pytest.mark.parametrize(("value", "expected"), [(0.88, 0.84), (0.79, 0.84), (0.95, 0.9), (0.2, 0.2)])
def test_a_number_is_reported_as_drawn_where_it_is_close(value: float, expected: float) -> None:
    assert close(value, 0.84) == expected


@pytest.mark.parametrize("quality", [60, 90])
def test_a_jpeg_photograph_is_prepared_like_the_drawing_it_was_made_of(quality: int) -> None:
    """Not asked of students: the noise that JPEG leaves around an edge."""
    drawing = Image.new("RGB", (300, 400), (210, 220, 235))
    drawing.paste((40, 60, 50), (90, 60, 210, 340))
    file = io.BytesIO()
    drawing.save(file, "JPEG", quality=quality)
    difference = np.abs((prepare_image(Image.open(file)) - prepare_image(drawing)).numpy())
    assert np.mean(difference) < 0.02
