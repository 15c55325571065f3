"""Hostile probes of the sandbox, each against one wall.

A probe's own report is not all that counts: a bait outside shows a hole where it would hurt.
"""

import contextlib
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from autograder.checks import checks_of, rooms
from autograder.notebooks.answers import planned
from autograder.sandbox import Cell, Limits, Program, RunResult, Sandbox, system_calls

VARIABLE = "AUTOGRADER_DOCTOR"
UNTRIED = "the probe itself "  # how a leak begins that is none, since the wall could not be tried
# Small, so that what goes over them is small, too.
PROBE_LIMITS = Limits(
    cell_s=3.0,
    total_s=4.0,
    memory_bytes=256 << 20,
    file_bytes=8 << 20,
    disk_bytes=32 << 20,
    disk_files=1000,
    processes=12,
    open_files=48,
)


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
        """Return the facts for the probes, as JSON values."""
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
        """Return the servers that a probe has connected to, in words."""
        named = {"a server of this machine": self.server, "a local socket": self.unix}
        visited = []
        for name, server in named.items():
            server.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                server.accept()[0].close()
                visited.append(name)
        return visited

    def victims(self) -> list[str]:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.victim.wait(timeout=0.1)
        return ["killing a process of yours"] if self.victim.poll() is not None else []

    def remains(self) -> list[str]:
        """Return the things that the last probe left on this machine, in words."""
        left = ["a process that goes on running"] if self._survivors() else []
        return left + [f"the file {path}" for path in self._dropped() if path.exists()]

    def _dropped(self) -> list[Path]:
        return [Path(folder) / self.token for folder in (tempfile.gettempdir(), "/dev/shm")]

    def _survivors(self) -> list[int]:
        pids = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if self.token.encode() in path.read_bytes():
                    pids.append(int(path.parent.name))
        return pids

    def _clear_up(self) -> None:
        for pid in self._survivors():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        for path in self._dropped():
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Wall:
    """A protection against student code."""

    name: str  # the protected thing
    holds: str  # the truth about student code where the wall stands, as a sentence without a subject
    probe: str  # Python that tries to get through, and prints a line for each success
    evidence: Callable[[Bait], list[str]] = lambda bait: []  # finds signs of success outside, whatever is printed
    may_end_by: tuple[str, ...] = ()  # outcomes by which the wall can end the probe's process


@dataclass(frozen=True)
class ProbeResult:
    """The result of probing a wall, which holds if ``leaks`` is empty."""

    wall: Wall
    leaks: tuple[str, ...]


# The first lines of each probe.
PRELUDE = """
import json, os
facts = json.loads({facts!r})
def tries(what, attempt):
    try:
        attempt()
        print(what)
    except OSError:
        pass
def write_into(folder):
    path = os.path.join(folder, facts["token"])
    open(path, "w").close()
    os.unlink(path)
"""

CATALOGUE = Path(__file__).with_name("probes.md")
EVIDENCE: Mapping[str, Callable[[Bait], list[str]]] = {
    "network": Bait.visitors,
    "other processes": Bait.victims,
    "nothing left behind": Bait.remains,
}
HEADING = re.compile(r"^## (.+)\n\n(.+)\n", re.MULTILINE)
CODE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
AGAIN = re.compile(r"^The code of \*(.+)\*, with `(.+)` for `(.+)`$", re.MULTILINE)
MAY_END_BY = re.compile(r"^May end by: (.+)$", re.MULTILINE)


def read_walls(catalogue: str) -> tuple[Wall, ...]:
    """Return the walls of a catalogue of probes, in its order."""
    walls: dict[str, Wall] = {}
    parts = HEADING.split(catalogue)[1:]
    for name, holds, rest in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        if again := AGAIN.search(rest):
            probe = walls[again[1]].probe.replace(f" {again[3]}\n", f" {again[2]}\n")
        else:
            probe = "".join(CODE.findall(rest))
        wall = Wall(name, holds, probe, may_end_by=tuple(MAY_END_BY.findall(rest)))
        walls[name] = replace(wall, evidence=EVIDENCE[name]) if name in EVIDENCE else wall
    return tuple(walls.values())


WALLS = read_walls(CATALOGUE.read_text(encoding="utf-8"))


def probe_walls(sandbox: Sandbox, promised: Limits, walls: Sequence[Wall] = WALLS) -> Iterator[ProbeResult]:
    """Try each wall of a sandbox, one after the other, with the limits that it promises to keep, or raise NoSandbox.

    The sandbox is started here, so that its server could inherit what it must not.
    """
    with Bait() as bait, sandbox:
        prelude = PRELUDE.format(facts=json.dumps(bait.facts(promised, sandbox.hidden)))
        any_check = planned(checks_of(rooms()[0])[0], seed=0)  # its answer says why a program ended before its time
        limits = sandbox.limits
        patient = replace(limits, cell_s=max(limits.cell_s, 20.0), total_s=max(limits.total_s, 40.0))
        for wall in walls:
            # Only the wall of time is reached by waiting; on a busy machine the others need it.
            sandbox.limits = limits if wall.name == "time" else patient
            result = sandbox.run(Program((Cell("probe", prelude + wall.probe),), (any_check,)))
            yield ProbeResult(wall, tuple(dict.fromkeys([*_said(result, wall), *wall.evidence(bait)])))


def _said(result: RunResult, wall: Wall) -> list[str]:
    """Return a probe's successes as it printed them; a probe that broke has tried nothing, and fails too."""
    cell = result.cells.get("probe")
    if wall.name == "time":  # it ends after its time, whatever it got
        return cell.stdout.splitlines() if cell else []
    if cell is None:
        (answer,) = result.answers.values()
        return [] if answer.kind in wall.may_end_by else [f"{UNTRIED}was ended: {answer.kind}"]
    broke = [f"{UNTRIED}broke: {line}" for line in cell.error.strip().splitlines()[-1:]]
    return [*cell.stdout.splitlines(), *broke]
