"""Cells without a kernel: Python runs as written, and other text alike under each version of IPython."""

import re

import pytest
from IPython.core import inputtransformer2

from autograder.sandbox.cells import new_module, run_cell
from autograder.sandbox.program import Cell, CellResult

INDENTED_COMMENT = "    # what follows is a class\n{}class A:\n    def f(self):\n        return 'right'\nprint(A().f())"


def ran(source: str) -> CellResult:
    return run_cell(Cell("cell", source), new_module("cells"))


def first_lines_indent(lines: list[str]) -> list[str]:
    """``leading_indent`` of IPython before version 9: the first line's indent is taken from each line that has it."""
    indent = re.match(r"[ \t]*", lines[0]).group(0) if lines else ""
    return [line.removeprefix(indent) for line in lines]


@pytest.fixture(params=["as installed", "before 9"])
def version(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """IPython, with its versions' treatment of a cell's indent."""
    if request.param == "before 9":
        monkeypatch.setattr(inputtransformer2, "leading_indent", first_lines_indent)


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize("magic", ["", "%matplotlib inline\n"], ids=["Python", "with a magic"])
def test_a_cell_that_begins_with_an_indented_comment_runs(magic: str) -> None:
    assert ran(INDENTED_COMMENT.format(magic)).stdout.endswith("right\n")


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize("source", ["    x = 1\n    print(x)", "\n\tx = 1\n\tprint(x)", "  !ls\n  print(1)"])
def test_a_cell_that_is_indented_as_a_whole_runs(source: str) -> None:
    assert ran(source).stdout.endswith("1\n")


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize("text", ["one\n   \nthree", "a\n%ls\n", "\n>>> 1", "In [1]: x"])
def test_a_text_in_a_cell_stays_as_it_is_written(text: str) -> None:
    assert ran(f'x = """{text}"""\nprint(x, end="")').stdout == text


@pytest.mark.parametrize(
    "source",
    [
        "%%time\nx = 3\n",
        "%%timeit -n 10\nx = 3\n",
        "%%capture out\n%%prun -s time\nx = 3\n",
        "  %%capture\n  x = 3\n  %matplotlib inline\n",
        "%time x = 3\n",
        "if True:\n    %time x = 3\n",
        "%time for x in range(9): x\nx = 3\n",
    ],
)
def test_a_magic_that_runs_python_runs_it_here_and_an_error_has_its_line(source: str) -> None:
    cell = ran(f"{source}{'  ' * source.startswith(' ')}print(x, 1 / (x - 3))")
    assert f"line {source.count(chr(10)) + 1}, in " in cell.error
    assert "ZeroDivisionError" in cell.error


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile numbers.py"])
def test_what_a_magic_does_not_run_as_python_is_skipped(magic: str) -> None:
    cell = ran(f"{magic}\n%time 1 / 0\n1 / 0")
    assert cell.stdout.startswith("(skipped, it needs a live notebook: ")
    assert cell.error == ""


@pytest.mark.parametrize("source", ["def f(:", "x = '\0'", "    return", "  x = 1\n y = 2", "(" * 5000])
def test_a_cell_that_is_neither_python_nor_ipython_ends_with_its_own_error_alone(source: str) -> None:
    error = ran(source).error
    assert error
    assert "another exception" not in error
