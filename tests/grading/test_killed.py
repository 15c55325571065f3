"""A run that is stopped, and what the next one makes of it."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.conftest import autograder
from tests.grading.conftest import grade, gradebook_rows, hand_in, submitted

POINTS = {"right": 20, "transposed": 14, "empty": 0, "two_mistakes": 11}


def start(folder: Path) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "autograder.cli", "grade", "--workers", "1"]
    return subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def stop(process: subprocess.Popen[str], moment: Callable[[], bool], how: signal.Signals) -> tuple[int, str, str]:
    """Send a signal at a moment and return exit status, standard output and standard error."""
    deadline = time.monotonic() + 60
    while not moment():
        assert process.poll() is None, "it ended before the moment to stop it"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(how)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def graded_notebooks(folder: Path) -> list[Path]:
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


def test_a_run_that_is_killed_again_and_again_ends_with_the_marks_of_an_undisturbed_one(small_folder: Path) -> None:
    folder, before = small_folder, sandboxes()
    moments: list[Callable[[], bool]] = [
        lambda: (folder / ".autograder.lock").exists(),  # before anything is graded
        lambda: submissions_in_gradebook(folder) >= 1,  # the first is on its way into the gradebook
        lambda: len(graded_notebooks(folder)) >= 2,  # two are done
    ]
    kept: set[tuple[Path, bytes]] = set()
    for moment in moments:
        process = start(folder)
        status, out, _ = stop(process, moment, signal.SIGKILL)
        assert (status, out) == (-signal.SIGKILL, "")
        assert sandboxes() == before, "a killed run left a process behind"
        now = {(path, path.read_bytes()) for path in graded_notebooks(folder)}
        assert kept <= now, "what a killed run had finished was done again"
        kept = now
    done = autograder("grade", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert f"4 submissions ({len(kept)} unchanged)" in done.stdout
    assert kept <= {(path, path.read_bytes()) for path in graded_notebooks(folder)}
    assert sums(folder) == POINTS
    assert submissions_in_gradebook(folder) == len(POINTS)


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


def test_control_c_ends_with_one_line_that_says_how_to_go_on(small_folder: Path) -> None:
    running = start(small_folder)
    status, out, err = stop(running, lambda: submissions_in_gradebook(small_folder) >= 1, signal.SIGINT)
    assert (status, out) == (130, "")
    assert err == "autograder: interrupted; what was graded is kept, and the same command goes on from here\n"
