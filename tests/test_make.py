"""What `make` runs, and that it shows a line for each step and no command."""

import os
import re
import subprocess
from pathlib import Path

import pytest

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


def test_a_step_that_fails_shows_its_end_and_where_the_rest_is(tmp_path: Path) -> None:
    done = sh(tmp_path, CI / "step", "the book", "sh", "-c", "echo it broke; exit 3")
    assert done.returncode == 3
    assert "it failed" in done.stdout
    assert done.stderr == "it broke\nall that it said: _build/logs/the-book.log\n"


@pytest.mark.parametrize(("beside", "status", "ends"), [("echo red; exit 1", 0, 1), ("echo green", 3, 3), (":", 0, 0)])
def test_what_runs_beside_the_tests_is_shown_after_them_and_fails_with_them(
    tmp_path: Path, beside: str, status: int, ends: int
) -> None:
    done = sh(tmp_path, CI / "beside", beside, "sh", "-c", f"sleep 0.2; echo 3 passed; exit {status}")
    assert done.returncode == ends
    first, *others = done.stdout.splitlines()
    assert first == "3 passed"
    assert [line for line in others if not line.startswith("+")] == re.findall("red|green", beside)


def test_what_may_be_done_without_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")  # nobody who could install
    (tmp_path / "id").chmod(0o755)
    require = [CI / "require", "no-such-package:/no/such/file", "--where-it-may", "nor-this:/nor/this"]
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert sh(tmp_path, *require[:1], *require[2:], PATH=path).returncode == 0
    done = sh(tmp_path, *require, PATH=path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("sudo apt-get install -y no-such-package\n")


@pytest.mark.parametrize(
    ("goals", "runs", "runs_not"),
    [
        (("course", "CPU=1"), "--requirement .ci/without-cuda.txt", None),
        (("course",), "pip install", "without-cuda|--group|--constraint"),
        (("test",), r"--editable '\.\[all\]' --group dev", "--constraint"),
        (("test", "PINNED=1"), r"pip install .*--constraint \.ci/constraints\.txt .*--group dev", None),
        (("grader",), ".ci/grader.py _build/grader", r"pip install|\.venv/"),  # without this course's environment
        (("course", "DOWNLOAD=1"), r"solutions data --download$", None),
    ],
)
def test_a_goal_runs_what_its_options_ask_for(goals: tuple[str, ...], runs: str, runs_not: str | None) -> None:
    lines = "\n".join(planned(*goals))
    assert re.search(runs, lines, re.MULTILINE)
    assert not (runs_not and re.search(runs_not, lines))


def test_make_course_shows_each_thing_that_it_installs_or_makes_as_a_step_and_no_command() -> None:
    lines = planned("course")
    assert 10 < sum(line.startswith(".ci/step ") for line in lines) < 20
    quiet = re.compile(r"\.ci/(step|require) |touch |python3 -c |echo|! grep |    '")
    assert [line for line in lines if not quiet.match(line)] == []
    # A shell that runs nothing: make itself would still show a command. As if no other make ran this.
    done = sh(ROOT, "make", "--always-make", "SHELL=/bin/true", "course", MAKEFLAGS="", MAKELEVEL="0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
