"""What a person sees who types `make`: a line for each step, what needs an answer, and nothing else."""

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
    """Return what make would run, were nothing there."""
    done = sh(ROOT, "make", "--dry-run", "--always-make", *goals)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_step_is_one_line_with_its_time_what_it_said_lies_in_a_log_and_its_warnings_are_shown(tmp_path: Path) -> None:
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


def test_one_word_takes_pytorch_without_cuda_from_its_own_index() -> None:
    index = (CI / "without-cuda.txt").read_text()
    assert index.startswith("--extra-index-url https://download.pytorch.org/")
    assert any("--requirement .ci/without-cuda.txt" in line for line in planned("course", "CPU=1"))
    assert not any("without-cuda" in line for line in planned("course"))


def test_the_grader_is_built_without_the_environment_of_this_course() -> None:
    lines = planned("grader")
    assert any(".ci/grader.py _build/grader" in line for line in lines)
    assert not any("pip install" in line or ".venv/" in line for line in lines)


def test_the_full_set_is_fetched_where_one_says_so() -> None:
    assert any(line.endswith("--name course --force --download") for line in planned("course", "DOWNLOAD=1"))


@pytest.mark.parametrize(("option", "status"), [((), 1), (("--where-it-may",), 0)])
def test_what_may_not_be_installed_stops_make_only_where_it_is_needed(
    option: tuple[str, ...], status: int, tmp_path: Path
) -> None:
    (tmp_path / "id").symlink_to(shutil.which("id") or "")
    (tmp_path / "sh").symlink_to("/bin/sh")
    done = sh(tmp_path, "/bin/sh", CI / "require", *option, "a-package:/nowhere/it", PATH=str(tmp_path))
    assert done.returncode == status
    assert ("sudo apt-get install -y a-package" in done.stderr) == bool(status)


@pytest.mark.parametrize("is_sample", [True, False])
def test_the_last_lines_say_how_to_get_the_full_set_where_it_was_not_there(
    is_sample: bool, graded: Path, tmp_path: Path
) -> None:
    results = {"data": {"is_sample": is_sample}, "test_accuracy": 0.5}
    (tmp_path / "results.json").write_text(json.dumps(results), encoding="utf-8")
    lines = summary(CourseFolder(graded).root, tmp_path / "model.safetensors")
    assert ("apt-get install dataset-fashion-mnist" in lines[-1]) == is_sample
    assert any("source .venv/bin/activate" in line for line in lines)
