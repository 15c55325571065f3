"""How much memory the processes of one submission take, all together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
LARGE_PAGE = 2 << 20
MADV_COLLAPSE = 25  # Linux 6.1 and newer; older ones refuse it
PAUSES = 5  # as long as a look takes, before the next one
TRUSTED = 2  # the supervisor and the first process of its namespace, which are ours


def use_large_pages() -> None:
    """Put this process's memory into large pages where the kernel can: a fork copies an entry for each page."""
    madvise = getattr(ctypes.CDLL(None), "madvise", None)
    if madvise is None or not (PROC / "self" / "maps").exists():
        return
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for line in (PROC / "self" / "maps").read_text().splitlines():
        extent, rights, _, _, _, *name = line.split()
        if rights == "rw-p" and name in ([], ["[heap]"]):
            first, last = (int(each, 16) for each in extent.split("-"))
            for at in range(-(-first // LARGE_PAGE) * LARGE_PAGE, last // LARGE_PAGE * LARGE_PAGE, LARGE_PAGE):
                madvise(at, LARGE_PAGE, MADV_COLLAPSE)


class Watch:
    """Looks, again and again, at what one process and its descendants take. Linux alone tells it.

    Forks share pages until one of them writes, and what each takes of them is costly to ask of the kernel: so it is
    asked only where the pages of all could be too many, of processes that stand still, and not all the time.

    Args:
        pid: of the process.
        limit_bytes: beside what they share with others.
    """

    def __init__(self, pid: int, limit_bytes: int) -> None:
        self.pid = pid
        self.limit_bytes = limit_bytes
        self._next = 0.0

    def exceeded(self) -> bool:
        """Whether they take more than the limit now, as far as one can tell."""
        if time.monotonic() < self._next:
            return False
        started = time.monotonic()
        if sum(map(_resident_bytes, tree(self.pid))) <= self.limit_bytes:
            return False
        still = _stop_all(self.pid)
        taken = sum(map(_proportional_bytes, still))
        if taken <= self.limit_bytes:
            for each, stopped_itself in still.items():
                if not stopped_itself:
                    _send(each, signal.SIGCONT)
        self._next = time.monotonic() + PAUSES * (time.monotonic() - started)
        return taken > self.limit_bytes


def _stop_all(pid: int) -> dict[int, bool]:
    """Stop the descendants of the first process of a namespace, also those that just come to be.

    Returns:
        Whether each, by its id, stood still before: it is not ours to wake.
    """
    stopped: dict[int, bool] = {}
    while more := [each for each in list(tree(pid))[TRUSTED:] if each not in stopped]:
        for each in more:
            stopped[each] = _stands_still(each)
            _send(each, signal.SIGSTOP)
    return stopped


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _stands_still(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].startswith(("T", "t"))
    return False


def tree(pid: int) -> Iterator[int]:
    """Give a process and its descendants, as far as they can be seen."""
    yield pid
    for child in children(pid):
        yield from tree(child)


def children(pid: int) -> Iterator[int]:
    """Give the processes that a process has started and that have not been reaped."""
    with contextlib.suppress(OSError):
        for task in (PROC / str(pid) / "task").iterdir():
            yield from map(int, (task / "children").read_text().split())


def _resident_bytes(pid: int) -> int:
    return sum(_fields(PROC / str(pid) / "status").get(name, 0) for name in ("RssAnon", "RssShmem"))


def _proportional_bytes(pid: int) -> int:
    """Return the process's pages, each shared one divided by the number of those that share it."""
    return sum(_fields(PROC / str(pid) / "smaps_rollup").get(name, 0) for name in ("Pss_Anon", "Pss_Shmem"))


def _fields(file: Path) -> dict[str, int]:
    """Return the sizes in a file of /proc, in bytes; none where the process has ended."""
    with contextlib.suppress(OSError):
        lines = (line.partition(":") for line in file.read_text().splitlines())
        return {name: 1024 * int(value.split()[0]) for name, _, value in lines if value.endswith(" kB")}
    return {}
