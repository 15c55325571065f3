"""Running a student's own work where the system cannot fork."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

PROGRAM = """
import sys
sys.modules["resource"] = None  # as on Windows
import os
del os.fork
from autograder.sandbox.here import run_here
from autograder.sandbox.program import Cell, PlannedCheck, Program
from autograder.checks import checks_of
cells = (Cell("broken", "1 / 0"), Cell("right", open("solutions/layers.py").read()))
plan = tuple(PlannedCheck(check.room, check.exercise, check.name, 1) for check in checks_of("layers"))
result = run_here(Program(cells, plan))
print(sorted({answer.kind for answer in result.answers.values()}), result.cells["broken"].error.splitlines()[-1])
"""


def test_cells_and_checks_run_without_fork_and_without_unix_modules() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.strip() == "['observed'] ZeroDivisionError: division by zero", done.stderr
