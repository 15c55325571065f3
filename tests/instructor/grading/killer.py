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

from autograder import console, sandbox  # noqa: F401
from autograder.course import Course
from autograder.instructor import cli
from autograder.instructor.grading import pipeline, stopping  # noqa: F401
from autograder.sandbox import hidden_checks, server, wire

MAX_RUNS = 200
POLL_S = 0.001


def forked_server(self: sandbox.Sandbox) -> socket.socket:
    if self._control is not None:
        return self._control
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        sys.argv = ["server", "trusted", "0", str(theirs.detach())]
        with contextlib.suppress(BaseException):
            server.main()
        os._exit(0)
    theirs.close()
    self._control = ours
    wire.send(ours, dict(hidden_checks.visible_texts()))
    wire.receive(ours)
    self._is_ready = True
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


def hand_in_something_else(draw: random.Random, authors: list[Path]) -> None:
    for file in sorted(Path("submitted").glob("*/*/*.ipynb")):
        shutil.copyfile(draw.choice(authors), file)


def files() -> set[tuple[str, str, int]]:
    """Return what a run writes, each by its kind and the moment at which it was written.

    The journal of the gradebook is there for as long as the scores of a submission are being written.
    """
    found = set()
    for event, pattern in (("gradebook", "gradebook.db-journal"), ("notebook", "autograded/*/*/*.ipynb")):
        for path in Path().glob(pattern):
            with contextlib.suppress(FileNotFoundError):  # the journal is gone as soon as it came
                found.add((event, str(path), path.stat().st_mtime_ns))
    return found


def events(before: set[tuple[str, str, int]]) -> set[str]:
    return {event for event, _, _ in files() - before}


def goes_on(pid: int) -> bool:
    """Return whether a process runs; one that has ended is left for the one who waits for it."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def durations(seed: int) -> dict[str, float]:
    """Leave a run alone, and return for each of its events how many seconds it took from there to the next."""
    before, pid = files(), start(seed)
    moments = {"start": time.monotonic()}
    while goes_on(pid):
        for event in events(before):
            moments.setdefault(event, time.monotonic())
        time.sleep(POLL_S)
    os.waitpid(pid, 0)
    ends = [*moments.values(), time.monotonic()][1:]
    return {event: end - begin for (event, begin), end in zip(moments.items(), ends, strict=True)}


def kill_after(event: str, wait_s: float, seed: int) -> str | None:
    """Kill a run some seconds after an event of it, and return the last event it had come to.

    None if it ended before. Before its notebook is written, the scores of a submission are.
    """
    before, pid = files(), start(seed)
    seen = {"start"}
    while event not in seen and goes_on(pid):
        time.sleep(POLL_S)
        seen |= events(before)
    time.sleep(wait_s)
    os.kill(pid, signal.SIGKILL)
    _, ended = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(ended):
        return None
    seen |= events(before)
    return next(event for event in ("notebook", "gradebook", "start") if event in seen)


def main(folder: Path, kills: int, seed: int) -> None:
    """Print, as JSON, what each killed run had come to."""
    course = Course.installed()
    course.names("layers"), course.mistakes("layers")
    torch.set_num_threads(1)
    sandbox.Sandbox.start = forked_server  # type: ignore[method-assign]
    draw = random.Random(seed)
    authors = sorted(folder.parent.glob("authors/*.ipynb"))
    undisturbed = folder.parent / "timed"
    shutil.copytree(folder, undisturbed)
    os.chdir(undisturbed)
    until_next = durations(seed)
    os.chdir(folder)
    found: list[str] = []
    for _ in range(MAX_RUNS):
        # A moment counts from an event, so that the moments fall everywhere on a machine of any speed and load.
        event = draw.choice(list(until_next))
        came_to = kill_after(event, draw.uniform(0, until_next[event]), seed)
        if came_to is not None:
            found.append(came_to)
        if len(found) == kills:
            break
        if came_to is None or draw.random() < 0.5:
            hand_in_something_else(draw, authors)
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
