"""What stands outside the sandbox to be got at, so that a hole in a wall shows where it would hurt."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from autograder.sandbox import Limits, system_calls

VARIABLE = "AUTOGRADER_DOCTOR"


class Bait:
    """A secret file, two servers, a process and an environment variable, there while the block runs."""

    def __enter__(self) -> Self:
        self.token = secrets.token_hex(16)
        with contextlib.ExitStack() as stack:
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="autograder-doctor-")))
            self.folder.chmod(0o755)
            self.secret = self.folder / "secret.txt"
            self.secret.write_text(self.token)
            self.server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            self.unix = stack.enter_context(socket.socket(socket.AF_UNIX))
            self.unix.bind("\0" + self.token)  # a name that lies in the network, not in a folder
            self.unix.listen()
            self.victim = subprocess.Popen(
                [sys.executable, "-c", "import time; time.sleep(600)"], stdin=subprocess.DEVNULL
            )
            stack.callback(self.victim.wait)
            stack.callback(self.victim.kill)
            os.environ[VARIABLE] = self.token
            stack.callback(os.environ.pop, VARIABLE)
            stack.callback(self._clear_up)
            self._clear_all = stack.pop_all().close
        return self

    def __exit__(self, *_: object) -> None:
        self._clear_all()

    def facts(self, promised: Limits, hidden: Sequence[Path]) -> dict[str, Any]:
        """Return what the probes are told, as JSON values."""
        return {
            "token": self.token,
            "secret": str(self.secret),
            "folder": str(self.folder),
            "hidden": [str(folder) for folder in hidden],
            "port": self.server.getsockname()[1],
            "victim": self.victim.pid,
            "limits": asdict(promised),
            "calls": system_calls.missing(),
        }

    def visitors(self) -> list[str]:
        """Say which of the servers somebody has connected to."""
        named = {"a server of this machine": self.server, "a local socket": self.unix}
        found = []
        for name, server in named.items():
            server.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                server.accept()[0].close()
                found.append(name)
        return found

    def victims(self) -> list[str]:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.victim.wait(timeout=0.1)
        return ["killing a process of yours"] if self.victim.poll() is not None else []

    def remains(self) -> list[str]:
        """Say what the probe before left on this machine."""
        left = ["a process that goes on running"] if self._survivors() else []
        return left + [f"the file {path}" for path in self._dropped() if path.exists()]

    def _dropped(self) -> list[Path]:
        return [Path(folder) / self.token for folder in (tempfile.gettempdir(), "/dev/shm")]

    def _survivors(self) -> list[int]:
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if self.token.encode() in path.read_bytes():
                    found.append(int(path.parent.name))
        return found

    def _clear_up(self) -> None:
        for pid in self._survivors():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        for path in self._dropped():
            path.unlink(missing_ok=True)
