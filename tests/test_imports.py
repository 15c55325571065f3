"""What a person types loads what it uses, and the grader computes with what a course brings."""

import json
from pathlib import Path

import pytest

from tests.commands import ROOT, python, succeeded

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


def loaded_by(*line: str | Path, cwd: Path = ROOT) -> set[str]:
    return set(json.loads(succeeded(python(RUN, *line, cwd=cwd)).stdout))


@pytest.mark.parametrize(
    ("line", "spared"),
    [
        (["autograder.instructor.command_line", "--help"], THAT_COMPUTES | FOR_NOTEBOOKS),
        (["autograder.instructor.command_line", "grade", "--help"], THAT_COMPUTES | FOR_NOTEBOOKS),
        (["autograder.cli", "--help"], THAT_COMPUTES | FOR_NOTEBOOKS),
        (["solutions.__main__", "--help"], THAT_COMPUTES | FOR_NOTEBOOKS),
        (["autograder.instructor.command_line", "init", "course"], FOR_FIGURES | {"torch"}),
        (["solutions.__main__", "predict", ROOT / "book" / "screenshot-light.png"], FOR_FIGURES),
    ],
    ids=lambda value: " ".join(Path(word).name for word in value) if isinstance(value, list) else "",
)
def test_a_command_waits_for_no_unused_library(line: list[str | Path], spared: set[str], tmp_path: Path) -> None:
    line = [tmp_path / word if word == "course" else word for word in line]
    assert not loaded_by(*line) & spared


@pytest.mark.long("judges a notebook")
@pytest.mark.parametrize("line", [["check", "2-layers.ipynb"], ["progress"]])
def test_what_judges_loads_nothing_for_figures(line: list[str], released: Path) -> None:
    modules = loaded_by("autograder.instructor.command_line", *line, cwd=released / "release" / "2-layers")
    assert not modules & FOR_FIGURES


def test_no_module_of_the_grader_imports_pytorch() -> None:
    succeeded(python(IMPORT_ALL, cwd=ROOT))
