"""The kernel refuses calls that take unmapped memory or outlive their submission, behind any wall."""

import errno
import platform
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.sandbox import system_calls
from tests.commands import python


def test_a_child_and_another_program_are_refused_the_same() -> None:
    number = system_calls.missing()["memfd_create"]
    call = f"import ctypes, os\nprint(ctypes.CDLL(None).syscall({number}, b'x', 0), flush=True)\n"
    program = f"os.execv({sys.executable!r}, ['python', '-c', {call!r}])"
    filtered = "from autograder.sandbox import isolation as walls, system_calls; walls.give_up_rights(0)\n"
    filtered += f"system_calls.refuse()\n{call}if os.fork():\n    os.wait()\n    {program}\n{call}"
    assert python(filtered).stdout.strip() == "-1\n-1\n-1"


TABLES = {"x86_64": "x86_64-linux-gnu/asm/unistd_64.h", "aarch64": "asm-generic/unistd.h"}


@pytest.mark.parametrize("machine", sorted({"aarch64", platform.machine()}))
def test_numbers_of_calls_are_those_of_the_kernels_table(machine: str) -> None:
    table = Path("/usr/include", TABLES[machine])
    found = re.findall(r"^#define __NR(?:3264)?_(\w+) (\d+)$", table.read_text(encoding="utf-8"), re.MULTILINE)
    numbers = {name: int(number) for name, number in found}
    expected = system_calls.MACHINES[machine].numbers
    # That of an older kernel lacks newer calls.
    known = {name: numbers[name] for name in expected if name in numbers}
    assert known == {name: expected[name] for name in known}
    assert len(known) > 30 and {*expected} - {*known} <= {"statmount", "listmount", "cachestat", "setxattrat"}


def test_a_processor_with_unknown_numbers_of_calls_has_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "pdp11")
    with pytest.raises(OSError, match="no filter of system calls for the processor pdp11"):
        system_calls.refuse()


@pytest.mark.parametrize("machine", system_calls.MACHINES.values(), ids=system_calls.MACHINES)
def test_a_filter_has_one_verdict_on_each_call(machine: system_calls.Machine) -> None:
    assert len(set(machine.numbers.values())) == len(machine.numbers)
    by_argument = {"socket", "socketpair", "setsockopt", "mmap", "madvise", "prctl", "clone", "fcntl"}
    assert {*machine.numbers} == {*system_calls.MISSING, *by_argument}
    verdict = interpreter(system_calls.filter_for(machine))
    for name in system_calls.MISSING:
        assert verdict(machine.id, machine.numbers[name], ()) == system_calls.REFUSE | errno.ENOSYS
    assert verdict(machine.id, 100, ()) == system_calls.ALLOW
    if machine.end:
        assert verdict(machine.id, machine.end + machine.numbers["memfd_create"], ()) & ~0xFFFF == system_calls.REFUSE
    assert verdict(machine.id + 1, 0, ()) == system_calls.REFUSE | errno.ENOSYS
    for name, arguments, is_allowed in [
        ("socket", (1,), True),
        ("socket", (2,), False),
        ("socketpair", (1,), True),
        ("socketpair", (16,), False),
        ("setsockopt", (3, 1, 7), False),
        ("setsockopt", (3, 1, 9), True),
        *(("mmap", (0, 4096, 3, flags), flags in (0x22, 1)) for flags in (0x21, 0x40023, 0x22, 1)),
        *(("madvise", (0, 4096, advice), advice in (4, 14, 25)) for advice in (1, 4, 14, 20, 21, 25)),
        *(("clone", (flags,), flags in (17, 0x3D0F00)) for flags in (17, 0x3D0F00, 0x10000011, 0x20011)),
        *(("fcntl", (3, command), command in (1, 5, 1031)) for command in (1, 5, 6, 7, 37, 38, 1026, 1031)),
        *(("prctl", (option,), option in (1, 3, 15)) for option in (1, 3, 4, 15, 22, 78)),
    ]:
        refused = system_calls.REFUSE | (errno.EPERM if name == "fcntl" else errno.EACCES)
        expected = system_calls.ALLOW if is_allowed else refused
        assert verdict(machine.id, machine.numbers[name], arguments) == expected, (name, arguments)


def interpreter(instructions: bytes) -> Callable[[int, int, tuple[int, ...]], int]:
    """Return a function that runs a filter on a call: on its machine, its number and its arguments."""

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
