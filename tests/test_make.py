"""The output of `make`: a line for each step, lines that need an answer, and nothing else."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from autograder.instructor.course.folder import CourseFolder
from sample_class.what_is_where import summary
from tests.commands import succeeded
from tests.conftest import ROOT

CI = ROOT / ".ci"


def sh(folder: Path, *line: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | environment
    return subprocess.run([*map(str, line)], cwd=folder, env=env, capture_output=True, text=True, check=False)


def planned(*goals: str) -> list[str]:
    """Return the commands that make would run on a machine that has nothing yet."""
    done = sh(ROOT, "make", "--dry-run", "--always-make", *goals, MAKEFLAGS="", MAKELEVEL="0")
    return succeeded(done).stdout.splitlines()


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


@pytest.mark.parametrize(
    ("goals", "runs", "runs_not"),
    [
        (("course", "CPU=1"), "--requirement .ci/without-cuda.txt", None),
        (("course",), "pip install", "without-cuda"),
        (("grader",), ".ci/grader.py _build/grader", r"pip install|\.venv/"),  # without this course's environment
        (("course", "DOWNLOAD=1"), r"solutions data --download$", None),
    ],
)
def test_a_goal_runs_what_its_options_ask_for(goals: tuple[str, ...], runs: str, runs_not: str | None) -> None:
    lines = "\n".join(planned(*goals))
    assert re.search(runs, lines, re.MULTILINE)
    assert not (runs_not and re.search(runs_not, lines))


@pytest.mark.parametrize(("option", "status"), [((), 1), (("--where-it-may",), 0)])
def test_a_missing_package_stops_make_only_where_needed(option: tuple[str, ...], status: int, tmp_path: Path) -> None:
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


def test_make_course_shows_each_thing_that_it_installs_or_makes_as_a_step_and_no_command() -> None:
    lines = planned("course")
    assert 10 < sum(line.startswith(".ci/step ") for line in lines) < 20
    quiet = re.compile(r"\.ci/(step|require) |touch |python3 -c |.*what_is_where")
    assert [line for line in lines if not quiet.match(line)] == []
    # A shell that runs nothing: make itself would still show a command. As if no other make ran this.
    done = sh(ROOT, "make", "--always-make", "SHELL=/bin/true", "course", MAKEFLAGS="", MAKELEVEL="0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
