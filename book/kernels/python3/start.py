"""Starts a page's kernel: a fork of the process that `book/forks.py` keeps ready, or where there is none, itself."""

import json
import os
import runpy
import signal
import socket
import sys
from pathlib import Path


def ask(place: str) -> int:
    """Ask for a kernel with this process's streams, folder and environment, and return its exit status."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.connect(place)
        asked = {"arguments": sys.argv[1:], "folder": str(Path.cwd()), "environment": dict(os.environ)}
        socket.send_fds(server, [json.dumps(asked).encode()], [0, 1, 2])
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, frame: server.send(bytes([number])))
        return int(server.recv(16) or 1)


if __name__ == "__main__":
    if "KERNELS_FORKED_AT" in os.environ:
        sys.exit(ask(os.environ["KERNELS_FORKED_AT"]))
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)
