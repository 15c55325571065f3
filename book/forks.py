"""Kernels for the cells of pages, forked from one process that has imported what most pages import.

A kernel that starts alone spends most of its first seconds on imports, and each page has a kernel of its own. The
process is there while pages are executed, and kernels/python3/start.py asks it; where it is not, a kernel starts alone.

    python -m book.forks SOCKET     ends, with all its kernels, when its standard input does
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

# Nothing of the course, whose files a page would then seem to use; and not pyplot, which asks who imports it.
PRELOADED = (
    *("ipykernel.kernelapp", "ipykernel.zmqshell", "matplotlib.figure", "matplotlib.backends.backend_agg", "PIL.Image"),
    *("torch", "torch._dynamo"),  # the latter is imported by the first optimizer of torch.optim
)
PLACE = "KERNELS_FORKED_AT"


class Kernels:
    """Forks a kernel for each connection, tells it the kernel's exit status, and hands signals on."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._waiting = selectors.DefaultSelector()
        self._pids: dict[socket.socket, int] = {}
        self._waiting.register(listener, selectors.EVENT_READ, self._fork)
        self._waiting.register(0, selectors.EVENT_READ, self._end)

    def serve(self) -> None:
        """Wait for what comes, until the standard input ends."""
        while True:
            for key, _ in self._waiting.select():
                key.data()

    def _fork(self) -> None:
        connection, _ = self._listener.accept()
        asked, streams, _, _ = socket.recv_fds(connection, 1 << 20, 3)
        pid = os.fork()
        if pid == 0:
            become_kernel(streams, **json.loads(asked))
        for stream in streams:
            os.close(stream)
        self._pids[connection] = pid
        ended = os.pidfd_open(pid)
        self._waiting.register(connection, selectors.EVENT_READ, lambda: self._hand_on(connection))
        self._waiting.register(ended, selectors.EVENT_READ, lambda: self._say(ended, connection))

    def _hand_on(self, connection: socket.socket) -> None:
        """Send a kernel the signal that was sent to the process which asked for it, or end it with that process."""
        if connection not in self._pids:
            return  # the kernel has ended, and this was heard together with it
        number = connection.recv(1)
        os.kill(self._pids[connection], number[0] if number else signal.SIGKILL)
        if not number:
            self._waiting.unregister(connection)

    def _say(self, ended: int, connection: socket.socket) -> None:
        _, status = os.waitpid(self._pids.pop(connection), 0)
        self._waiting.unregister(ended)
        os.close(ended)
        with suppress(KeyError):
            self._waiting.unregister(connection)
        with suppress(OSError):
            connection.send(str(os.waitstatus_to_exitcode(status)).encode())
        connection.close()

    def _end(self) -> None:
        for pid in self._pids.values():
            os.kill(pid, signal.SIGKILL)
        sys.exit()


def become_kernel(streams: list[int], arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Run a kernel in this process, which has been forked for it, and end.

    Args:
        streams: standard input, output and error.
        arguments: of the kernel's command.
        folder: where its cells run.
        environment: for them.
    """
    os.setsid()
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = [*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"]  # with which it ends
    status = 1
    with suppress(SystemExit):
        import_module("ipykernel.kernelapp").launch_new_instance()
        status = 0
    os._exit(status)


def start(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Start the process where more than one page is executed."""
    from book.execution import is_executed

    if not hasattr(os, "pidfd_open") or sum(is_executed(env, docname) for docname in docnames) < 2:
        return
    folder = tempfile.TemporaryDirectory()
    place = Path(folder.name) / "socket"
    os.environ[PLACE] = str(place)
    process = subprocess.Popen(
        [sys.executable, "-m", "book.forks", place], stdin=subprocess.PIPE, start_new_session=True
    )

    def end(app: Sphinx, error: Exception | None) -> None:
        del os.environ[PLACE]
        process.terminate()
        process.communicate()
        folder.cleanup()

    app.connect("build-finished", end)


def setup(app: Sphinx) -> None:
    app.connect("env-before-read-docs", start, priority=100)  # what others load meanwhile takes a second


def main(place: str) -> None:
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as a kernel sets it; it is read once
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(place)
        listener.listen()  # from now on they wait
        for name in PRELOADED:
            import_module(name)
        gc.collect()
        gc.freeze()  # what is left over from imports is not looked through, and not ended, in each kernel
        Kernels(listener).serve()


if __name__ == "__main__":
    main(sys.argv[1])
