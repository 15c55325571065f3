"""Nothing is slow the first time: what a kernel has not imported yet, `progress` does not import without need."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

# Where the students' wheel is installed, the released notebook lies as a file beside the recordings.
FIRST = """
import json, sys, tempfile
from pathlib import Path
import autograder.notebooks.released as where
file = Path(tempfile.mkdtemp()) / "layers.ipynb"
about = {"grade": True, "points": 25}
file.write_text(json.dumps({"cells": [{"metadata": {"nbgrader": about}}, {"metadata": {}}]}))
where.released_file = lambda room: file
from autograder import progress
card = progress("layers")
assert card.possible + card.unseen == 25
slow = {"nbformat", "jsonschema", "torch.distributed.tensor", "torch._dynamo", "nbclient", "jupytext"}
print(sorted(slow & set(sys.modules)))
"""


def test_the_first_progress_of_a_kernel_imports_no_library_that_takes_seconds() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "[]\n", done.stderr
