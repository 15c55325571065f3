"""The grader computes with what a course brings: nothing of it imports PyTorch by itself."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

# What belongs to the course that comes with the grader, and knows PyTorch as that does.
OF_THE_COURSE = "autograder.far", "autograder.checks."
IMPORT_ALL = f"""
import importlib, pkgutil, sys
import autograder

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "pandas"):
            raise ImportError(name + " is refused")

sys.meta_path.insert(0, Refuse())
for module in pkgutil.walk_packages(autograder.__path__, "autograder."):
    leaf = module.name.rpartition(".")[2]
    if not module.name.startswith({OF_THE_COURSE!r}) and leaf != "__main__" and "nbgrader.config" not in module.name:
        importlib.import_module(module.name)
"""


def test_no_module_of_the_grader_imports_pytorch() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-1500:]
