"""What takes memory that no process maps, or outlives its submission, is refused by the kernel, whatever the wall."""

from __future__ import annotations

import errno
import platform
import subprocess
import sys
from collections.abc import Callable

import pytest

from autograder.sandbox import system_calls


def in_a_process(action: str) -> str:
    """Return what is printed by a process that has set the filter."""
    setting = "from autograder.sandbox import isolation, system_calls; isolation.give_up_rights(0); "
    line = [sys.executable, "-c", setting + "system_calls.refuse()\n" + action]
    return subprocess.run(line, capture_output=True, text=True, check=False).stdout.strip()


def test_a_child_and_another_program_are_refused_the_same() -> None:
    number = system_calls.missing()["memfd_create"]
    ask = f"import ctypes, os\nprint(ctypes.CDLL(None).syscall({number}, b'x', 0), flush=True)\n"
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
