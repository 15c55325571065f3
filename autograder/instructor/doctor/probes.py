"""Hostile probes of the sandbox: each tries to get through one wall, and the grader's side looks at what it got.

What a probe says of itself is not all that counts: see ``bait``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from autograder.checks import checks_of, rooms
from autograder.instructor.doctor.bait import Bait
from autograder.sandbox import Cell, Limits, PlannedCheck, Program, RunResult, Sandbox

# Small, so that what goes over them is small, too.
PROBE_LIMITS = Limits(
    cell_s=5.0,
    total_s=8.0,
    memory_bytes=256 << 20,
    file_bytes=8 << 20,
    disk_bytes=32 << 20,
    disk_files=1000,
    processes=12,
    open_files=48,
)


@dataclass(frozen=True)
class Wall:
    """One thing that student code must not get at.

    Attributes:
        name: of what is protected.
        holds: what is true of student code where the wall stands, as a sentence without a subject.
        probe: Python that tries to get through and prints a line for each thing that it got.
        evidence: what shows outside that it did, whatever the probe prints.
        may_end_by: how the wall may end the probe's process, as the outcome of its checks.
    """

    name: str
    holds: str
    probe: str
    evidence: Callable[[Bait], list[str]] = lambda bait: []
    may_end_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Probed:
    """How a wall stood up to its probe: ``leaks`` is empty where it holds."""

    wall: Wall
    leaks: tuple[str, ...]


# What each probe begins with.
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

NETWORK = """
import socket
def connect(family, address):
    with socket.socket(family) as connection:
        connection.settimeout(1)
        connection.connect(address)
tries("a server of this machine", lambda: connect(socket.AF_INET, ("127.0.0.1", facts["port"])))
tries("a local socket", lambda: connect(socket.AF_UNIX, chr(0) + facts["token"]))
try:
    for _, name in socket.if_nameindex():
        if name != "lo":
            print("the network device", name)
except OSError:
    pass
"""

FILES = """
import sys
for path in (facts["secret"], "/etc/passwd"):
    tries(f"reading {path}", lambda: open(path).read())
for folder in facts["hidden"]:
    if os.path.isdir(folder) and os.listdir(folder):
        print("reading", folder)
for folder in (facts["folder"], sys.prefix):
    tries(f"writing into {folder}", lambda: write_into(folder))
"""

PROCESSES = """
import signal
try:
    if open(f"/proc/{facts['victim']}/cmdline").read():
        print("seeing what else runs")
except OSError:
    pass
try:
    os.kill(facts["victim"], signal.SIGKILL)
except OSError:
    pass
"""

ENVIRONMENT = """
if facts["token"] in os.environ.values():
    print("reading your environment variables")
"""

RIGHTS = """
import ctypes
libc = ctypes.CDLL(None)
held = (ctypes.c_uint32 * 6)()
libc.capget((ctypes.c_uint32 * 2)(0x20080522, 0), held)
if any(held):
    print("capabilities")
if 0 in (os.getuid(), os.geteuid()):
    print("being root")
if libc.prctl(39, 0, 0, 0, 0) != 1:
    print("rights of set-user-ID programs")
"""

NAMESPACES = """
import ctypes, sys
libc = ctypes.CDLL(None)
NEWNS, NEWUSER, PRIVATE, REMOUNT_BIND, DETACH = 0x20000, 0x10000000, 0x44000, 0x1020, 2
inside = libc.unshare(NEWUSER | NEWNS) == 0 or libc.unshare(NEWNS) == 0
# Only where the mounts are a copy of its own: a probe must not take a machine apart that has no walls.
if inside and libc.mount(None, b"/", None, PRIVATE, None) == 0:
    libc.mount(None, os.fsencode(sys.prefix), None, REMOUNT_BIND, None)
    if os.path.exists(facts["secret"]):
        print("reading", facts["secret"])
    tries(f"writing into {sys.prefix}", lambda: write_into(sys.prefix))
    for cover in (b"/tmp", b"/proc"):
        libc.umount2(cover, DETACH)
    if os.path.exists("/proc/1") or os.path.exists(facts["secret"]):
        print("what lies under a cover")
