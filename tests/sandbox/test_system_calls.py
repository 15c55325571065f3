"""What takes memory that no process maps, or outlives its submission, is refused by the kernel, whatever the wall."""

from __future__ import annotations

import errno
import os
import platform
import subprocess
import sys
from collections.abc import Callable

import pytest

from autograder.sandbox import Limits, Sandbox, system_calls
from tests.sandbox.conftest import LIMITS, kinds, run, says

CALL = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
NUMBERS = system_calls.missing()


@pytest.mark.parametrize("name", NUMBERS)
def test_what_no_exercise_needs_is_not_there(sandbox: Sandbox, name: str) -> None:
    ask = f"print(libc.syscall({NUMBERS[name]}, 0, 0, 0, 0, 0), os.strerror(ctypes.get_errno()))"
    assert says(sandbox, CALL + ask) == f"-1 {os.strerror(errno.ENOSYS)}"


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"])
def test_only_a_socket_of_the_machines_own_can_be_made(sandbox: Sandbox, family: str) -> None:
    assert "PermissionError" in says(sandbox, f"import socket; socket.socket(socket.{family})")
    assert says(sandbox, "import socket; print(socket.socket(socket.AF_UNIX).family.name)") == "AF_UNIX"


KEY = """
libc.syscall.restype = ctypes.c_long
print(libc.syscall({add}, b"user", b"mail", b"to the next", 11, ctypes.c_long(-{ring})))
"""


@pytest.mark.parametrize("ring", [3, 4], ids=["of the session", "of the user"])
def test_no_submission_leaves_a_key_for_the_next(sandbox: Sandbox, ring: int) -> None:
    assert says(sandbox, CALL + KEY.format(add=NUMBERS["add_key"], ring=ring)) == "-1"


WAITING = """
import resource, socket
held, waiting = [], 0
try:
    while True:
        pair = socket.socketpair()
        held.append(pair)
        try:
            pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 26)
        except PermissionError:
            pass
        for end in pair:
            end.setblocking(False)
            try:
                while True:
                    waiting += end.send(b"x" * 4096)
            except BlockingIOError:
                pass
except OSError:
    print(waiting)
"""


def test_what_waits_in_the_sockets_of_all_processes_is_less_than_the_memory_of_one_submission(sandbox: Sandbox) -> None:
    waiting = int(says(sandbox, WAITING))
    assert 0 < waiting * Limits().processes < Limits().memory_bytes / 2


FILES = """
import os, sys
made = 0
try:
    for made in range(1_000_000):
        os.close(os.open(f"{folder}/{made}", os.O_CREAT))
except OSError as error:
    print(made, error.strerror)
"""


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_only_so_many_files_can_be_made(sandbox: Sandbox, folder: str) -> None:
    made, _, why = says(sandbox, f"folder = {folder!r}\n{FILES}").partition(" ")
    assert why == os.strerror(errno.ENOSPC)
    assert LIMITS.disk_files - 10 < int(made) < LIMITS.disk_files


def test_threads_processes_and_awaited_cells_work_behind_the_filter(sandbox: Sandbox) -> None:
    """DataLoader's workers take sockets, threads, pipes and shared memory."""
    source = """
import asyncio, torch
from concurrent.futures import ThreadPoolExecutor
from torch.utils.data import DataLoader, TensorDataset
await asyncio.sleep(0)
with ThreadPoolExecutor(2) as pool:
    print(sum(pool.map(abs, [-1, -2])))
data = TensorDataset(torch.arange(8.0))
print(sum(float(batch.sum()) for batch, in DataLoader(data, batch_size=4, num_workers=2)))
"""
    assert says(sandbox, source).splitlines() == ["3", "28.0"]
    assert kinds(run(sandbox, source)) == {"observed"}


SHARED_WITHOUT_A_FILE = {
    "without a file": "mmap.mmap(-1, 4096)",
    "of large pages": "mmap.mmap(-1, 2 << 20, mmap.MAP_SHARED | 0x40000)",
    "of a device": "open('/dev/zero', 'r+b')",
}


