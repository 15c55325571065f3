"""A live notebook and its cells: the cell that is judged, and remarks on its text."""

import linecache
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient

import autograder.sandbox.cells  # noqa: F401  it needs IPython, which a stand-in replaces here
from autograder import check, progress
from autograder.course import Course
from autograder.student import UnknownName
from autograder.student.handing_in import hand_in
from autograder.student.inputs import newest_that_defines
from tests.notebooks.conftest import half_written

EXERCISES = {exercise.name: exercise for exercise in Course.installed().exercises("layers")}
FLATTEN, SEQUENTIAL = EXERCISES["Flatten"].source, EXERCISES["Sequential"]


def notebook_that_ran(monkeypatch: pytest.MonkeyPatch, *cells: str) -> None:
    typed = ["", *cells]
    history = SimpleNamespace(input_hist_raw=typed)
    parsed = [text and TransformerManager().transform_cell(text) for text in typed]
    shell = SimpleNamespace(user_ns={"In": parsed}, history_manager=history)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))  # type: ignore[arg-type]


def test_without_a_room_the_notebook_says_by_what_ran_which_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownName, match="run them first"):
        progress()
    notebook_that_ran(monkeypatch, "print(1)")
    with pytest.raises(UnknownName, match="run them first"):
        progress()
    notebook_that_ran(monkeypatch, FLATTEN)
    assert progress().assignment == "2-layers"


@pytest.mark.parametrize(
    ("room", "says"),
    [
        ("layer", r"there is no chapter 'layer'. Did you mean 'layers'\?"),
        ("Linear", "there is no chapter 'Linear': Linear is an exercise of the chapter 'layers'"),
        ("convolution", "there is no chapter 'convolution': there are "),
    ],
)
@pytest.mark.parametrize("call", [progress, hand_in])
def test_an_unknown_room_is_reported_in_the_same_words_everywhere(
    call: Callable[[str], object], room: str, says: str
) -> None:
    with pytest.raises(UnknownName, match=says):
        call(room)


def test_a_name_that_is_only_used_is_not_defined() -> None:
    uses = ["", "Flatten == 1", "check(Flatten)", "class Flattened: ...", "# class Flatten is next", "x = Flatten()"]
    uses += ["def count():\n    Flatten = 0", "f(\n    Flatten=1,\n)", 'Flatten = own("Flatten", otherwise=nn.Flatten)']
    assert newest_that_defines(uses, "Flatten") is None
    assert newest_that_defines(["", "    class Flatten:\n        pass"], "Flatten") == 1
    assert newest_that_defines(["", "x = 1\nFlatten = nn.Flatten"], "Flatten") == 1


# What the text of the cells tells, in a live notebook

HALF = half_written(SEQUENTIAL.source, SEQUENTIAL.stub)
LEFT = "still to write: `__len__`, `__iter__`, `__getitem__`"
HELPER = "def row(x):\n    return x.flatten(1)"
USES = FLATTEN.replace("x.flatten(start_dim=1)", "row(x)")
ELSEWHERE = "`row` is defined in a cell that does not count when this is graded: move it into the cell of Flatten"


def live(monkeypatch: pytest.MonkeyPatch, *cells: str) -> dict[str, Any]:
    """Run cells as a kernel does, after the imports of the chapter's first cell, and return their variables."""
    names: dict[str, Any] = {**vars(Course.installed().names("layers")), "check": check, "progress": progress}
    names = {name: value for name, value in names.items() if name not in EXERCISES} | {"__name__": "__main__"}
    for number, text in enumerate(cells, start=1):
        file = f"/tmp/ipykernel_41/{number}.py"
        monkeypatch.setitem(linecache.cache, file, (len(text), None, text.splitlines(keepends=True), file))
        exec(compile(text, file, "exec"), names)
    notebook_that_ran(monkeypatch, *cells, "check(Sequential)")
    return names


@pytest.mark.parametrize(
    ("cells", "exercise", "remark"),
    [([HALF], "Sequential", LEFT), ([HELPER, USES], "Flatten", ELSEWHERE)],
    ids=["stubs that are left", "a helper in a cell of its own"],
)
def test_remarks_stand_beside_checks_that_pass_in_the_same_words_everywhere(
    cells: list[str], exercise: str, remark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = live(monkeypatch, *cells)
    report = eval(f"check({exercise})", names)
    passed = f"{len(report.verdicts)} of {len(report.verdicts)}"
    assert report.passed
    assert f"{exercise} as in cell [{len(cells)}]: {passed} checks passed\n  note      {remark}\n" in repr(report)
    card = eval('progress("layers")', names)
    assert f"not yet  {exercise:<{max(map(len, EXERCISES))}}  {passed}; {remark}" in repr(card)
    for page in (report._repr_html_(), card._repr_html_()):
        words = BeautifulSoup(page, "html.parser").text.casefold()
        assert remark.replace("`", "").casefold() in words


def test_a_complete_answer_has_no_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    names = live(monkeypatch, HELPER, f"{HELPER}\n\n{USES}", SEQUENTIAL.source)
    assert "note" not in "".join(repr(eval(code, names)) for code in ("check(Flatten)", "check(Sequential)"))


# The report of `check` in a live notebook says which cell it judged


SETUP = "from autograder import check\nfrom torch import nn"
RIGHT = "class Flatten(nn.Module):\n    def forward(self, x):\n        return x.flatten(start_dim=1)"
WRONG = RIGHT.replace("start_dim=1", "start_dim=0")
CHECK = "print(repr(check(Flatten)))"
PASSES, FAILS = "2 of 2 checks passed", "0 of 2 checks passed"
BEFORE = f"failed. What is checked here is the version before it, from cell [6].\nFlatten as in cell [6]: {PASSES}"
# Each cell of a notebook, and how what it prints begins.
CELLS = [
    (SETUP, ""),
    (f"{RIGHT}\n{CHECK}", f"Flatten: {PASSES}"),  # of the cell that is running
    (RIGHT.replace("class Flatten", "class Mine"), ""),
    ("Flatten = Mine", ""),
    (CHECK, f"Flatten: {PASSES}"),  # the class of an earlier cell by another name: no run that failed
    (RIGHT, ""),
    (CHECK, f"Flatten as in cell [6]: {PASSES}"),
    (RIGHT.removesuffix(")"), ""),
    (CHECK, f"Your last run of Flatten, cell [8], {BEFORE}"),
    (f"1 / 0\n{WRONG}", ""),
    (CHECK, f"Your last run of Flatten, cell [10], {BEFORE}"),
    (WRONG, ""),
    (CHECK, f"Flatten as in cell [12]: {FAILS}"),
]


@pytest.mark.deep
@pytest.mark.long("a kernel that imports torch")
def test_the_judged_cell_is_named_and_a_newer_cell_that_failed_is_reported() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source, _ in CELLS])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    printed = ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells]
    for text, (_, begins) in zip(printed, CELLS, strict=True):
        assert text.startswith(begins)
