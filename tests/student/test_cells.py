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


def printed_by(*cells: str) -> list[str]:
    """Return what each cell of a notebook prints when all are run in a kernel, whatever fails."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells]


@pytest.mark.long("a kernel that imports torch")
def test_the_cell_is_named_and_a_newer_one_that_failed_is_said_to_have_failed() -> None:
    said = printed_by(SETUP, RIGHT, CHECK, UNCLOSED, CHECK, FAILING, CHECK, WRONG, CHECK, RIGHT, CHECK)
    assert said[2].startswith("Flatten as in cell [2]: 2 of 2 checks passed")
    before = "What is checked here is the version before it, from cell [2].\nFlatten as in cell [2]: 2 of 2"
    assert said[4].startswith(f"Your last run of Flatten, cell [4], failed. {before}")
    assert said[6].startswith(f"Your last run of Flatten, cell [6], failed. {before}")
    assert said[8].startswith("Flatten as in cell [8]: 0 of 2 checks passed")
    assert said[10].startswith("Flatten as in cell [10]: 2 of 2 checks passed")


@pytest.mark.long("a kernel that imports torch")
def test_nothing_is_said_of_the_cell_that_is_running() -> None:
    assert printed_by(SETUP, f"{RIGHT}\n{CHECK}")[1].startswith("Flatten: 2 of 2 checks passed")


@pytest.mark.long("a kernel that imports torch")
def test_another_name_for_a_class_of_an_earlier_cell_is_no_run_that_failed() -> None:
    mine = RIGHT.replace("class Flatten", "class Mine")
    assert printed_by(SETUP, mine, "Flatten = Mine", CHECK)[3].startswith("Flatten: 2 of 2 checks passed")


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
