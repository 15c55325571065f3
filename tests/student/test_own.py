"""A later chapter uses the student's own parts of earlier chapters if they pass, and says so."""

from collections.abc import Iterator
from pathlib import Path

import matplotlib
import nbformat
import pytest
from nbformat import NotebookNode
from torch import nn

from autograder.course import Course
from autograder.sandbox import limits
from autograder.student.own import own
from tests.notebooks.conftest import half_written, with_answers

FILE = "2-layers.ipynb"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, with the student's notebooks. Their settings for figures end with the test."""
    monkeypatch.chdir(tmp_path)
    with matplotlib.rc_context():
        yield tmp_path


def test_a_part_that_passes_its_checks_is_used_and_said_and_no_other_cell_is_run(
    right: NotebookNode, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = with_answers(right)
    notebook.cells.insert(0, nbformat.v4.new_code_cell("open('ran', 'w')"))
    nbformat.write(notebook, folder / FILE)
    linear = own("Linear", otherwise=nn.Linear)
    assert linear is not nn.Linear
    assert linear(3, 2).weight.shape == (3, 2)
    assert capsys.readouterr().out == f"Linear: yours, from {FILE}\n"
    assert not (folder / "ran").exists()


EXERCISES = {exercise.name: exercise for exercise in Course.installed().exercises("layers")}
WRONG = EXERCISES["Flatten"].source.replace("start_dim=1", "start_dim=0")
HALF = half_written(EXERCISES["Sequential"].source, EXERCISES["Sequential"].stub, at="    def __getitem__")
LEFT_ASIDE = [
    ("Flatten", WRONG, f"yours in {FILE} does not pass: Each example becomes one row"),
    ("Sequential", HALF, f"yours in {FILE} is not finished, still to write: `__getitem__`"),
    ("Linear", EXERCISES["Linear"].stub, f"yours in {FILE} is not written yet"),
    ("Linear", "class L(", f"the cell of yours in {FILE} does not run"),
]


@pytest.mark.parametrize(("name", "answer", "because"), LEFT_ASIDE, ids=[because for *_, because in LEFT_ASIDE])
def test_a_part_that_does_not_pass_is_left_aside_with_a_reason(
    right: NotebookNode, folder: Path, capsys: pytest.CaptureFixture[str], name: str, answer: str, because: str
) -> None:
    nbformat.write(with_answers(right, **{name: answer}), folder / FILE)
    ready_made = getattr(nn, name)
    assert own(name, otherwise=ready_made) is ready_made
    assert capsys.readouterr().out == f"{name}: PyTorch's, because {because}\n"


def test_stopping_it_ends_it_and_no_part_of_the_students_is_said_not_to_run(
    right: NotebookNode, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nbformat.write(with_answers(right, Linear="raise KeyboardInterrupt"), folder / FILE)
    with pytest.raises(KeyboardInterrupt, match="the check was interrupted"):
        own("Linear", otherwise=nn.Linear)
    assert capsys.readouterr().out == ""


def test_without_an_earlier_notebook_that_can_be_read_it_is_pytorchs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / f"._{FILE}").write_bytes(b"\0\5\x16\7")  # macOS's notes on a file on a stick
    assert own("Linear", otherwise=nn.Linear) is nn.Linear
    assert "PyTorch's, because there is no notebook of the chapter layers beside this one" in capsys.readouterr().out
    (folder / FILE).write_text("{", encoding="utf-8")
    assert own("Linear", otherwise=nn.Linear) is nn.Linear
    assert f"{FILE} cannot be read as a notebook" in capsys.readouterr().out


def test_when_work_is_graded_it_is_always_pytorchs(
    right: NotebookNode, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbformat.write(right, folder / FILE)
    monkeypatch.setattr(limits, "_graded", True)
    assert own("Linear", otherwise=nn.Linear) is nn.Linear
