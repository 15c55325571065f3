"""What a person types loads what it uses, and the grader computes with what a course brings."""

import json
from pathlib import Path

import pytest

from tests.commands import ROOT, python, succeeded

# Runs commands in this process, whatever they end with, and prints after each which modules are loaded by now.
RUN = """
import contextlib, io, json, sys
from importlib import import_module

for module, *line in json.loads(sys.argv[1]):
    sys.argv = [module, *line]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        getattr(import_module(module), "main", str)()
    print(json.dumps(sorted(sys.modules)))
"""
FOR_FIGURES = {"matplotlib", "scipy", "pandas"}
THAT_COMPUTES = FOR_FIGURES | {"torch", "numpy"}
FOR_NOTEBOOKS = {"nbformat", "nbgrader", "jupytext", "sqlalchemy", "IPython"}

IMPORT_ALL = """
import importlib, pkgutil, sys
import autograder

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "pandas"):
            raise ImportError(name + " is refused")

sys.meta_path.insert(0, Refuse())
for module in pkgutil.walk_packages(autograder.__path__, "autograder."):
    leaf = module.name.rpartition(".")[2]
    if leaf != "__main__" and "nbgrader.config" not in module.name:
        importlib.import_module(module.name)
"""


# Commands in the order in which they load more, and which modules are none of theirs.
SPARED: list[tuple[list[str], set[str]]] = [
    (["autograder.instructor.command_line", "--help"], THAT_COMPUTES | FOR_NOTEBOOKS),
    (["autograder.instructor.command_line", "grade", "--help"], THAT_COMPUTES | FOR_NOTEBOOKS),
    (["autograder.cli", "--help"], THAT_COMPUTES | FOR_NOTEBOOKS),
    (["solutions.__main__", "--help"], THAT_COMPUTES | FOR_NOTEBOOKS),
    (["autograder.instructor.command_line", "init", "course"], FOR_FIGURES | {"torch"}),
    (["solutions.__main__", "predict", str(ROOT / "book" / "screenshot-light.png")], FOR_FIGURES),
    (["solutions.deploy.serve"], {"huggingface_hub"}),
]


def waits_for_nothing_else(spared: list[tuple[list[str], set[str]]], cwd: Path) -> None:
    done = succeeded(python(RUN, json.dumps([line for line, _ in spared]), cwd=cwd))
    for (line, needless), loaded in zip(spared, done.stdout.splitlines(), strict=True):
        assert not needless & set(json.loads(loaded)), line


def test_a_command_waits_for_no_unused_library(tmp_path: Path) -> None:
    waits_for_nothing_else(SPARED, tmp_path)


@pytest.mark.deep
@pytest.mark.long("judges a notebook")
def test_what_judges_loads_nothing_for_figures(released: Path) -> None:
    lines = ["check", "2-layers.ipynb"], ["progress"]
    command = "autograder.instructor.command_line"
    waits_for_nothing_else([([command, *line], FOR_FIGURES) for line in lines], released / "release" / "2-layers")


def test_no_module_of_the_grader_imports_pytorch() -> None:
    succeeded(python(IMPORT_ALL, cwd=ROOT))
