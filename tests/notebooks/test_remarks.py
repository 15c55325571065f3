"""Remarks on answers by their text alone: stubs that are left, and names that only other cells define."""

import warnings
from collections.abc import Mapping

import pytest

from autograder.checks import rooms
from autograder.course import Course
from autograder.notebooks.remarks import remarks_on
from tests.notebooks.conftest import half_written

EXERCISES = {room: {exercise.name: exercise for exercise in Course.installed().exercises(room)} for room in rooms()}
SEQUENTIAL = EXERCISES["layers"]["Sequential"]
STUB = 'raise NotImplementedError("layers: Sequential")'


def remarks(answer: str, *cells: str, name: str = "Sequential") -> list[str]:
    return list(remarks_on("layers", {name: answer}, cells).get(name, ()))


HALF = half_written(SEQUENTIAL.source, SEQUENTIAL.stub)


def test_methods_that_are_still_stubs_are_named_in_their_order() -> None:
    assert remarks(HALF) == ["still to write: `__len__`, `__iter__`, `__getitem__`"]
    assert remarks("%matplotlib inline\n" + HALF) == remarks(HALF)
    assert remarks(SEQUENTIAL.stub) == []  # not begun


@pytest.mark.parametrize(
    "body",
    [
        f"return 1\n{STUB}",
        f"if self:\n    return 1\nelse:\n    return 2\n{STUB}",
        f"while True:\n    pass\n{STUB}",
        f"# {STUB}\nreturn 1",
        f"'''{STUB}'''\nreturn 1",
    ],
)
def test_a_stub_that_cannot_be_reached_or_is_no_code_is_none(body: str) -> None:
    indented = "\n".join(" " * 8 + line for line in body.splitlines())
    assert remarks(f"class Sequential:\n    def __len__(self):\n{indented}") == []


def test_a_function_that_reaches_its_stub_on_one_way_is_still_to_write() -> None:
    answer = (
        "def cross_entropy(logits, targets):\n    if len(logits) == 1:\n        return 1.0\n"
        '    raise NotImplementedError("layers: cross_entropy")'
    )
    assert remarks(answer, name="cross_entropy") == ["still to write: `cross_entropy`"]


USES = "class Sequential(nn.Module):\n    def forward(self, x):\n        return {}"


@pytest.mark.parametrize(
    ("cell", "uses", "names"),
    [
        ("def row(x): ...", "row(x)", "`row` is"),
        ("import numpy as np", "np.array(x)", "`np` is"),
        ("from math import pi", "x * pi", "`pi` is"),
        ("NAMES = ['coat']", "NAMES", "`NAMES` is"),
        ("%matplotlib inline\nfor k in range(3):\n    pass", "[k for _ in x]", "`k` is"),
        ("%%capture out\n%%time\ndef row(x): ...", "row(x)", "`row` is"),
        ("%time k = 3", "x * k", "`k` is"),
        ("def row(x): ...\nk = 3", "row(x) + k", "`k` and `row` are"),
        ("k = 3", "x * k\npairs = [k for k in range(3)]", "`k` is"),  # its own k is no other's
    ],
)
def test_names_that_only_a_cell_without_effect_on_marks_defines_are_reported(cell: str, uses: str, names: str) -> None:
    (remark,) = remarks(USES.format(uses), cell)
    assert remark.startswith(f"{names} defined in ")
    assert "when this is graded" in remark and remark.endswith("into the cell of Sequential")


@pytest.mark.parametrize(
    ("cell", "uses"),
    [
        ("x = 1", "x"),  # a parameter
        ("nn = 3", "nn.ReLU()(x)"),  # the first cell defines it too
        ("def row(x): ...", "x.row"),
        ("def row(x): ...", "(lambda row: row)(x)"),
        ("def row(x): ...", "'row'"),
        ("len = 3", "len(x)"),
        ("def row(x:", "row(x)"),  # such a cell defines nothing
        ("%%writefile rows.py\ndef row(x): ...", "row(x)"),
    ],
)
def test_a_name_that_the_answer_defines_itself_is_not_reported(cell: str, uses: str) -> None:
    assert remarks(USES.format(uses), cell) == []


def test_a_helper_in_the_cell_of_another_exercise_is_known_to_all() -> None:
    answers = {"Sequential": USES.format("row(x)"), "Flatten": "def row(x): ...\nclass Flatten: ..."}
    assert remarks_on("layers", answers, answers.values()) == {}


def test_an_answer_that_does_not_parse_has_no_remark() -> None:
    assert remarks("class Sequential(", "def row(x): ...") == []
    assert remarks("await row(x)", "def row(x): ...") != []


def test_reading_an_answer_shows_no_warning_of_python() -> None:
    with warnings.catch_warnings(action="error"):
        assert remarks(USES.format("x is 3, '\\d'"), "k = '\\d'") == []


@pytest.mark.parametrize("room", rooms())
def test_the_reference_has_no_remark_whatever_other_cells_define(room: str) -> None:
    answers: Mapping[str, str] = {name: exercise.source for name, exercise in EXERCISES[room].items()}
    assert remarks_on(room, answers, [Course.installed().source(room)]) == {}
