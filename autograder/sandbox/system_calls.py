"""A filter that refuses system calls which exercises do not need to a process and its children.

Most of them take memory that no process maps, which a count of mapped pages misses. Keys outlive the submission that
adds them. A lock or a watch on a file that all may read is a message to other submissions that run at that time, and
the pages and names that the kernel keeps in memory are a message to later ones. Sockets other than a machine's own
reach the network. In a user namespace of its own, a process has all capabilities.
See the kernel's Documentation/userspace-api/seccomp_filter.rst: a program of classic BPF looks at each call's number
and arguments.
"""

import ctypes
import errno
import mmap
import os
import platform
import socket
import struct
from dataclasses import dataclass

PR_SET_SECCOMP, MODE_FILTER = 22, 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # the second with an error number
LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
NUMBER_AT, MACHINE_AT, ARGUMENTS_AT = 0, 4, 16  # in struct seccomp_data
INSTRUCTION = struct.Struct("=HBBI")
# Of prctl: a death signal, a name, and questions.
PRCTL_ALLOWED = (1, 2, 3, 15, 16, 21, 23, 38, 39)
MADV_RANDOM, MADV_COLD, MADV_PAGEOUT = 1, 20, 21

# Of fcntl: F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW and F_NOTIFY, which not every system's Python knows.
LOCKS_AND_WATCHES = (6, 7, 37, 38, 1026)
NEW_NAMESPACES = 0x7E020000  # any of CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET


@dataclass(frozen=True)
class Machine:
    """A kind of processor."""

    id: int  # the kernel's AUDIT_ARCH number
    numbers: dict[str, int]  # of the system calls
    end: int = 0  # the first number that belongs to another way of calling, 0 if there is none


# The number of each call on the two machines. These are absent, as on a kernel that was built without them.
MISSING = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "vmsplice": (278, 75),
    "splice": (275, 76),  # a socket counts a byte, and holds the page that it lies in
    "tee": (276, 77),
    "sendfile": (40, 71),
    "setxattr": (188, 5),  # no file system in memory counts lists of rights
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "syslog": (103, 116),
    "mq_open": (240, 180),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "flock": (73, 32),
    "inotify_add_watch": (254, 27),
    "fanotify_mark": (301, 263),
    "io_uring_setup": (425, 425),
    "io_setup": (206, 0),
    "io_submit": (209, 2),
    "fadvise64": (221, 223),
    "readahead": (187, 213),
    "cachestat": (451, 451),
    "mincore": (27, 232),
    "preadv2": (327, 286),  # the C library takes preadv instead, unless a flag asks for what is in memory alone
    "pwritev2": (328, 287),
    "openat2": (437, 437),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "seccomp": (317, 277),  # a filter is the kernel's memory, and is kept where its process has ended
    "clone3": (435, 435),  # its flags lie in memory, where no filter sees them; the C library takes clone instead
}
NUMBERS = MISSING | {  # of the others some arguments are refused
    "mmap": (9, 222),
    "madvise": (28, 233),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "setsockopt": (54, 208),
    "clone": (56, 220),
    "fcntl": (72, 25),
    "prctl": (157, 167),
}
MACHINES = {
    "x86_64": Machine(0xC000003E, {name: number for name, (number, _) in NUMBERS.items()}, end=0x40000000),
    "aarch64": Machine(0xC00000B7, {name: number for name, (_, number) in NUMBERS.items()}),
}


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def missing() -> dict[str, int]:
    """Return the calls that the filter reports as missing, by name; none for an unknown processor."""
    machine = MACHINES.get(platform.machine())
    return {name: machine.numbers[name] for name in MISSING} if machine else {}


def refuse() -> None:
    """Refuse those calls to this process, its future threads and its children, for good; it must have no new rights.

    Raises:
        OSError: the kernel refuses, or no numbers are known for this processor.
    """
    machine = MACHINES.get(platform.machine())
    if machine is None:
        raise OSError(errno.ENOSYS, f"no filter of system calls for the processor {platform.machine()}")
    instructions = filter_for(machine)
    program = _Program(len(instructions) // INSTRUCTION.size, instructions)
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"seccomp: {os.strerror(code)}")


