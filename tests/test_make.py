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


def test_make_course_shows_each_thing_that_it_installs_or_makes_as_a_step_and_no_command() -> None:
    lines = planned("course")
    assert 10 < sum(line.startswith(".ci/step ") for line in lines) < 20
    quiet = re.compile(r"\.ci/(step|require) |touch |python3 -c |echo|! grep |    '")
    assert [line for line in lines if not quiet.match(line)] == []
    # A shell that runs nothing: make itself would still show a command. As if no other make ran this.
    done = sh(ROOT, "make", "--always-make", "SHELL=/bin/true", "course", MAKEFLAGS="", MAKELEVEL="0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
