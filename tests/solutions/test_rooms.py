"""The rooms: they are what the chapters ask for, and their examples are true.

What an exercise has to do, the checks observe: on the reference and on other right answers, PyTorch's own among them.
"""

import doctest
import importlib
import re

import pytest
import torch

from autograder.course import Course
from solutions.dropout import Classifier
from solutions.layers import Linear
from tests.conftest import ROOT

COURSE = Course.installed()
ROOMS = ("approximation", "layers", "dropout", "optimizer", "training", "deployment")


@pytest.mark.parametrize(("number", "room"), list(enumerate(ROOMS, start=1)))
def test_a_room_has_the_exercises_of_its_chapter_in_their_order(number: int, room: str) -> None:
    chapter = (ROOT / "chapters" / f"{number}-{room}.md").read_text(encoding="utf-8")
    asked = re.findall(rf"^:tags: \[exercise\]\n(?::.+\n)*\nfrom \w+\.{room} import (\w+)$", chapter, re.MULTILINE)
    exercises = COURSE.exercises(room)
    assert [exercise.name for exercise in exercises] == asked
    assert all(exercise.solution_lines for exercise in exercises)


@pytest.mark.parametrize("room", ROOMS)
def test_a_solution_uses_no_private_helper(room: str) -> None:
    """An exercise is cut out of its module: a private helper beside it would be missing."""
    assert re.findall(r"^(?:def|class) _\w+", COURSE.source(room), re.MULTILINE) == []


@pytest.mark.parametrize("room", ROOMS)
def test_the_examples_are_true(room: str) -> None:
    assert doctest.testmod(importlib.import_module(f"solutions.{room}")).failed == 0


def test_a_printed_linear_layer_names_its_sizes() -> None:
    assert repr(Linear(3, 2)) == "Linear(3, 2, bias=True)"


@pytest.mark.parametrize("shape", [(2, 28, 28), (2, 1, 28, 28), (784,), (1, 784), (0, 28, 28)])
def test_predictions_refuse_all_but_one_image(shape: tuple[int, ...]) -> None:
    """The check leaves it open whether a row of 784 is one."""
    with pytest.raises(ValueError, match="one image"):
        Classifier().predictions(torch.rand(shape))
