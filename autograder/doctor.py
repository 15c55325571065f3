"""What this machine lacks, found by trying rather than by looking for names."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from autograder.reference import Course, NoCourse
from autograder.sandbox import Cell, NoSandbox, Program, Sandbox

PROBE = """
import os, socket
def reach(action):
    try:
        action()
    except OSError:
        return False
    return True
print("network" if reach(lambda: socket.create_connection(("127.0.0.1", 9), 1)) else "",
      "files" if reach(lambda: os.listdir({folder!r})) else "",
      "processes" if os.path.exists("/proc/1") else "")
"""


@dataclass(frozen=True)
class Finding:
    """One thing that was tried."""

    what: str
    ok: bool
    says: str


def examine() -> list[Finding]:
    """Try everything that grading needs."""
    return [_package("torch"), _package("nbgrader"), _package("jupytext"), _course(), _sandbox()]


def _package(name: str) -> Finding:
    try:
        module = importlib.import_module(name)
    except ImportError:
        return Finding(name, False, 'pip install -e ".[dev]"')
    return Finding(name, True, str(getattr(module, "__version__", "")))


def _course() -> Finding:
    try:
        return Finding("course", True, str(Course.installed().folder))
    except NoCourse as error:
        return Finding("course", False, str(error))


def _sandbox() -> Finding:
    try:
        folder = str(Course.installed().folder)
        with Sandbox() as sandbox:
            said = sandbox.run(Program((Cell("probe", PROBE.format(folder=folder)),), ())).cells["probe"]
    except (NoSandbox, NoCourse) as error:
        return Finding("sandbox", False, str(error))
    leaks = said.stdout.split()
    if leaks or said.error:
        return Finding("sandbox", False, f"student code reaches {', '.join(leaks)}{said.error[-200:]}")
    return Finding("sandbox", True, "bubblewrap; no network, no course files, no other processes")
