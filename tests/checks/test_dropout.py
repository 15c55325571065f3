"""What must hold of chapter 3 in particular; test_every_room has what holds of each."""

import inspect

import pytest
import torch
from torch import nn

from autograder.course import Course, names_of_source
from autograder.mistakes import Mistake
from solutions.checks.dropout import fill, random_values
from tests.checks.conftest import SEED, Judge, named

ROOM = "dropout"
COURSE = Course.installed()
MISTAKES = COURSE.mistakes(ROOM)
SOURCE = COURSE.source(ROOM)


def test_the_checks_put_the_students_dropout_back(verdicts_on: Judge) -> None:
    names = names_of_source(SOURCE, "put.back")
    verdicts_on(ROOM, names, SEED)
    assert inspect.unwrap(names.Classifier.__init__).__globals__["Dropout"] is names.Dropout


@pytest.mark.parametrize("mistake", [m for m in MISTAKES if m.exercise == "Classifier"], ids=lambda mistake: mistake.id)
def test_mistakes_in_a_notebook_are_named_though_its_layers_are_pytorchs(mistake: Mistake, verdicts_on: Judge) -> None:
    """Their weights are (out, in)."""
    own = [line for line in mistake.apply(SOURCE).splitlines() if not line.startswith("from solutions.")]
    source = "\n".join(["from torch.nn import Flatten, Linear, ReLU, Sequential", *own])
    assert named(verdicts_on(ROOM, names_of_source(source, "torch.mistaken"), SEED)) == {mistake.id}


def test_a_parameter_that_no_classifier_has_is_set_to_zeros() -> None:
    model = Course.installed().names(ROOM).Classifier()
    model.temperature = nn.Parameter(torch.ones(3))
    fill(model, random_values(torch.Generator()))
    assert model.temperature.tolist() == [0, 0, 0]
