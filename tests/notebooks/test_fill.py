"""`autograder fill`: a notebook receives the names that a Python file defines, and nothing of the file is lost."""

import copy
from itertools import permutations
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode

from autograder.notebooks.fill import NothingToFill, answers_in, exercise_cells, fill
from sample_class.the_ten import answers
from tests.notebooks.conftest import ROOM

NAMES = ("Linear", "Flatten", "Sequential")
DEFINED = "class Linear: pass\nclass Flatten: pass\nclass Sequential: pass\n"


def small_notebook() -> NotebookNode:
    """A notebook with three exercises and a figure's cell between them."""
    cells = [nbformat.v4.new_code_cell("figure = 1")]
    for name in NAMES:
        nbgrader = {"grade_id": f"layers-{name}", "solution": True, "grade": False}
        cells.append(nbformat.v4.new_code_cell(f"class {name}: ...", metadata={"nbgrader": nbgrader}))
    return nbformat.v4.new_notebook(cells=cells)


def filled_cells(source: str) -> dict[str, str]:
    return {name: cell.source for name, cell in exercise_cells(fill(small_notebook(), source).notebook).items()}


def bound(*sources: str) -> dict[str, Any]:
    """Return the names that a file, or cells in turn, bind: with their values, classes and functions by name."""
    module: dict[str, Any] = {"__name__": "__main__"}
    for source in sources:
        exec(compile(source, "cell", "exec", dont_inherit=True), module)
    return {name: getattr(value, "__qualname__", value) for name, value in module.items() if not name.startswith("__")}


# Statements around the exercises, which have to stay.
KEPT = [
    "def helper(): return 1",
    "import math as m",
    "from math import *",
    "SIZE = 3",
    "größe = числа = 数 = 3",
    "def outer():\n    def Flatten(): return 2\n    return Flatten()",
    "class Other:\n    def Linear(self): ...\n    Flatten = 3",
    "pairs = [Linear for Linear in 'ab']",
    "first = 1; second = 2",
    "first = 1; second = '''\nstill the text'''",
    "first = 1; \\\nsecond = 2",
    "first = 1\n\x0c\nsecond = 2",
    "first = 'a\u2028b\x85c'\nsecond = 2",
    "def loud(cls): return cls\n@loud\nclass Thing: pass",
    "if __name__ == '__main__':\n    started = True",
]


@pytest.mark.parametrize(
    "definition",
    [
        "if True:\n    class Flatten: pass",
        "try:\n    import nothing_of_that_name\nexcept ImportError:\n    class Flatten: pass",
        "class Other: pass\nFlatten = Other",
        "with __import__('contextlib').nullcontext():\n    class Flatten: pass",
        "for Flatten in (int, str): pass",
        "match int:\n    case Flatten: pass",
        "from collections import OrderedDict as Flatten",
        "a, (Flatten, *b) = 1, (int, 2)",
        "(Flatten := int)",
        "one = 1; Flatten = int; two = 2",
    ],
)
def test_a_definition_is_found_however_it_binds_its_name(definition: str) -> None:
    cells = filled_cells(f"class Linear: pass\n{definition}\nclass Sequential: pass\n")
    assert definition in cells["Flatten"]


def test_comments_go_with_the_definition_that_they_stand_before() -> None:
    cells = filled_cells("# on Linear\nclass Linear: pass\n\n# on Flatten\nclass Flatten: pass  # here\n# the end\n")
    assert cells["Linear"] == "# on Linear\nclass Linear: pass"
    assert cells["Flatten"] == "# on Flatten\nclass Flatten: pass  # here\n# the end"


@pytest.mark.parametrize(
    "first",
    [
        "from __future__ import annotations",
        '"""The file\'s docstring."""\nfrom __future__ import (\n    annotations,\n)',
        "# a comment\nfrom __future__ import annotations, division",
    ],
)
def test_a_future_statement_holds_in_every_cell(first: str) -> None:
    classes = "\n".join(f"class {name}:\n    x: not_defined_anywhere = 1" for name in NAMES)
    cells = filled_cells(f"{first}\n{classes}\n")
    assert set(NAMES) <= bound(*cells.values()).keys()


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n"], ids=["Windows", "old Mac", "Unix"])
def test_a_files_line_ends_and_its_byte_order_mark_make_no_difference(newline: str) -> None:
    assert filled_cells("\ufeff" + DEFINED.replace("\n", newline)) == filled_cells(DEFINED)


