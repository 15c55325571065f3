"""The last step where the notebook is no file on this machine: what was run in it is run anew."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from autograder import check_all
from autograder.course import Course
from autograder.student import UnknownName
from autograder.student.cells import newest_that_defines

EXERCISES = {exercise.name: exercise.source for exercise in Course.installed().exercises("layers")}
FLATTEN = EXERCISES["Flatten"]


def notebook_that_ran(monkeypatch: pytest.MonkeyPatch, *cells: str) -> None:
    shell = SimpleNamespace(user_ns={"In": ["", *cells]})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))  # type: ignore[arg-type]


def test_it_runs_the_newest_version_of_each_exercise_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = FLATTEN.replace("start_dim=1", "start_dim=0")
    needs = EXERCISES["Linear"] + "\nprint(rows)"
    notebook_that_ran(monkeypatch, "rows = 3", wrong, FLATTEN, "check(Flatten)", needs, "check_all()")
    said = repr(check_all())
    assert "note: the cell layers-Linear stopped with an error" in said
    assert "NameError: name 'rows' is not defined" in said
    assert "Flatten: 2 of 2 checks passed" in said
    assert "Sequential is not written yet" in said
    assert "points from visible checks" in said.splitlines()[-1]


def test_it_needs_a_notebook_in_which_an_exercise_was_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownName, match="run them first"):
        check_all()
    notebook_that_ran(monkeypatch, "print(1)")
    with pytest.raises(UnknownName, match="run them first"):
        check_all("layers")
    with pytest.raises(UnknownName, match="there is no chapter 'layer'"):
        check_all("layer")


def test_a_name_that_is_only_used_is_not_defined() -> None:
    assert newest_that_defines(["", "Flatten == 1", "check(Flatten)", "class Flattened: ..."], "Flatten") is None
    assert newest_that_defines(["", "x = 1\nFlatten = nn.Flatten"], "Flatten") == 1
