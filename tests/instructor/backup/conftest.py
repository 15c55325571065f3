"""A course folder with a class and some work, of which two states can be told apart in every part of it."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.instructor.course.folder import LOCK, CourseFolder
from autograder.instructor.course.new import make_course_folder
from autograder.instructor.course.roster import Student
from autograder.instructor.gradebook.term import enter_term
from autograder.instructor.gradebook.writer import CourseGradebook

SIZE = 200_000  # bytes of a student's file: enough for a backup to take some time
SHORTER = 0.8  # of the time that work is thought to take, once it ended before its kill: its first run may have waited


@pytest.fixture(scope="session")
def made_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with an empty gradebook. Read it only."""
    root = tmp_path_factory.mktemp("backup") / "course"
    make_course_folder(root)
    with CourseGradebook(CourseFolder(root)) as gradebook:  # nbgrader takes seconds to make one
        enter_term(gradebook, [Student("first")], {}, {})
    return root


@pytest.fixture
def course(made_course: Path, tmp_path: Path) -> Path:
    """A course folder of the test's own, in the old state."""
    shutil.copytree(made_course, tmp_path / "course")
    put(tmp_path / "course", "old")
    return tmp_path / "course"


def put(course: Path, state: str, enter: bool = True) -> None:
    """Bring a course folder into a state that shows in each file and in the gradebook."""
    for at in range(20):
        file = course / "submitted" / f"{state}-{at}" / "2-layers" / "2-layers.ipynb"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(random.Random(f"{state}{at}").randbytes(SIZE))
    (course / "roster.csv").write_text(f"id\n{state}\n")
    if enter:
        with CourseGradebook(CourseFolder(course)) as gradebook:
            enter_term(gradebook, [Student(state)], {}, {})


def state_of(course: Path) -> dict[str, object]:
    """Return all that a course folder holds: its files, their rights, and what the gradebook says."""
    found: dict[str, object] = {}
    for path in course.rglob("*"):
        name = str(path.relative_to(course))
        if name.startswith(("gradebook.db", LOCK)):
            continue
        content: object = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[name] = (oct(path.lstat().st_mode), content)
    if (course / "gradebook.db").exists():
        with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as database:
            found["gradebook"] = list(database.iterdump())
    return found


def killed_after(seconds: float | None, work: Callable[[], object], event: Callable[[], bool] | None = None) -> bool:
    """Do some work in a process, kill that some seconds after an event, and return whether it had not ended before.

    Args:
        seconds: from the event, or else from the start; None to let it end.
        work: to do.
        event: that is asked for again and again.
    """
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            work()
            os._exit(0)
        os._exit(1)
    while event and not event() and os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(0.0005)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    _, ended = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(ended):
        assert os.WEXITSTATUS(ended) == 0
    return os.WIFSIGNALED(ended)


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long some work takes in a process of its own."""
    began = time.monotonic()
    assert not killed_after(None, work)
    return time.monotonic() - began