INDIVISIBLE = {
    "-".join(order): "\n".join(f"class {name}: after = sorted(n for n in globals() if n in {NAMES})" for name in order)
    for order in permutations(NAMES)
    if order != NAMES
} | {
    "defined twice": "class Linear: pass\nclass Flatten: pass\nLinear = Flatten\nclass Sequential: pass",
    "two in one statement": "class Linear: pass\nif True:\n    class Flatten: pass\n    class Sequential: pass",
}


@pytest.mark.parametrize("source", INDIVISIBLE.values(), ids=INDIVISIBLE)
def test_a_file_that_cannot_be_divided_goes_into_the_first_cell_whole(source: str) -> None:
    cells = filled_cells(source)
    assert cells["Linear"] == source
    assert cells["Flatten"] == "# Flatten is defined in the cell of Linear."
    assert bound(*cells.values()) == bound(source)


def test_exercises_that_the_file_lacks_stay_as_they_were_and_are_named() -> None:
    filled = fill(small_notebook(), "class Flatten: new = True")
    assert (filled.defined, filled.missing) == (("Flatten",), ("Linear", "Sequential"))
    assert exercise_cells(filled.notebook)["Linear"].source == "class Linear: ..."


def test_outputs_of_the_answer_before_are_dropped_and_the_notebook_that_is_filled_is_left_alone() -> None:
    notebook = small_notebook()
    exercise_cells(notebook)["Linear"].update(outputs=[nbformat.v4.new_output("stream", text="old")], execution_count=4)
    before = copy.deepcopy(notebook)
    cell = exercise_cells(fill(notebook, DEFINED).notebook)["Linear"]
    assert (cell.outputs, cell.execution_count) == ([], None)
    assert notebook == before


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("def f(:\n", "line 1: "),
        ("x = 1\n", "none of Linear, Flatten, Sequential"),
        ("", "none of Linear"),
        ("def hidden():\n    class Linear: pass\n", "none of Linear"),
        ("class Linear: pass\0", "null"),
        (answers(ROOM)["edsger"], r"line \d+: "),
    ],
)
def test_a_file_without_answers_is_refused_with_the_reason(source: str, complaint: str) -> None:
    with pytest.raises(NothingToFill, match=complaint):
        fill(small_notebook(), source)


def test_a_notebook_without_exercises_is_refused() -> None:
    strange = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", metadata={"nbgrader": ["?"]})])
    with pytest.raises(NothingToFill, match="holds no exercise"):
        fill(strange, DEFINED)


STATEMENTS = [
    *KEPT,
    *DEFINED.splitlines(),
    "Linear = int",
    "if True:\n    class Flatten: pass",
    "def Sequential(): return 1",
    "# a comment",
    "one = 1; Flatten = dict; two = '''\n'''",
    "Linear = 1; \\\nSequential = tuple",
    "if SIZES := [3]:\n    class Linear: pass\n    class Sequential: pass",
]


@given(
    st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=12), st.sampled_from(["\n", "\n\n\n", "\r\n", "\n# -\n"])
)
def test_any_order_of_statements_binds_the_same_names_in_the_notebook(statements: list[str], glue: str) -> None:
    source = glue.join(statements)
    try:
        cells = filled_cells(source)
    except NothingToFill:
        assert not bound(source).keys() & set(NAMES)
        return
    expected = bound(source)
    untouched = {name for name, text in cells.items() if text == f"class {name}: ..."}
    assert bound(*(text for name, text in cells.items() if name not in untouched)) == expected
    assert untouched == set(NAMES) - expected.keys()


LINEAR = "SIZE = 3\nclass Linear:\n    size = SIZE"


@pytest.mark.parametrize(
    ("answer", "filled_in"),
    [
        (LINEAR, LINEAR),
        (f"%matplotlib inline\n{LINEAR}", f"%matplotlib inline\n{LINEAR}"),
        (f"%%time\n{LINEAR}", f"##time\n{LINEAR}"),  # it need not be its cell's first line any more
    ],
)
def test_of_a_notebook_whose_cells_have_lost_their_ids_the_answers_are_found_by_the_names_that_they_define(
    answer: str, filled_in: str
) -> None:
    written = "%%writefile linear.py\nclass Linear: ..."
    sources = ["import torch", "%matplotlib inline", answer, written, "check(Linear)"]
    lost = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)))
    filled = fill(small_notebook(), answers_in(lost, small_notebook()))
    assert exercise_cells(filled.notebook)["Linear"].source == filled_in
    assert (filled.defined, filled.missing) == (("Linear",), ("Flatten", "Sequential"))
