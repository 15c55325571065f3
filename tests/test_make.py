"""The Makefile: `make course` shows a line for each step, and a step that fails says why."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

CI = ROOT / ".ci"


def sh(folder: Path, *line: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | environment
    return subprocess.run([*map(str, line)], cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_step_that_fails_shows_its_end_and_where_the_rest_is(tmp_path: Path) -> None:
    done = sh(tmp_path, CI / "step", "the book", "sh", "-c", "echo it broke; exit 3")
    assert done.returncode == 3
    assert "it failed" in done.stdout
    assert done.stderr == "it broke\nall that it said: _build/logs/the-book.log\n"


@pytest.mark.parametrize(("beside", "status", "ends"), [("echo red; exit 1", 0, 1), ("echo green", 3, 3), (":", 0, 0)])
def test_checks_beside_the_tests_fail_the_run(tmp_path: Path, beside: str, status: int, ends: int) -> None:
    done = sh(tmp_path, CI / "beside", beside, "sh", "-c", f"sleep 0.2; echo 3 passed; exit {status}")
    assert done.returncode == ends
    first, *others = done.stdout.splitlines()
    assert first == "3 passed"
    assert [line for line in others if not line.startswith("+")] == re.findall("red|green", beside)


def test_a_missing_system_package_is_named_with_its_command_unless_it_is_optional(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")  # a user who cannot install
    (tmp_path / "id").chmod(0o755)
    require = [CI / "require", "no-such-package:/no/such/file", "--where-it-may", "nor-this:/nor/this"]
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert sh(tmp_path, *require[:1], *require[2:], PATH=path).returncode == 0
    done = sh(tmp_path, *require, PATH=path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("sudo apt-get install -y no-such-package\n")


def test_make_course_shows_steps_and_no_command() -> None:
    """By a shell that runs nothing: make itself would still show a command."""
    done = sh(ROOT, "make", "--always-make", "SHELL=/bin/true", "course", MAKEFLAGS="", MAKELEVEL="0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
