"""A run that is stopped, and what the next one makes of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.grading.pipeline import GradeRequest, grade_class
from tests.commands import autograder
from tests.conftest import ROOT
from tests.instructor.conftest import (
    ASSIGNMENT,
    everything_in_gradebook,
    grade,
    gradebook_rows,
    graded_notebooks,
    hand_in,
    notebook_of,
    points,
    submitted,
)

KILLS = 12
POINTS = {"right": 20, "transposed": 18, "empty": 0, "two_mistakes": 16}


def start(folder: Path) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "autograder.instructor.cli", "grade", "--workers", "1"]
    return subprocess.Popen(
        line, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def stop(process: subprocess.Popen[str], moment: Callable[[], bool], how: signal.Signals) -> tuple[int, str, str]:
    """Send a signal at a moment and return exit status, standard output and standard error."""
    wait_until(process, moment)
    process.send_signal(how)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def wait_until(process: subprocess.Popen[str], moment: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 200
    while not moment():
        assert process.poll() is None, "it ended before the moment to stop it"
        assert time.monotonic() < deadline
        time.sleep(0.005)


def notebooks(folder: Path) -> list[Path]:
    return sorted((folder / "autograded").glob("*/*/*.ipynb"))


def ask(folder: Path, question: str) -> float:
    """Ask the gradebook for a number, cheaply enough to be asked again and again beside a run."""
    database = sqlite3.connect(f"file:{folder / 'gradebook.db'}?mode=ro", uri=True)
    try:
        return float(database.execute(question).fetchone()[0] or 0)
    finally:
        database.close()


def submissions_in_gradebook(folder: Path) -> float:
    return ask(folder, "SELECT count(*) FROM submitted_assignment")


def points_in_gradebook(folder: Path) -> float:
    return ask(folder, "SELECT sum(auto_score) FROM grade")


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
    """Work changes between the runs, too. The last run is the command as anybody starts it."""
    authors = small_folder.parent / "authors"
    authors.mkdir()
    for path in (small_folder / "submitted").glob("*/*/*.ipynb"):
        shutil.copyfile(path, authors / f"{path.parents[1].name}.ipynb")
    for student in ("transposed", "two_mistakes"):  # two are enough, and each run is shorter
        shutil.rmtree(small_folder / "submitted" / student)
    line = [sys.executable, str(Path(__file__).with_name("killer.py")), str(small_folder), str(KILLS), "7"]
    killed = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
    assert killed.returncode == 0, killed.stderr
    came_to = json.loads(killed.stdout)
    assert len(came_to) == KILLS
    assert set(came_to) == {"start", "gradebook", "notebook"}, "no kill fell into one of the parts of the run"
    undisturbed = small_folder.parent / "undisturbed"
    shutil.copytree(small_folder, undisturbed)
    shutil.rmtree(undisturbed / "autograded")
    shutil.copyfile(small_class / "gradebook.db", undisturbed / "gradebook.db")
    grade_class(CourseFolder(undisturbed), Course.installed(), GradeRequest([ASSIGNMENT], seed=7))
    done = autograder("grade", "--seed", "7", cwd=small_folder)
    assert done.returncode == 0, done.stderr
    assert everything_in_gradebook(small_folder) == everything_in_gradebook(undisturbed)
    assert graded_notebooks(small_folder) == graded_notebooks(undisturbed)


@pytest.mark.long("two runs over a class")
def test_a_killed_run_leaves_no_process_and_what_it_had_finished_is_not_done_again(small_folder: Path) -> None:
    before = sandboxes()
    process = start(small_folder)
    status, out, _ = stop(process, lambda: len(notebooks(small_folder)) >= 2, signal.SIGKILL)
    assert (status, out) == (-signal.SIGKILL, "")
    assert sandboxes() == before, "a killed run left a process behind"
    kept = {path: path.read_bytes() for path in notebooks(small_folder)}
    grade_class(CourseFolder(small_folder), Course.installed(), GradeRequest([ASSIGNMENT]))
    assert kept.items() <= {path: path.read_bytes() for path in notebooks(small_folder)}.items()
    assert sums(small_folder) == POINTS


@pytest.mark.long("three runs over a class")
def test_work_that_changes_between_a_killed_run_and_the_next_is_judged_as_it_is_then(small_folder: Path) -> None:
    grade(small_folder, seed=1)
    submission = submitted(small_folder, "empty")
    before = submission.read_bytes()
    hand_in(small_folder, empty="ada")
    process = start(small_folder)
    stop(process, lambda: points_in_gradebook(small_folder) == sum(POINTS.values()) + 20, signal.SIGKILL)
    submission.write_bytes(before)
    grade(small_folder)
    assert sums(small_folder) == POINTS


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
    assert points(grade(small_folder)) == POINTS


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
