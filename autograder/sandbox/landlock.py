"""Landlock, the kernel's allow-list of files for a process: the second wall where bubblewrap is missing.

See the kernel's Documentation/userspace-api/landlock.rst. A ruleset denies what it handles unless a rule allows it.
"""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
VERSION, PATH_BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 0x1, 0x2, 0x4, 0x8
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
FIRST_VERSION_RIGHTS = REFER - 1
LATER_RIGHTS = {2: REFER, 3: TRUNCATE, 5: IOCTL_DEV}  # by the version that brought it
READ = EXECUTE | READ_FILE | READ_DIR
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV


class PathBeneath(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def version() -> int:
    """Return the kernel's version of Landlock, 0 without one."""
    return max(0, _syscall(CREATE_RULESET, None, 0, VERSION))


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Restrict this process and its children, for good, to reading and executing some paths and full use of others.

    Raises:
        OSError: the kernel refuses.
    """
    rights = FIRST_VERSION_RIGHTS + sum(right for since, right in LATER_RIGHTS.items() if version() >= since)
    attributes = (ctypes.c_uint64 * 1)(rights)
    ruleset = _checked(CREATE_RULESET, attributes, ctypes.c_size_t(ctypes.sizeof(attributes)), 0)
    for paths, allowed in ((readable, READ), (writable, rights)):
        for path in paths:
            if path.exists():
                _allow(ruleset, path, allowed & rights & (rights if path.is_dir() else FILE_RIGHTS))
    _checked(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: Path, allowed: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    _checked(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(PathBeneath(allowed, place)), 0)
    os.close(place)


def _syscall(number: int, *arguments: object) -> int:
    return int(ctypes.CDLL(None, use_errno=True).syscall(number, *arguments))


def _checked(number: int, *arguments: object) -> int:
    result = _syscall(number, *arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"landlock: {os.strerror(code)}")
    return result
