"""Grades a course folder again and again, and kills the run each time at a random moment.

A program of its own, since it forks: a run's start is mostly imports, which are made once here. For the same reason
the warm server is forked rather than started, and its inner walls left out: none of the grader's files is written
there. Everything else is the command itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

import nbgrader.apps  # noqa: F401
import torch

from autograder import cli, console, sandbox  # noqa: F401
from autograder.grading import pipeline, stopping  # noqa: F401
from autograder.reference import Course
from autograder.sandbox import server, wire

MAX_RUNS = 200


def forked_server(self: sandbox.Sandbox) -> socket.socket:
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        sys.argv = ["server", "trusted", "0", str(theirs.detach())]
        with contextlib.suppress(BaseException):
            server.main()
        os._exit(0)
    theirs.close()
    self._control = ours
    wire.receive(ours)
    return ours


def start(seed: int) -> int:
    """Start a run in a fork and return its process id."""
    pid = os.fork()
    if pid == 0:
        sys.argv = ["autograder", "grade", "--workers", "1", "--seed", str(seed), "-q"]
        try:
            cli.main()
        finally:
            os._exit(0)
    return pid


def duration_of_a_run(seed: int) -> float:
    started = time.monotonic()
    os.waitpid(start(seed), 0)
    return time.monotonic() - started


def hand_in_something_else(draw: random.Random, authors: list[Path]) -> None:
    for file in sorted(Path("submitted").glob("*/*/*.ipynb")):
        shutil.copyfile(draw.choice(authors), file)


def graded_notebooks() -> set[tuple[str, int]]:
    """Return the graded notebooks, each with the moment at which it was written."""
    return {(str(path), path.stat().st_mtime_ns) for path in Path("autograded").glob("*/*/*.ipynb")}


def main(folder: Path, kills: int, seed: int) -> None:
    """Print, as JSON, how many notebooks each killed run had written by then."""
    course = Course.installed()
    course.names("layers"), course.mistakes("layers")
    torch.set_num_threads(1)
    sandbox.Sandbox._start = forked_server  # type: ignore[method-assign]
    draw = random.Random(seed)
    authors = sorted(folder.parent.glob("authors/*.ipynb"))
    undisturbed = folder.parent / "timed"
    shutil.copytree(folder, undisturbed)
    os.chdir(undisturbed)
    duration_s = duration_of_a_run(seed)
    os.chdir(folder)
    found: list[int] = []
    for _ in range(MAX_RUNS):
        before, pid = graded_notebooks(), start(seed)
        time.sleep(draw.uniform(0, duration_s))
        os.kill(pid, signal.SIGKILL)
        _, ended = os.waitpid(pid, 0)
        written = len(graded_notebooks() - before)
        if os.WIFSIGNALED(ended):
            found.append(written)
        # A busy machine makes some runs longer than others: the moments follow, so that they fall everywhere.
        duration_s *= 0.8 if not os.WIFSIGNALED(ended) else 1.0 if written else 1.1
        if len(found) == kills:
            break
        if not os.WIFSIGNALED(ended) or draw.random() < 0.5:
            hand_in_something_else(draw, authors)
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