def filter_for(machine: Machine) -> bytes:
    """Return the instructions, eight bytes each."""
    missing, forbidden = REFUSE | errno.ENOSYS, REFUSE | errno.EACCES
    lines = [(LOAD, 0, 0, MACHINE_AT), (EQUAL, 1, 0, machine.id), (RETURN, 0, 0, missing), (LOAD, 0, 0, NUMBER_AT)]
    if machine.end:
        lines += [(AT_LEAST, 0, 1, machine.end), (RETURN, 0, 0, missing)]
    for name in MISSING:
        lines += [(EQUAL, 0, 1, machine.numbers[name]), (RETURN, 0, 0, missing)]
    # A socket of another family than a machine's own: where no namespace takes the network away, this does.
    for name in ("socket", "socketpair"):
        lines += [(EQUAL, 0, 4, machine.numbers[name]), (LOAD, 0, 0, _argument(0))]
        lines += [(EQUAL, 0, 1, int(socket.AF_UNIX)), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, forbidden)]
    # A larger buffer of a socket: what waits in it is the memory of no process.
    lines += [(EQUAL, 0, 4, machine.numbers["setsockopt"]), (LOAD, 0, 0, _argument(2))]
    lines += [(EQUAL, 0, 1, socket.SO_SNDBUF), (RETURN, 0, 0, forbidden), (RETURN, 0, 0, ALLOW)]
    # Memory that processes share without a file: it stays when it is dropped from all page tables.
    shared = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS
    lines += [(EQUAL, 0, 5, machine.numbers["mmap"]), (LOAD, 0, 0, _argument(3)), (AND, 0, 0, shared)]
    lines += [(EQUAL, 0, 1, shared), (RETURN, 0, 0, forbidden), (RETURN, 0, 0, ALLOW)]
    # Advice that drops pages of a file, which all share, from memory, or by which only a page that is read is there.
    lines += [(EQUAL, 0, 6, machine.numbers["madvise"]), (LOAD, 0, 0, _argument(2)), (EQUAL, 2, 0, MADV_COLD)]
    lines += [(EQUAL, 1, 0, MADV_RANDOM), (EQUAL, 0, 1, MADV_PAGEOUT), (RETURN, 0, 0, forbidden), (RETURN, 0, 0, ALLOW)]
    # A lock on a part of a file: the kernel keeps as many as there are bytes. Not ENOLCK, for which SQLite waits. And a
    # watch on a folder.
    count = len(LOCKS_AND_WATCHES)
    lines += [(EQUAL, 0, count + 3, machine.numbers["fcntl"]), (LOAD, 0, 0, _argument(1))]
    lines += [(EQUAL, count - at, 0, command) for at, command in enumerate(LOCKS_AND_WATCHES)]
    lines += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE | errno.EPERM)]
    # A child in namespaces of its own.
    lines += [(EQUAL, 0, 5, machine.numbers["clone"]), (LOAD, 0, 0, _argument(0)), (AND, 0, 0, NEW_NAMESPACES)]
    lines += [(EQUAL, 1, 0, 0), (RETURN, 0, 0, forbidden), (RETURN, 0, 0, ALLOW)]
    # The other options: one hides a process from a grader that is not root, which then could not count its memory; one
    # adds a filter; and one takes a table of locks of any size.
    count = len(PRCTL_ALLOWED)
    lines += [(EQUAL, 0, count + 3, machine.numbers["prctl"]), (LOAD, 0, 0, _argument(0))]
    lines += [(EQUAL, count - at, 0, option) for at, option in enumerate(PRCTL_ALLOWED)]
    lines += [(RETURN, 0, 0, forbidden), (RETURN, 0, 0, ALLOW)]
    lines += [(RETURN, 0, 0, ALLOW)]
    return b"".join(INSTRUCTION.pack(*line) for line in lines)


def _argument(at: int) -> int:
    return ARGUMENTS_AT + 8 * at  # its lower half, which these machines put first
