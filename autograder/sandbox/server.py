"""The warm server: imports once, then forks a child for each submission. Only trusted code runs in it.

grader --limits--> server --fork--> supervisor --fork--> first process --fork--> the submission
   |                                (namespaces)         (reaps, ends all)      (nobody, limited)
   +---------------------------------- its cells, then its checks ----------------------->

Every fork inherits the server's memory. So no byte that a student wrote ever is in it: cells go to the last fork alone.
Nor is a hidden check: see ``hidden_checks``.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from autograder import pytorch, wire
from autograder.sandbox import child, hidden_checks, isolation, landlock, memory, system_calls
from autograder.sandbox.limits import Limits

# Modules that notebooks import anyway, beside those that their course names: once here, and not in each submission.
PRELOAD = ("numpy", "IPython.core.inputtransformer2", "asyncio", "encodings.idna")
MEMORY_EVERY_S = 0.1
TRUSTED = "trusted"


def main() -> None:
    """Serve requests on an inherited socket until the other side closes it.

    Command line: what makes the outer wall, or trusted; the user to become; the socket; folders to hide.
    """
    wall, uid, control = sys.argv[1], int(sys.argv[2]), socket.socket(fileno=int(sys.argv[3]))
    hidden = tuple(map(Path, sys.argv[4:]))
    isolation.die_with_parent()
    hidden_checks.import_each(PRELOAD)
    course, _ = wire.receive(control)
    hidden_checks.import_each(course["imports"])
    hidden_checks.load_texts(course["checks"])
    pytorch.use_one_thread()  # a fork of a process with a pool of threads hangs in its first parallel loop
    gc.collect()
    gc.freeze()
    memory.use_large_pages()
    wire.send(control, {"ready": os.getpid()})
    while True:
        command, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not command:
            os._exit(0)  # to take the modules down one by one takes half a second
        if command == wire.STOP:
            continue  # it came too late: that submission has ended by itself
        header, _ = wire.receive(control)
        limits = Limits(**header["limits"])
        hidden_checks.import_each(header["imports"])
        pid = os.fork()
        if pid == 0:
            control.close()
            supervise(Job(limits, socket.socket(fileno=descriptors[0]), wall, hidden, uid))
        os.close(descriptors[0])
        wire.send(control, wait(pid, control, limits, wall != TRUSTED))


def wait(pid: int, control: socket.socket, limits: Limits, isolated: bool) -> dict[str, int | bool]:
    """Wait for a submission to end, or end it when the grader says so or when it takes too much memory.

    Returns:
        its exit status, and whether all its processes together had more memory than they may.
    """
    descriptor = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
    watched: list[socket.socket | int] = [control] if descriptor is None else [control, descriptor]
    watch, too_much = memory.Watch(pid, limits.memory_bytes), False
    look_s = MEMORY_EVERY_S if descriptor is not None else 0.005
    while True:
        ready = select.select(watched, [], [], look_s)[0]
        done, ended = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        too_much = too_much or (isolated and not ready and watch.exceeded())
        if control in ready or too_much:
            if control in ready:
                control.recv(1)
                watched.remove(control)
            end(pid, isolated)
    if descriptor is not None:
        os.close(descriptor)
    return {"status": shell_status(ended), "memory": too_much}


def end(pid: int, isolated: bool) -> None:
    """End a submission: the first process of its namespace, if it has one, with which the kernel ends all others.

    The supervisor ends when all of them have, so that nothing is left when it does.
    """
    first = next(memory.children(pid), None) if isolated else None
    for kill, target in [(os.kill, first)] if first is not None else [(os.killpg, pid), (os.kill, pid)]:
        with contextlib.suppress(ProcessLookupError):  # it may not lead a group of its own yet
            kill(target, signal.SIGKILL)


@dataclass(frozen=True)
class Job:
    """A submission to run, as the server's forks hand it down to the student's process; else as ``main`` says."""

    limits: Limits
    results: socket.socket  # the source of its cells and checks, and the destination of its frames
    wall: str
    hidden: tuple[Path, ...]
    uid: int


def supervise(job: Job) -> NoReturn:
    """Run one submission in this fork of the server, and end with everything that it started."""
    status = 1
    try:
        isolation.die_with_parent()
        os.setsid()
        base_bytes = isolation.memory_in_use()
        if job.wall == TRUSTED:
            become_student(job, base_bytes)
        if job.wall == isolation.OTHER_USER:
            isolation.adopt_orphans()
            os.chdir("/tmp")
        else:
            isolation.enter_namespaces(job.limits, job.hidden if job.wall == "landlock" else None)
        first = os.fork()
        if first == 0:
            isolation.die_with_parent()
            reap(job, base_bytes)
        job.results.close()
        _, ended = os.waitpid(first, 0)
        status = shell_status(ended)
        if job.wall == isolation.OTHER_USER:
            isolation.end_all_of(job.uid)
    except OSError as error:
        print(f"the walls cannot be built: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def reap(job: Job, base_bytes: int) -> NoReturn:
    """Be the first process of the namespace: when it ends, the kernel ends all others in it.

    The submission's process hands over to a fork that kills it: then the last one to end is waited for.
    """
    status = 1
    try:
        if job.wall == isolation.OTHER_USER:
            isolation.adopt_orphans()
        pid = os.fork()
        if pid == 0:
            os.setsid()
            become_student(job, base_bytes)
        job.results.close()
        with contextlib.suppress(ChildProcessError):
            while True:
                done, ended = os.wait()
                status = shell_status(ended)
                if done == pid and ended != signal.SIGKILL:
                    break
    finally:
        os._exit(status)


def shell_status(ended: int) -> int:
    """Return a wait status as shells do: the exit status, or 128 and the number of the signal."""
    code = os.waitstatus_to_exitcode(ended)
    return code if code >= 0 else 128 - code


def become_student(job: Job, base_bytes: int) -> NoReturn:
    """Become the student's process and run the program."""
    try:
        nothing = os.open("/dev/null", os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        keep = os.dup2(job.results.detach(), 3)
        os.closerange(4, 4096)
        isolation.apply_limits(job.limits, base_bytes, alone=job.wall != TRUSTED)
        if job.wall != TRUSTED:
            isolation.give_up_rights(job.uid)
        if job.wall == "landlock" or (job.wall == isolation.OTHER_USER and landlock.version()):
            isolation.open_nothing_else()
        if job.wall != TRUSTED:
            system_calls.refuse()  # last: it refuses Landlock's calls, too
        child.run(job.limits, socket.socket(fileno=keep), isolated=job.wall != TRUSTED)
        os._exit(0)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
