"""Warm servers that outlive their sandbox: each would import PyTorch anew."""

import atexit
import socket
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from autograder.sandbox import Program, RunResult, Sandbox

_start, _run, _close = Sandbox.start, Sandbox.run, Sandbox.close
_starter = ThreadPoolExecutor(1)  # a server ends with the thread that starts it
_idle = defaultdict[object, list[tuple[subprocess.Popen[bytes], socket.socket]]](list)


@contextmanager
def servers() -> Iterator[None]:
    """Let a sandbox that is closed leave its server to the next one behind the same wall; limits come with a program.

    The tests of the sandbox itself do without.
    """
    with mock.patch.multiple(Sandbox, start=start, run=run, close=close):
        yield


def start(sandbox: Sandbox) -> socket.socket:
    return _starter.submit(_take_or_start, sandbox).result()


def _take_or_start(sandbox: Sandbox) -> socket.socket:
    if sandbox._control is None:
        # Without a wall a cell sees the folder in which its server began, and that may be gone.
        folder = None if sandbox.isolated else Path.cwd()
        sandbox.kind = sandbox._wall(), folder, *sandbox.hidden
        while not sandbox._is_ready and _idle[sandbox.kind]:
            sandbox._process, sandbox._control = _idle[sandbox.kind].pop()
            sandbox._is_ready = True
            if sandbox._process.poll() is not None:  # it has ended since
                _close(sandbox)
    return _start(sandbox)


def run(sandbox: Sandbox, program: Program) -> RunResult:
    sandbox.is_at_work = True
    try:
        return _run(sandbox, program)
    finally:
        sandbox.is_at_work = False


def close(sandbox: Sandbox) -> None:
    """Leave a server that waits for work; end one that fails or is interrupted."""
    about = vars(sandbox)
    if sandbox._is_ready and "kind" in about and not about.get("is_at_work"):
        _idle[sandbox.kind].append((sandbox._process, sandbox._control))
        sandbox._process, sandbox._control, sandbox._is_ready = None, None, False
    else:
        _close(sandbox)


@atexit.register
def _end_all() -> None:
    for process, control in (server for kept in _idle.values() for server in kept):
        control.close()
        process.kill()
        process.communicate()
