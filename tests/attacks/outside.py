"""State around a run, before and after it: files, processes, and connections that nobody should make."""

import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from autograder.sandbox.isolation import unique_uid
from tests.attacks.corpus import MARK
from tests.conftest import ROOT

SHARED_FOLDERS = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/run"), Path("/etc"), Path.home(), Path("/")]


def files_in(root: Path, *, contents: bool = False) -> dict[str, str]:
    """Return kind, mode and either content or size and time of each file; compiled modules come and go."""
    states = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for path in (Path(folder) / name for name in (*folders, *files)):
            status = path.lstat()
            state = f"{status.st_mode} {status.st_uid}"
            if path.is_file() and not path.is_symlink():
                state += hashlib.sha256(path.read_bytes()).hexdigest() if contents else f" {status.st_size}"
                state += "" if contents else f" {status.st_mtime_ns}"
            states[str(path.relative_to(root))] = state
    return states


def planted() -> list[str]:
    """Return what lies about on the machine under the name that attacks give to everything."""
    return [str(path) for folder in SHARED_FOLDERS for path in folder.iterdir() if MARK in path.name]


def processes() -> dict[str, list[str]]:
    """Return this process's children, and whatever runs as a submission of its or under an attack's name."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid=,uid=,comm="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 3) for line in table.splitlines()]
    users = {str(unique_uid(number)) for number in range(64)}
    return {
        "children": [pid for pid, parent, _, name in rows if parent == str(os.getpid()) and name != "ps"],
        "of a submission": [pid for pid, _, user, name in rows if user in users or name.startswith(MARK[:15])],
    }


def state_of(everything: Path) -> dict[str, Any]:
    return {
        "course": files_in(everything / "course", contents=True),
        "home": files_in(everything / "home", contents=True),
        "interpreter": files_in(Path(sys.prefix)),
        "project": files_in(ROOT / "autograder") | files_in(ROOT / "solutions") | files_in(ROOT / "chapters"),
        "planted": planted(),
        "processes": processes(),
        "this process": [os.getpgrp(), str(Path.cwd()), Path("/proc/self/oom_score_adj").read_text(), os.nice(0)],
    }


class Listener:
    """Sockets on which nobody should knock: on loopback, with a name in the home folder, and with an abstract name."""

    def __init__(self, home: Path) -> None:
        self.visitors: list[str] = []
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port = self._sockets[0].getsockname()[1]
        for name in (str(home / "socket"), f"\0{MARK}"):
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(name)
            listening.listen()
            self._sockets.append(listening)
        for listening in self._sockets:
            threading.Thread(target=self._serve, args=[listening], daemon=True).start()

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(1)
                self.visitors.append(f"{listening.getsockname()}: {connection.recv(200).decode(errors='replace')}")

    def close(self) -> None:
        for listening in self._sockets:
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()
