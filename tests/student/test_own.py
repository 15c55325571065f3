"""A later chapter uses the student's own parts of earlier ones where they pass, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib
import nbformat
import pytest
from nbformat import NotebookNode
from torch import nn

from autograder.notebooks.fill import exercise_cells
from autograder.sandbox import limits
from autograder.student.own import own
from tests.notebooks.conftest import with_answers


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the student's notebooks lie: the current folder. What their first cells set for figures ends here."""
    monkeypatch.chdir(tmp_path)
    with matplotlib.rc_context():
        yield tmp_path


def hand_over(notebook: NotebookNode, folder: Path) -> None:
    nbformat.write(notebook, folder / "2-layers.ipynb")


def test_a_part_that_passes_its_checks_is_used_and_said(
    right: NotebookNode, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_over(right, folder)
    linear = own("Linear", otherwise=nn.Linear)
    assert linear is not nn.Linear
    assert linear(3, 2).weight.shape == (3, 2)
    assert capsys.readouterr().out == "Linear: yours, from 2-layers.ipynb\n"


def test_a_part_that_does_not_pass_is_left_aside_and_the_check_is_named(
    right: NotebookNode, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flatten = exercise_cells(right)["Flatten"].source.replace("start_dim=1", "start_dim=0")
    hand_over(with_answers(right, Flatten=flatten), folder)
    assert own("Flatten", otherwise=nn.Flatten) is nn.Flatten
    assert own("Linear", otherwise=nn.Linear) is not nn.Linear
    said = capsys.readouterr().out.splitlines()
    assert said[0] == (
        "Flatten: PyTorch's, because yours in 2-layers.ipynb does not pass: Each example becomes one row"
    )


def test_a_part_that_is_still_open_is_left_aside(
    untouched: NotebookNode, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_over(untouched, folder)
    assert own("Linear", otherwise=nn.Linear) is nn.Linear
    assert capsys.readouterr().out == "Linear: PyTorch's, because yours in 2-layers.ipynb is not written yet\n"


def test_a_part_of_which_a_method_is_still_to_write_is_left_aside(
    right: NotebookNode, untouched: NotebookNode, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written, stubs = (exercise_cells(one)["Sequential"].source for one in (right, untouched))
    at = "    def __getitem__"
    hand_over(with_answers(right, Sequential=written.partition(at)[0] + at + stubs.partition(at)[2]), folder)
    assert own("Sequential", otherwise=nn.Sequential) is nn.Sequential
    said = capsys.readouterr().out
    assert said.endswith("because yours in 2-layers.ipynb is not finished, still to write: `__getitem__`\n")


def test_a_part_whose_cell_does_not_run_is_left_aside(
    right: NotebookNode, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_over(with_answers(right, Linear="class Linear(nn.Module"), folder)
    assert own("Linear", otherwise=nn.Linear) is nn.Linear
    assert capsys.readouterr().out == "Linear: PyTorch's, because the cell of yours in 2-layers.ipynb does not run\n"


def test_without_the_earlier_notebook_it_is_pytorchs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert own("Linear", otherwise=nn.Linear) is nn.Linear
    assert "PyTorch's, because there is no notebook of the chapter layers beside this one" in capsys.readouterr().out


def test_a_notebook_that_cannot_be_read_does_no_harm(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "2-layers.ipynb").write_text("{", encoding="utf-8")
    assert own("Linear", otherwise=nn.Linear) is nn.Linear
    assert "2-layers.ipynb cannot be read as a notebook" in capsys.readouterr().out


def test_labs_and_other_cells_of_the_earlier_notebook_are_not_run(right: NotebookNode, folder: Path) -> None:
    mine = with_answers(right)
    mine.cells.insert(0, nbformat.v4.new_code_cell("open('ran', 'w')"))
    hand_over(mine, folder)
    own("Linear", otherwise=nn.Linear)
    assert not (folder / "ran").exists()


def test_when_work_is_graded_it_is_always_pytorchs(
    right: NotebookNode, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over(right, folder)
    monkeypatch.setattr(limits, "_graded", True)
    assert own("Linear", otherwise=nn.Linear) is nn.Linear
