"""A stopped run, and the next one after it."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil
import pytest

from autograder.instructor.course.folder import CourseFolderError
from autograder.sandbox import Limits
from tests.commands import begin, in_process, succeeded
from tests.instructor.conftest import (
    ASSIGNMENT,
    ONCE,
    SMALL_CLASS,
    everything_in_gradebook,
    grade,
    gradebook_rows,
    graded_notebooks,
    hand_in,
    hand_in_with,
    points,
    wait_until,
)

# When a run is killed: after it has written one of these. The journal is there while scores are being written.
MOMENTS = [".autograder.lock", "gradebook.db-journal", f"autograded/*/{ASSIGNMENT}/*.ipynb"]
KILLS_AT_EACH = 4


GRADE = ("autograder.instructor.command_line", "grade", "--workers", "1")


@dataclass(frozen=True)
class Grader:
    """A run of the command in a process of its own, and the files that what it prints goes to."""

    process: BaseProcess
    said: tuple[Path, Path]

    def wait_for(self, moment: Callable[[], object]) -> None:
        wait_until(lambda: moment() or not self.process.is_alive(), seconds=200, pause_s=0.001)
        assert self.process.is_alive(), "it ended before the moment to stop it"

    def kill(self) -> None:
        self.process.kill()
        self.process.join(60)
        assert self.said[0].read_text() == ""


def start(folder: Path, *options: str) -> Grader:
    said = folder.with_name("printed"), folder.with_name("errors")
    return Grader(begin(*GRADE, *options, cwd=folder, said=said), said)


def written(folder: Path, pattern: str) -> set[tuple[Path, int]]:
    """Return the files of a pattern, each with the moment at which it was written."""
    moments = set()
    for path in folder.glob(pattern):
        with contextlib.suppress(FileNotFoundError):  # the journal is gone as soon as it came
            moments.add((path, path.stat().st_mtime_ns))
    return moments


def orphaned_sandboxes() -> list[int]:
    """Return the warm servers whose grader is gone, once the kernel has had a moment to end them."""
    time.sleep(0.3)
    orphans = [process.info for process in psutil.process_iter(["pid", "ppid", "cmdline"]) if process.info["ppid"] == 1]
    return [orphan["pid"] for orphan in orphans if "autograder.sandbox.server" in " ".join(orphan["cmdline"] or ())]


@pytest.mark.deep
@pytest.mark.long("the runs that are killed")
@pytest.mark.timeout(1800)
def test_kills_at_random_moments_leave_what_an_undisturbed_run_leaves(small_folder: Path, small_class: Path) -> None:
    """Before each run all work changes; no run leaves a sandbox behind."""
    orphans = orphaned_sandboxes()
    draw, authors = random.Random(7), list(SMALL_CLASS.values())
    for pattern in MOMENTS * KILLS_AT_EACH:
        authors = authors[1:] + authors[:1]
        hand_in(small_folder, **dict(zip(SMALL_CLASS, authors, strict=True)))
        before, running = written(small_folder, pattern), start(small_folder, "--seed", "7")
        running.wait_for(lambda: written(small_folder, pattern) - before)  # noqa: B023
        time.sleep(draw.choice([0, draw.uniform(0, 1)]))
        running.kill()
    assert orphaned_sandboxes() == orphans
    hand_in(small_folder, **SMALL_CLASS)
    undisturbed = shutil.copytree(small_class, small_folder.parent / "undisturbed")
    for folder in (small_folder, undisturbed):
        succeeded(in_process("grade", "--seed", "7", cwd=folder))
    assert everything_in_gradebook(small_folder) == everything_in_gradebook(undisturbed)
    assert graded_notebooks(small_folder) == graded_notebooks(undisturbed)


@pytest.mark.deep
@pytest.mark.long("two runs over a class")
def test_control_c_stops_at_once_and_the_same_command_goes_on(small_folder: Path) -> None:
    """A terminal sends it to every process of the group, those of the sandbox among them."""
    before = orphaned_sandboxes()
    hand_in_with(small_folder, "right", "import time; time.sleep(15)")
    line = [sys.executable, "-m", *GRADE]
    running = subprocess.Popen(
        line, cwd=small_folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_until(lambda: len(written(small_folder, MOMENTS[-1])) == 1 or running.poll() is not None, seconds=200)
    with pytest.raises(CourseFolderError, match="such as `autograder grade`, is at work in this folder"):
        grade(small_folder)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert err == "autograder: interrupted; what was graded is kept, and the same command goes on from here\n"
    assert orphaned_sandboxes() == before, "a stopped run left a process behind"
    assert {(student, score or 0) for (student, _), score in gradebook_rows(small_folder).items()} == {("empty", 0)}
    hand_in(small_folder, right="ada")
    run = grade(small_folder, limits=Limits())  # as the command's
    assert points(run) == ONCE
    assert [graded.submission.student for graded in run.graded if graded.reused] == ["empty"]
