"""The output of `make`: a line for each step, lines that need an answer, and nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from autograder.instructor.course.folder import CourseFolder
from sample_class.what_is_where import summary
from tests.conftest import ROOT

CI = ROOT / ".ci"


def sh(folder: Path, *line: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | environment
    return subprocess.run([*map(str, line)], cwd=folder, env=env, capture_output=True, text=True, check=False)


def planned(*goals: str) -> list[str]:
    """Return the commands that make would run on a machine that has nothing yet."""
    done = sh(ROOT, "make", "--dry-run", "--always-make", *goals)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_step_is_one_line_with_its_time_its_output_is_logged_and_its_warnings_are_shown(tmp_path: Path) -> None:
    done = sh(tmp_path, CI / "step", "the book", "sh", "-c", "echo reading; echo written >&2")
    assert re.fullmatch(r"the book +\d s\n", done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "_build" / "logs" / "the-book.log").read_text() == "reading\nwritten\n"
    done = sh(tmp_path, CI / "step", "the book", "sh", "-c", "echo reading; echo 'x.md:3: WARNING: no such label' >&2")
    assert done.stdout.splitlines()[1:] == ["x.md:3: WARNING: no such label"]


def test_a_step_that_fails_shows_its_end_and_where_the_rest_is(tmp_path: Path) -> None:
    done = sh(tmp_path, CI / "step", "the book", "sh", "-c", "echo it broke; exit 3")
    assert done.returncode == 3
    assert "it failed" in done.stdout
    assert done.stderr == "it broke\nall that it said: _build/logs/the-book.log\n"


def test_cpu_1_takes_pytorch_without_cuda_from_its_own_index() -> None:
    index = (CI / "without-cuda.txt").read_text()
    assert index.startswith("--extra-index-url https://download.pytorch.org/")
    assert any("--requirement .ci/without-cuda.txt" in line for line in planned("course", "CPU=1"))
    assert not any("without-cuda" in line for line in planned("course"))


def test_the_grader_is_built_without_the_environment_of_this_course() -> None:
    lines = planned("grader")
    assert any(".ci/grader.py _build/grader" in line for line in lines)
    assert not any("pip install" in line or ".venv/" in line for line in lines)


def test_download_1_fetches_the_full_data_set() -> None:
    assert any(line.endswith("--name course --force --download") for line in planned("course", "DOWNLOAD=1"))


@pytest.mark.parametrize(("option", "status"), [((), 1), (("--where-it-may",), 0)])
def test_a_package_that_cannot_be_installed_stops_make_only_where_it_is_needed(
    option: tuple[str, ...], status: int, tmp_path: Path
) -> None:
    (tmp_path / "id").symlink_to(shutil.which("id") or "")
    (tmp_path / "sh").symlink_to("/bin/sh")
    done = sh(tmp_path, "/bin/sh", CI / "require", *option, "a-package:/nowhere/it", PATH=str(tmp_path))
    assert done.returncode == status
    assert ("sudo apt-get install -y a-package" in done.stderr) == bool(status)


@pytest.mark.parametrize("is_sample", [True, False])
def test_the_last_lines_say_how_to_get_a_missing_full_data_set(is_sample: bool, graded: Path, tmp_path: Path) -> None:
    results = {"data": {"is_sample": is_sample}, "test_accuracy": 0.5}
    (tmp_path / "results.json").write_text(json.dumps(results), encoding="utf-8")
    lines = summary(CourseFolder(graded).root, tmp_path / "model.safetensors")
    assert ("apt-get install dataset-fashion-mnist" in lines[-1]) == is_sample
    assert any("source .venv/bin/activate" in line for line in lines)


# The Makefile in a folder of its own, on a machine that has nothing yet. The programs that it calls are stand-ins that
# talk as much as the real ones: the test installs nothing.

TALK = "seq 100"
# The programs that the Makefile looks for. The summary of a real run has a test of its own.
PROGRAMS = {
    "apt-get": f"{TALK}; for name in bubblewrap:bwrap chromium nodejs:node npm; do touch $HERE/bin/${{name#*:}}; done; "
    "chmod +x $HERE/bin/*",
    "id": "echo 0",
    "python": f"case $* in *what_is_where*) echo the summary ;; *) {TALK} ;; esac",
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


def test_make_course_prints_a_line_for_each_thing_that_it_installs_or_makes(bare: Path) -> None:
    # As if this were not run by another make, which would be told of.
    done = sh(bare, "make", "course", "BIN=bin", PATH=f"{bare}/bin", HERE=str(bare), MAKEFLAGS="", MAKELEVEL="0")
    assert done.returncode == 0, done.stdout + done.stderr
    *steps, summary = done.stdout.splitlines()
    assert [step for step in steps if not re.fullmatch(r"\S.* +\d+ s", step)] == []
    assert any(step.startswith("installing nodejs npm") for step in steps)
    assert (summary, done.stderr) == ("the summary", "")
    assert 10 < len(steps) < 20
