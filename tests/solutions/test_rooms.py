"""What holds of every room: its public names are the course's, and its examples are true."""

import ast
import doctest
import importlib
import inspect
import re

import pytest

from autograder.exercises import exercises_of
from tests.conftest import ROOT

ROOMS = {
    "approximation": ["collapse", "ReLU", "relu_interpolant"],
    "layers": ["he_std", "rms_through", "cross_entropy", "Linear", "Flatten", "Sequential"],
    "dropout": ["gap", "Dropout", "Classifier"],
    "optimizer": [
        "numerical_gradient",
        "backward_cross_entropy",
        "backward_linear",
        "backward_relu",
        "Optimizer",
        "Momentum",
    ],
    "training": ["batches", "Learner", "confusion_matrix", "precision_recall_f1", "evaluate"],
    "deployment": ["prepare_image", "classify", "temperature"],
}


@pytest.mark.parametrize("room", ROOMS)
def test_the_exercises_are_the_courses_public_names(room: str) -> None:
    source = inspect.getsource(importlib.import_module(f"solutions.{room}"))
    exercises = exercises_of(room, source)
    assert [exercise.name for exercise in exercises] == ROOMS[room]
    assert all(exercise.solution_lines for exercise in exercises)


@pytest.mark.parametrize(("number", "room"), [*enumerate(ROOMS, start=1)])
def test_the_exercises_come_in_the_order_in_which_the_chapter_asks_for_them(number: int, room: str) -> None:
    chapter = (ROOT / "chapters" / f"{number}-{room}.md").read_text(encoding="utf-8")
    asked = re.findall(rf"^:tags: \[exercise\]\n\nfrom solutions\.{room} import (\w+)$", chapter, re.MULTILINE)
    assert asked == ROOMS[room]


@pytest.mark.parametrize("room", ROOMS)
def test_a_solution_uses_nothing_that_a_notebook_would_not_have(room: str) -> None:
    """An exercise is cut out of its module: a private helper beside it would be missing."""
    tree = ast.parse(inspect.getsource(importlib.import_module(f"solutions.{room}")))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert not [name for name in names if name.startswith("_")]


@pytest.mark.parametrize("room", ROOMS)
def test_the_examples_are_true(room: str) -> None:
    assert doctest.testmod(importlib.import_module(f"solutions.{room}")).failed == 0
