"""What `make course` prints on a machine that has nothing yet: a line for each thing that it installs or makes.

The Makefile is the real one, in a folder of its own. Only the programs that it calls are stand-ins, which talk as
much as the real ones do: a test installs nothing.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_make import sh

TALK = "seq 100"
# What is needed, as the Makefile looks for it. The summary of a real run is tested beside what it sums up.
PROGRAMS = {
    "apt-get": f"{TALK}; for name in bubblewrap:bwrap chromium nodejs:node npm; do touch $HERE/bin/${{name#*:}}; done; "
    "chmod +x $HERE/bin/*",
    "id": "echo 0",
    "python": f"case $* in *summary*) echo the summary ;; *) {TALK} ;; esac",
    "python3": f"case $* in *venv*) {TALK}; mkdir .venv ;; esac",
    "jupyter-book": TALK,
    "autograder": f"case $1 in init) mkdir -p $2 ;; esac; {TALK}",
}
TOOLS = (
    *("sh", "make", "date", "mkdir", "touch", "chmod", "seq", "tr"),
    *("grep", "tail", "rm", "cat", "sleep", "kill", "dirname"),
)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with the Makefile, on a machine that has a shell and the stand-ins."""
    for name in ("Makefile", "pyproject.toml", ".ci", "book/package.json", "book/package-lock.json"):
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    (tmp_path / "book" / "node_modules").mkdir()  # npm's stand-in is an empty program
    (tmp_path / "bin").mkdir()
    for name in TOOLS:
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "")
    for name, text in PROGRAMS.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def test_each_thing_that_is_installed_or_made_is_one_line(bare: Path) -> None:
    # As if this were not run by another make, which would be told of.
    done = sh(bare, "make", "course", "BIN=bin", PATH=f"{bare}/bin", HERE=str(bare), MAKEFLAGS="", MAKELEVEL="0")
    assert done.returncode == 0, done.stdout + done.stderr
    *steps, summary = done.stdout.splitlines()
    assert [step for step in steps if not re.fullmatch(r"\S.* +\d+ s", step)] == []
    assert any(step.startswith("installing nodejs npm") for step in steps)
    assert (summary, done.stderr) == ("the summary", "")
    assert 10 < len(steps) < 20
