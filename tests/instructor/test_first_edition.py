"""What was made by the first edition goes on working: course folders, released notebooks, zips for Gradescope."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.nbgrader.config import SAVE
from tests.commands import run
from tests.conftest import ROOT

CONFIG = """
try:
    from autograder.grading.nbgrader_config import configure
except Exception as error:
    # nbgrader would go on with its own settings, and run students' code without protection.
    raise SystemExit(f"nbgrader_config.py: {error!r}: use the environment in which autograder is installed") from error

c = get_config()
configure(c)
c.CourseDirectory.course_id = "first-edition"
"""
SETUPS = [
    "from autograder import check, progress",
    "from autograder.lab import glue, load_measured, load_sample, scientific, use_course_style",
    "from autograder.own import own",
]


def test_a_course_folders_configuration_leads_to_our_steps(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    steps = CourseFolder.here(tmp_path).nbgrader_config().Autograde.autograde_preprocessors
    assert steps[-len(SAVE) :] == SAVE


@pytest.mark.parametrize("line", SETUPS)
def test_a_released_notebook_finds_what_its_first_cell_imports(line: str) -> None:
    subprocess.run([sys.executable, "-c", line], cwd=ROOT, check=True)


def test_a_zip_for_gradescope_finds_what_grades_in_its_container(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    done = run("autograder.grading.gradescope", tmp_path, cwd=ROOT)
    assert done.returncode == 1  # there is nothing to grade here
    assert "The grader itself failed" in (tmp_path / "results" / "results.json").read_text(encoding="utf-8")