"""

MEMORY = """
held = []
try:
    while len(held) < 32:
        held.append(b"x" * (facts["limits"]["memory_bytes"] // 16))
    print("twice the memory that it may have")
except MemoryError:
    held = []
"""

MEMORY_TOGETHER = """
import ctypes, platform, select, threading, time
share = facts["limits"]["memory_bytes"] * 6 // 10
ready, tell = os.pipe()
wait, release = os.pipe()
def take():
    try:
        block = b"x" * share
        os.write(tell, b"1")
        return block
    except MemoryError:
        pass
    finally:
        os.close(tell)
def stay():
    block = take()
    os.read(wait, 1)
    os._exit(0)
def stay_behind():
    threading.Thread(target=stay).start()
    ctypes.CDLL(None).syscall(60 if platform.machine() == "x86_64" else 93, 0)  # exit, of this thread alone
def hand_on():
    block = take()
    while not select.select([wait], [], [], 0)[0]:
        if os.fork():
            break
    os._exit(0)
for _ in range(4):
    if os.fork() == 0:
        os.close(release)
        HOLD()
os.close(tell)
got = b""
while part := os.read(ready, 4):
    got += part
time.sleep(0.7)  # all of it at one time, and long enough for a watch that looks now and then
os.close(release)
if len(got) == 4:
    print("more than twice the memory that all its processes may have")
"""

MEMORY_OF_THE_KERNEL = """
import ctypes, errno, mmap, socket
libc = ctypes.CDLL(None, use_errno=True)
for name, number in facts["calls"].items():
    # The first argument is one with which none of them gets anything.
    if libc.syscall(number, 1, 0, 0, 0, 0) >= 0 or ctypes.get_errno() != errno.ENOSYS:
        print("the system call", name)
tries("shared memory without a file", lambda: mmap.mmap(-1, 4096))
tries("the shared memory of /dev/zero", lambda: open("/dev/zero", "r+b").close())
held = []
try:
    while len(held) < 2 * facts["limits"]["open_files"]:
        held += socket.socketpair()
    print(len(held), "open sockets")
except OSError:
    pass
tries("a larger buffer of a socket", lambda: held[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20))
"""

MANY_PROCESSES = """
wait, release = os.pipe()
started = 0
try:
    for _ in range(facts["limits"]["processes"] + 8):
        if os.fork() == 0:
            os.close(release)
            os.read(wait, 1)
            os._exit(0)
        started += 1
    print(started, "processes")
except OSError:
    pass
os.close(release)
"""

DISK = """
import tempfile
limits, block = facts["limits"], b"x" * (1 << 20)
def fill(files, size):
    with tempfile.TemporaryDirectory() as folder:
        for at in range(files):
            with open(os.path.join(folder, str(at)), "wb") as file:
                for _ in range(size >> 20):
                    file.write(block)
size = limits["file_bytes"]
tries("a file of twice the size that it may have", lambda: fill(1, 2 * size))
tries("twice the disk that it may have", lambda: fill(2 * limits["disk_bytes"] // size, size))
tries("twice the files that it may have", lambda: fill(2 * limits["disk_files"], 0))
"""

TIME = """
import time
end = time.monotonic() + facts["limits"]["total_s"] + 1
while time.monotonic() < end:
    try:
        while time.monotonic() < end:
            pass
    except BaseException:
        pass
print("going on after its time")
"""

REMAINS = """
import sys, tempfile
for folder in (tempfile.gettempdir(), "/dev/shm"):
    open(os.path.join(folder, facts["token"]), "w").close()
there, started = os.pipe()  # the other program's start closes it
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)", facts["token"]])
    os._exit(0)
os.close(started)
nothing = os.read(there, 1)
"""

WALLS = (
    Wall("network", "reaches no server, not even one of this machine", NETWORK, Bait.visitors),
    Wall("files", "reads none of your files and writes none of the interpreter's", FILES),
    Wall("other processes", "neither sees nor ends them", PROCESSES, Bait.victims),
    Wall("environment", "sees none of your environment variables", ENVIRONMENT),
    Wall("rights", "is not root, has no capabilities, and gets none", RIGHTS),
    Wall("new namespaces", "uncovers nothing from within namespaces of its own", NAMESPACES),
    Wall("memory", "gets no more than its limit", MEMORY, may_end_by=("memory",)),
    *(
        Wall(
            f"memory of all its processes{which}", holds, MEMORY_TOGETHER.replace("HOLD", hold), may_end_by=("memory",)
        )
        for which, holds, hold in (
            ("", "gets no more by starting others", "stay"),
            (", behind ended threads", "gets no more where the main thread of each has ended", "stay_behind"),
            (", handed on", "gets no more by those that fork and end, one after the other", "hand_on"),
        )
    ),
    Wall(
        "memory of the kernel", "gets none but what waits in its few sockets, and leaves no key", MEMORY_OF_THE_KERNEL
    ),
    Wall("number of processes", "starts no more than its limit", MANY_PROCESSES),
    Wall("disk", "fills no more than its limit, with large files or many", DISK),
    Wall("time", "is ended, even if it swallows every exception", TIME),
    Wall("nothing left behind", "leaves neither a process nor a file", REMAINS, Bait.remains),
)


def probe_walls(sandbox: Sandbox, promised: Limits, walls: Sequence[Wall] = WALLS) -> Iterator[Probed]:
    """Try each wall of a sandbox, one after the other, with the limits that it promises to keep.

    The sandbox is started here, so that its server could inherit what it must not.

    Raises:
        NoSandbox: it cannot be started.
    """
    with Bait() as bait, sandbox:
        prelude = PRELUDE.format(facts=json.dumps(bait.facts(promised, sandbox.hidden)))
        for wall in walls:
            result = sandbox.run(Program((Cell("probe", prelude + wall.probe),), (_any_check(),)))
            yield Probed(wall, tuple(dict.fromkeys([*_said(result, wall), *wall.evidence(bait)])))


def _any_check() -> PlannedCheck:
    """Return a check that nobody is interested in: its answer says why a program ended before its time."""
    check = checks_of(rooms()[0])[0]
    return PlannedCheck(check.room, check.exercise, check.name, seed=0)


def _said(result: RunResult, wall: Wall) -> list[str]:
    """Return what a probe printed that it got. One that broke or was cut off has tried nothing: that counts as much."""
    cell = result.cells.get("probe")
    if wall.probe is TIME:
        return cell.stdout.splitlines() if cell else []
    if cell is None:
        (answer,) = result.answers.values()
        return [] if answer.kind in wall.may_end_by else [f"the probe itself was ended: {answer.kind}"]
    broke = [f"the probe itself broke: {line}" for line in cell.error.strip().splitlines()[-1:]]
    return [*cell.stdout.splitlines(), *broke]
