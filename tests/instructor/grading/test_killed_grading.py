"""A stopped run, and the next one after it."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.grading.grade_class import GradeRequest, grade_class
from tests.commands import autograder
from tests.instructor.conftest import (
    ASSIGNMENT,
    ONCE,
    everything_in_gradebook,
    grade,
    gradebook_rows,
    graded_notebooks,
    hand_in,
    notebook_of,
    points,
    submitted,
)

# When a run is killed: after it has written one of these. The journal is there while scores are being written.
MOMENTS = {
    "start": ".autograder.lock",
    "gradebook": "gradebook.db-journal",
    "notebook": f"autograded/*/{ASSIGNMENT}/*.ipynb",
}
KILLS_AT_EACH = 4
CLASS = {"empty": "dennis", "right": "ada", "transposed": "barbara", "two_mistakes": "john"}


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "autograder.instructor.cli", "grade", "--workers", "1", *options]
    return subprocess.Popen(
        line, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def wait_until(process: subprocess.Popen[str], moment: Callable[[], object]) -> None:
    deadline = time.monotonic() + 200
    while not moment():
        assert process.poll() is None, "it ended before the moment to stop it"
        assert time.monotonic() < deadline
        time.sleep(0.001)


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    assert process.communicate(timeout=60)[0] == ""


def written(folder: Path, pattern: str) -> set[tuple[Path, int]]:
    """Return the files of a pattern, each with the moment at which it was written."""
    found = set()
    for path in folder.glob(pattern):
        with contextlib.suppress(FileNotFoundError):  # the journal is gone as soon as it came
            found.add((path, path.stat().st_mtime_ns))
    return found


def kill_after(folder: Path, pattern: str, wait_s: float) -> None:
    """Start a run, and kill it some seconds after it has written a file of a pattern."""
    before, running = written(folder, pattern), start(folder, "--seed", "7")
    wait_until(running, lambda: written(folder, pattern) - before)
    time.sleep(wait_s)
    kill(running)


def notebooks(folder: Path) -> list[Path]:
    return sorted((folder / "autograded").glob("*/*/*.ipynb"))


def sums(folder: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    for (student, _), score in gradebook_rows(folder).items():
        found[student] = found.get(student, 0) + (score or 0)
    return found


def sandboxes() -> list[int]:
    """Return the warm servers whose grader is gone, once the kernel has had a moment to end them."""
    time.sleep(0.3)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes()
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if b"autograder.sandbox.server" in line and parent == 1:
            found.append(int(process.name))
    return found


@pytest.mark.long("the runs that are killed")
@pytest.mark.timeout(1800)
def test_kills_at_random_moments_leave_what_an_undisturbed_run_leaves(small_folder: Path, small_class: Path) -> None:
    """Before each run all work changes."""
    draw, authors = random.Random(7), list(CLASS.values())
    for pattern in [*MOMENTS.values()] * KILLS_AT_EACH:
        authors = authors[1:] + authors[:1]
        hand_in(small_folder, **dict(zip(CLASS, authors, strict=True)))
        kill_after(small_folder, pattern, wait_s=draw.choice([0, draw.uniform(0, 1)]))
    hand_in(small_folder, **CLASS)
    undisturbed = small_folder.parent / "undisturbed"
    shutil.copytree(small_class, undisturbed)
    for folder in (small_folder, undisturbed):
        done = autograder("grade", "--seed", "7", cwd=folder)
        assert done.returncode == 0, done.stderr
    assert everything_in_gradebook(small_folder) == everything_in_gradebook(undisturbed)
    assert graded_notebooks(small_folder) == graded_notebooks(undisturbed)


@pytest.mark.long("two runs over a class")
def test_a_killed_run_leaves_no_process_and_its_finished_work_stands(small_folder: Path) -> None:
    before = sandboxes()
    running = start(small_folder)
    wait_until(running, lambda: len(notebooks(small_folder)) >= 2)
    kill(running)
    assert sandboxes() == before, "a killed run left a process behind"
    kept = {path: path.read_bytes() for path in notebooks(small_folder)}
    run = grade_class(CourseFolder(small_folder), Course.installed(), GradeRequest([ASSIGNMENT]))
    assert not run.ungraded
    assert kept.items() <= {path: path.read_bytes() for path in notebooks(small_folder)}.items()
    assert sums(small_folder) == ONCE


SLEEPS = "\nimport time\ntime.sleep({seconds})\n"


def hand_in_slowly(folder: Path, student: str, seconds: int) -> None:
    """Let a student hand in right work that takes its time."""
    notebook = notebook_of(folder, "ada")
    cell = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "layers-Linear")
    cell.source += SLEEPS.format(seconds=seconds)
    nbformat.write(notebook, submitted(folder, student))


@pytest.mark.long("two runs over a class")
def test_control_c_finishes_what_is_in_flight_and_says_how_to_go_on(small_folder: Path) -> None:
    """A terminal sends it to every process of the group, those of the sandbox among them."""
    hand_in_slowly(small_folder, "right", 3)
    running = start(small_folder)
    wait_until(running, lambda: len(notebooks(small_folder)) == 1)
    with pytest.raises(CourseFolderError, match="such as `autograder grade`, is at work in this folder"):
        grade(small_folder)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    in_flight, goes_on = err.splitlines()
    assert in_flight == "autograder: finishing 1 submission in flight; Ctrl-C again stops at once"
    assert goes_on == (
        "autograder: interrupted with 2 graded and 2 to go; "
        "what was graded is kept, and the same command goes on from here"
    )
    assert sums(small_folder) == {"empty": 0, "right": 20}
    assert points(grade(small_folder)) == ONCE


@pytest.mark.long("a run over a class")
def test_a_second_control_c_stops_at_once(small_folder: Path) -> None:
    hand_in_slowly(small_folder, "right", 15)
    running = start(small_folder)
    wait_until(running, lambda: len(notebooks(small_folder)) == 1)
    running.send_signal(signal.SIGTERM)  # which asks as Ctrl-C does
    assert running.stderr is not None
    assert "Ctrl-C again stops at once" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err == "autograder: interrupted; what was graded is kept, and the same command goes on from here\n"
    assert sums(small_folder) == {"empty": 0}
