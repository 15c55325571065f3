"""What a person types loads what it uses: commands that only read text wait for no library of arrays or figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import Course
from tests.conftest import ROOT

# Runs a command in this process, whatever it ends with, and prints which modules it has loaded.
RUN = """
import contextlib, io, json, sys
from importlib import import_module

module, *line = sys.argv[1:]
sys.argv = [module, *line]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    import_module(module).main()
print(json.dumps(sorted(sys.modules)))
"""

GRAMMAR = "rfc3987_syntax.syntax_helpers"  # builds a grammar for a second
SLOW = {"torch", "matplotlib", "scipy", "pandas", "jupyter_book", GRAMMAR}


def loaded_by(*line: str | Path, cwd: Path = ROOT) -> set[str]:
    command = [sys.executable, "-c", RUN, *map(str, line)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "line",
    [
        ["autograder.instructor.cli", "--help"],
        ["autograder.instructor.cli", "grade", "--help"],
        ["autograder.cli", "--help"],
        ["solutions.__main__", "--help"],
    ],
)
def test_help_loads_nothing_that_computes(line: list[str]) -> None:
    assert not loaded_by(*line) & (SLOW | {"numpy", "nbformat", "nbgrader", "jupytext"})


def test_a_new_course_folder_needs_no_arrays(tmp_path: Path) -> None:
    assert not loaded_by("autograder.instructor.cli", "init", tmp_path / "course") & SLOW


def test_filling_a_notebook_needs_no_arrays(released: Path, course: Course, tmp_path: Path) -> None:
    notebook = released / "release" / "2-layers" / "2-layers.ipynb"
    found = loaded_by("autograder.instructor.cli", "fill", notebook, course.file("layers"), tmp_path / "filled.ipynb")
    assert (tmp_path / "filled.ipynb").exists()
    assert not found & (SLOW | {"nbgrader"})


@pytest.mark.long("judges a notebook")
@pytest.mark.parametrize("line", [["check", "2-layers.ipynb"], ["progress"]])
def test_what_judges_loads_the_courses_library_and_nothing_for_figures(line: list[str], released: Path) -> None:
    found = loaded_by("autograder.instructor.cli", *line, cwd=released / "release" / "2-layers")
    assert found & SLOW <= {"torch"}


def test_an_answer_to_a_photograph_needs_no_figures() -> None:
    assert loaded_by("solutions.__main__", "predict", ROOT / "book" / "screenshot-light.png") & SLOW == {"torch"}


def test_a_book_in_which_no_page_has_changed_needs_nothing_that_computes() -> None:
    code = """
import json, sys
from importlib import import_module
from book import PARTS
for part in PARTS:
    import_module(f"book.{part}")
print(json.dumps(sorted(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True)
    assert not set(json.loads(done.stdout)) & SLOW


def test_the_grammar_that_was_put_off_is_there_when_an_address_is_checked() -> None:
    code = """
import sys, autograder, nbformat
from jsonschema import Draft202012Validator, FormatChecker
assert "rfc3987_syntax.syntax_helpers" not in sys.modules
valid = Draft202012Validator({"format": "iri"}, format_checker=FormatChecker())
assert valid.is_valid("https://exämple.org/ä") and not valid.is_valid("no address")
import rfc3987_syntax
assert rfc3987_syntax.is_valid_syntax_iri("https://exämple.org/ä")
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
