"""Memory of all processes of one submission together."""

import contextlib
import ctypes
import itertools
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROC = Path("/proc")
LARGE_PAGE = 2 << 20
MADV_COLLAPSE = 25  # Linux 6.1 and newer; older ones refuse it
PAUSES = 5  # as long as a look takes, before the next one
LONGEST_PAUSE_S = 0.5  # unless a look takes longer, on a busy machine: much memory can be taken meanwhile
TRUSTED = 2  # the supervisor and the first process of its namespace, which are ours
TRIES = 3  # to count processes while none comes or ends
ROUNDS = 50  # of stopping processes that have started since the last round
STOPS_WITHIN_S = 1.0  # or else it is counted as it is
PAGE_BYTES = 4096  # the smallest: no process has more mappings than such pages
# Kernel memory of a mapping in a chain of forks, measured: its description, and a link to each process of the chain.
MAPPING_BYTES, LINK_BYTES = 400, 64
STOPPED, WAITING = {"T", "t"}, {"D", "Z", "X"}  # in /proc; signals do not reach the second


def use_large_pages() -> None:
    """Put this process's memory into large pages where the kernel can: a fork copies an entry for each page."""
    madvise = getattr(ctypes.CDLL(None), "madvise", None)
    if madvise is None or not (PROC / "self" / "maps").exists():
        return
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for line in (PROC / "self" / "maps").read_text().splitlines():
        extent, rights, _, _, _, *name = line.split()
        if rights == "rw-p" and name in ([], ["[heap]"]):
            first, last = (int(address, 16) for address in extent.split("-"))
            for at in range(-(-first // LARGE_PAGE) * LARGE_PAGE, last // LARGE_PAGE * LARGE_PAGE, LARGE_PAGE):
                madvise(at, LARGE_PAGE, MADV_COLLAPSE)


class Watch:
    """Watches the memory of one process and its descendants, as only Linux tells it.

    Forks share pages until one of them writes, and the kernel takes long to work out the share of each: so it is asked
    only if the pages of all could be too many, or if processes come and end meanwhile; while the processes are stopped,
    and not all the time. The limit is on memory that they do not share with others. Sockets count as if each were full,
    since what waits in one is the memory of no process: two took 4 GiB. Page tables and mappings count
    too: a chain of thirty forks with 60,000 mappings each takes 3 GiB of the kernel's memory.
    """

    def __init__(self, pid: int, limit_bytes: int) -> None:
        self.pid = pid
        self.limit_bytes = limit_bytes
        self._next = 0.0

    def exceeded(self) -> bool:
        """Return whether they take more than the limit now, as far as can be told, or cannot be stopped."""
        if time.monotonic() < self._next:
            return False
        started = time.monotonic()
        if any(map(self._surely_within, range(TRIES))):
            return False
        still = _stop_all(self.pid)
        too_much = still is None or (
            sum(map(_proportional_bytes, still, itertools.repeat(len(still)))) + self._in_sockets() > self.limit_bytes
        )
        if still is not None and not too_much:
            for pid, stopped_itself in still.items():
                if not stopped_itself:
                    _send(pid, signal.SIGCONT)
        now = time.monotonic()
        took = now - started  # for as long they run at least: their time goes on while they are stopped
        self._next = now + max(took, min(PAUSES * took, LONGEST_PAUSE_S))
        return too_much

    def _surely_within(self, attempt: int) -> bool:
        """Return whether the pages of all are few, and no process came or ended while they were counted."""
        seen = list(tree(self.pid))
        most = sum(map(_most_bytes, seen, itertools.repeat(len(seen)))) + self._in_sockets()
        return most <= self.limit_bytes and seen == list(tree(self.pid))

    def _in_sockets(self) -> int:
        """Return how much can wait in the sockets of the submission's own network, whoever holds them."""
        try:
            text = (PROC / str(self.pid) / "net" / "sockstat").read_text()
        except OSError:
            return 0
        return int(text.partition("sockets: used ")[2].split()[0]) * _socket_bytes()


@cache
def _socket_bytes() -> int:
    with socket.socket(socket.AF_UNIX) as one:
        return one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)


def _stop_all(pid: int) -> dict[int, bool] | None:
    """Stop the descendants of the first process of a namespace, also those that are just starting.

    A fork can appear after its parent has been told to stop, and a process that is ending still has its share of the
    pages that it leaves: so all are waited for.

    Returns:
        Whether each process, by its id, was stopped before: it is not ours to wake. None if new ones never cease.
    """
    stopped: dict[int, bool] = {}
    last, rounds = time.monotonic() + STOPS_WITHIN_S, 0
    while rounds < ROUNDS:
        known = len(stopped)
        for descendant in itertools.islice(tree(pid), TRUSTED, None):  # a parent is told before its children are found
            if descendant not in stopped:
                stopped[descendant] = not STOPPED.isdisjoint(_states(descendant))
                _send(descendant, signal.SIGSTOP)
        if len(stopped) > known:
            rounds += 1
        elif all(_states(descendant) <= STOPPED | WAITING for descendant in stopped) or time.monotonic() > last:
            return stopped
        else:
            time.sleep(0.001)
    return None


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _states(pid: int) -> set[str]:
    """Return the states of a process's threads, as letters; none if it has been reaped."""
    return {text.rpartition(") ")[2][:1] for text in _of_threads(pid, "stat")}


def tree(pid: int) -> Iterator[int]:
    """Yield a process and its visible descendants."""
    yield pid
    for child in children(pid):
        yield from tree(child)


def children(pid: int) -> Iterator[int]:
    """Yield the children of a process that have not been reaped."""
    for text in _of_threads(pid, "children"):
        yield from map(int, text.split())


def _of_threads(pid: int, name: str) -> Iterator[str]:
    """Yield a file of each living thread of a process: the main thread can end before the others."""
    with contextlib.suppress(OSError):
        for thread in (PROC / str(pid) / "task").iterdir():
            with contextlib.suppress(OSError):
                yield (thread / name).read_text()


def _most_bytes(pid: int, processes: int) -> int:
    """Return an upper bound of a process's memory, found quickly: no page is shared, and each has its own mapping."""
    sizes = _sizes(pid, "status")
    resident = sum(sizes.get(field, 0) for field in ("RssAnon", "RssShmem", "VmSwap", "VmPTE"))
    return resident + _of_mappings(min(sizes.get("VmSize", 0) // PAGE_BYTES, _most_mappings()), processes)


def _most_mappings() -> int:
    """Return how many mappings the kernel lets a process have."""
    try:
        return int((PROC / "sys" / "vm" / "max_map_count").read_text())
    except OSError:
        return sys.maxsize


def _proportional_bytes(pid: int, processes: int) -> int:
    """Return a process's memory, each shared page divided by the number of processes that share it."""
    sizes = _sizes(pid, "smaps_rollup") | _sizes(pid, "status")
    pages = sum(sizes.get(field, 0) for field in ("Pss_Anon", "Pss_Shmem", "SwapPss", "VmPTE"))
    mappings = next((count for text in _of_threads(pid, "maps") if (count := text.count("\n"))), 0)
    return pages + _of_mappings(mappings, processes)


def _of_mappings(count: int, processes: int) -> int:
    return count * (MAPPING_BYTES + processes * LINK_BYTES)


def _sizes(pid: int, name: str) -> dict[str, int]:
    """Return the sizes in a file of /proc, in bytes; none if the process has ended. All living threads agree."""
    for text in _of_threads(pid, name):
        lines = (line.partition(":") for line in text.splitlines() if line.endswith(" kB"))
        if found := {field: 1024 * int(value.split()[0]) for field, _, value in lines}:
            return found
    return {}
