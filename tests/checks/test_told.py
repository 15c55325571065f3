"""What a student is told where an answer is wrong: the number that was returned, and a cause that was seen."""

import re
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from autograder.course import Course
from tests.checks.conftest import SEED, Judge, failed, with_mistakes


@pytest.mark.parametrize(
    ("exercise", "room", "mistake"),
    [
        ("gap", "dropout", "gap-sign"),
        ("rms_through", "layers", "rms-no-root"),
        ("temperature", "deployment", "temperature-inverse"),
        ("Learner", "training", "learner-accuracy-not-in-evaluation"),
    ],
)
@pytest.mark.deep
@pytest.mark.long("the known mistakes of an exercise are run, sixty of Learner")
def test_a_number_of_pythons_has_no_dtype(exercise: str, room: str, mistake: str, verdicts_on: Judge) -> None:
    verdicts = failed(verdicts_on(room, with_mistakes(room, mistake), SEED, exercise))
    assert verdicts
    assert not any(re.search(r"float\d\d of shape", verdict.message) for verdict in verdicts)


class InPlace(nn.Module):
    def __init__(self, p: float = 0.2) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            x *= torch.rand_like(x) >= self.p
            x /= 1 - self.p
        return x


def named_so(exercise: str, answer: object) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(Course.installed().names("dropout")), exercise: answer})


@pytest.mark.deep
@pytest.mark.long("the known mistakes of Dropout are run")
def test_nans_are_counted_and_not_listed(verdicts_on: Judge) -> None:
    verdicts = failed(verdicts_on("dropout", named_so("Dropout", InPlace), SEED, "Dropout"))
    assert re.search(
        r"observed: an element is multiplied by, p = 0.\d+: 1, nan \([\d,]+ of [\d,]+\)", verdicts[0].message
    )
    assert all(len(verdict.message) < 1000 for verdict in verdicts)


class Wide(nn.Module):
    labels = ()

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        layers = nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10)
        self.layers = nn.Sequential(nn.Flatten(), *layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)  # type: ignore[no-any-return]


def test_layers_of_other_sizes_are_told_as_such_and_no_layer_is_called_missing(verdicts_on: Judge) -> None:
    first, *_ = failed(verdicts_on("dropout", named_so("Classifier", Wide), SEED, "Classifier"))
    assert "observed: linear layers: 784-300, 300-100, 100-10" in first.message
    assert "expected: linear layers: 784-256, 256-64, 64-10" in first.message
    assert "likely mistake" not in first.message
