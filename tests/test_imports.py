"""Import time: a command loads the libraries that it uses, and the grader needs no PyTorch."""

import json
from pathlib import Path

import pytest

from tests.commands import ROOT, python, succeeded

# Runs commands in one process, whatever they end with, and prints after each the loaded modules.
RUN = """
import contextlib, io, json, sys
from importlib import import_module

for module, *line in json.loads(sys.argv[1]):
    sys.argv = [module, *line]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        import_module(module).main()
    print(json.dumps(sorted(sys.modules)))
"""
FIGURES = {"matplotlib", "scipy", "pandas"}
SLOW = FIGURES | {"torch", "numpy", "nbformat", "nbgrader", "jupytext", "sqlalchemy", "IPython"}
# Commands in the order in which they load more, each with the libraries that it must not load.
SPARED: list[tuple[list[str], set[str]]] = [
    (["autograder.instructor.command_line", "grade", "--help"], SLOW),
    (["autograder.cli", "--help"], SLOW),
    (["solutions.__main__", "--help"], SLOW),
    (["autograder.instructor.command_line", "init", "course"], FIGURES | {"torch"}),
    (["solutions.__main__", "predict", str(ROOT / "book" / "screenshot-light.png")], FIGURES),
]
WITHOUT_PYTORCH = """
import importlib, pkgutil, sys
import autograder

sys.modules |= dict.fromkeys(["torch", "pandas"])  # to import them is an error
for module in pkgutil.walk_packages(autograder.__path__, "autograder."):
    leaf = module.name.rpartition(".")[2]
    if leaf != "__main__" and "nbgrader.config" not in module.name:
        importlib.import_module(module.name)
"""


def test_a_command_loads_no_unused_library(tmp_path: Path) -> None:
    done = succeeded(python(RUN, json.dumps([line for line, _ in SPARED]), cwd=tmp_path))
    for (line, unused), loaded in zip(SPARED, done.stdout.splitlines(), strict=True):
        assert not unused & set(json.loads(loaded)), line


@pytest.mark.deep
def test_the_grader_can_be_imported_without_pytorch() -> None:
    succeeded(python(WITHOUT_PYTORCH, cwd=ROOT))