@pytest.mark.parametrize("ask", SHARED_WITHOUT_A_FILE.values(), ids=SHARED_WITHOUT_A_FILE)
def test_memory_is_shared_only_through_files(sandbox: Sandbox, ask: str) -> None:
    """What is shared without one stays when no page table has it, and nobody could count it."""
    assert "PermissionError" in says(sandbox, f"import mmap\n{ask}")
    private = "print(len(mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)))"
    in_a_file = "file = open('/dev/shm/x', 'w+b'); file.truncate(4096); print(len(mmap.mmap(file.fileno(), 4096)))"
    assert says(sandbox, f"import mmap\n{private}\n{in_a_file}").split() == ["4096", "4096"]


def test_no_process_may_hide_what_it_holds(sandbox: Sandbox) -> None:
    assert says(sandbox, CALL + "print(libc.prctl(4, 0, 0, 0, 0), libc.prctl(3, 0, 0, 0, 0))").startswith("-1 ")


def in_a_process(action: str) -> str:
    """Return what is printed by a process that has set the filter."""
    setting = "from autograder.sandbox import isolation, system_calls; isolation.give_up_rights(0); "
    line = [sys.executable, "-c", setting + "system_calls.refuse()\n" + action]
    return subprocess.run(line, capture_output=True, text=True, check=False).stdout.strip()


def test_a_child_and_another_program_are_refused_the_same() -> None:
    ask = CALL + f"print(libc.syscall({NUMBERS['memfd_create']}, b'x', 0), flush=True)\n"
    other = f"os.execv({sys.executable!r}, ['python', '-c', {ask!r}])"
    assert in_a_process(f"{ask}if os.fork():\n    os.wait()\n    {other}\n{ask}") == "-1\n-1\n-1"


def test_on_a_processor_whose_numbers_nobody_wrote_down_there_is_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "pdp11")
    with pytest.raises(OSError, match="no filter of system calls for the processor pdp11"):
        system_calls.refuse()


@pytest.mark.parametrize("machine", system_calls.MACHINES.values(), ids=system_calls.MACHINES)
def test_a_filter_says_of_each_call_one_thing(machine: system_calls.Machine) -> None:
    assert len(set(machine.numbers.values())) == len(machine.numbers)
    assert {*machine.numbers} == {*system_calls.MISSING, "socket", "setsockopt", "mmap", "prctl"}
    verdict, forbidden = interpreter(system_calls.filter_for(machine)), system_calls.REFUSE | errno.EACCES
    for name in system_calls.MISSING:
        assert verdict(machine.id, machine.numbers[name], ()) == system_calls.REFUSE | errno.ENOSYS
    assert verdict(machine.id, 0, ()) == system_calls.ALLOW
    if machine.end:
        assert verdict(machine.id, machine.end + machine.numbers["memfd_create"], ()) & ~0xFFFF == system_calls.REFUSE
    assert verdict(machine.id + 1, 0, ()) == system_calls.REFUSE | errno.ENOSYS
    assert verdict(machine.id, machine.numbers["socket"], (1,)) == system_calls.ALLOW
    assert verdict(machine.id, machine.numbers["socket"], (2,)) == forbidden
    assert verdict(machine.id, machine.numbers["setsockopt"], (3, 1, 7)) == forbidden
    assert verdict(machine.id, machine.numbers["setsockopt"], (3, 1, 9)) == system_calls.ALLOW
    for flags, said in [(0x21, forbidden), (0x40023, forbidden), (0x22, system_calls.ALLOW), (1, system_calls.ALLOW)]:
        assert verdict(machine.id, machine.numbers["mmap"], (0, 4096, 3, flags)) == said
    assert verdict(machine.id, machine.numbers["prctl"], (4,)) == forbidden
    assert verdict(machine.id, machine.numbers["prctl"], (3,)) == system_calls.ALLOW


def interpreter(instructions: bytes) -> Callable[[int, int, tuple[int, ...]], int]:
    """Return what a filter says of a call, given machine, number and arguments: for each processor."""

    def verdict(machine: int, number: int, arguments: tuple[int, ...]) -> int:
        lines = list(system_calls.INSTRUCTION.iter_unpack(instructions))
        words = {0: number, 4: machine} | {16 + 8 * at: value for at, value in enumerate(arguments)}
        at = held = 0
        while True:
            code, yes, no, value = lines[at]
            at += 1
            match code:
                case system_calls.LOAD:
                    held = words[value]
                case system_calls.AND:
                    held &= value
                case system_calls.EQUAL:
                    at += yes if held == value else no
                case system_calls.AT_LEAST:
                    at += yes if held >= value else no
                case system_calls.RETURN:
                    return int(value)

    return verdict
