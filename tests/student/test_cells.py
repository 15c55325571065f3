"""The report of `check` in a live notebook says which cell it judged."""

from __future__ import annotations

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient

from autograder.student.cells import Origin, origin_among

SETUP = "from autograder import check\nfrom torch import nn"
RIGHT = "class Flatten(nn.Module):\n    def forward(self, x):\n        return x.flatten(start_dim=1)"
WRONG = RIGHT.replace("start_dim=1", "start_dim=0")
UNCLOSED = RIGHT.removesuffix(")")
FAILING = f"1 / 0\n{WRONG}"
CHECK = "print(repr(check(Flatten)))"


MINE = RIGHT.replace("class Flatten", "class Mine")
PASSES, FAILS = "2 of 2 checks passed", "0 of 2 checks passed"
BEFORE = f"failed. What is checked here is the version before it, from cell [6].\nFlatten as in cell [6]: {PASSES}"
# Each cell of a notebook, and how what it prints begins.
CELLS = [
    (SETUP, ""),
    (f"{RIGHT}\n{CHECK}", f"Flatten: {PASSES}"),  # of the cell that is running
    (MINE, ""),
    ("Flatten = Mine", ""),
    (CHECK, f"Flatten: {PASSES}"),  # the class of an earlier cell by another name: no run that failed
    (RIGHT, ""),
    (CHECK, f"Flatten as in cell [6]: {PASSES}"),
    (UNCLOSED, ""),
    (CHECK, f"Your last run of Flatten, cell [8], {BEFORE}"),
    (FAILING, ""),
    (CHECK, f"Your last run of Flatten, cell [10], {BEFORE}"),
    (WRONG, ""),
    (CHECK, f"Flatten as in cell [12]: {FAILS}"),
]


@pytest.mark.long("a kernel that imports torch")
def test_the_cell_is_named_and_a_newer_one_that_failed_is_said_to_have_failed() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source, _ in CELLS])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    printed = ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells]
    for said, (_, begins) in zip(printed, CELLS, strict=True):
        assert said.startswith(begins)


OTHER = ["check(Flatten)", "# class Flatten is next", "x = Flatten()", "Flatten == 3", ""]


@given(st.lists(st.sampled_from([RIGHT, WRONG, UNCLOSED, *OTHER])), st.sampled_from([RIGHT, WRONG]))
def test_the_newest_cell_is_always_at_or_behind_the_one_that_made_it(inputs: list[str], source: str) -> None:
    origin = origin_among(inputs, "Flatten", source)
    assert (origin is None) == (source not in inputs)
    if origin:
        assert inputs[origin.made] == source
        assert source not in inputs[origin.made + 1 :]
        assert inputs[origin.newest] in (RIGHT, WRONG, UNCLOSED)
        assert all(text in OTHER for text in inputs[origin.newest + 1 :])


def test_an_assignment_makes_one_too() -> None:
    source = "class Mine(nn.Module): ...\nFlatten = Mine"
    assert origin_among(["", source, "Flatten = Mine("], "Flatten", source) == Origin(made=1, newest=2)


def test_what_comes_from_no_cell_has_no_origin() -> None:
    assert origin_among(["", "import torch"], "Flatten", RIGHT) is None
