"""The watch over a submission's memory, where a machine or a student makes it hard to count."""

import itertools
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.sandbox import Sandbox, memory
from tests.sandbox.conftest import LIMITS, PROGRAMS, kinds, run

LIMIT = 100 << 20
SWAPPED = {
    "status": "Name:\tpython\nRssAnon:\t   40960 kB\nRssFile:\t  999999 kB\nVmSwap:\t   {swapped} kB\n",
    "smaps_rollup": "Pss_Anon:   40960 kB\nPss_File:   999999 kB\nSwapPss:    {swapped} kB\n",
}
MAPPED = {
    "status": "VmSize:\t9999999 kB\nVmPTE:\t   {page_tables} kB\n",
    "smaps_rollup": "Pss_Anon:   20480 kB\n",
    "maps": "7f0000000000-7f0000001000 r--p 00000000 00:00 0\n",
}


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder in /proc of the only process of a submission, stopped."""
    for pid, child in [(1, "2"), (2, "3"), (3, "")]:
        folder = tmp_path / str(pid) / "task" / str(pid)
        folder.mkdir(parents=True)
        (folder / "children").write_text(child)
    (folder / "stat").write_text("1 (python) T 0")
    monkeypatch.setattr(memory, "PROC", tmp_path)
    monkeypatch.setattr(memory, "_send", lambda pid, number: None)
    return folder


@pytest.mark.parametrize(("swapped_kb", "exceeded"), [(50_000, False), (80_000, True)])
def test_swapped_pages_count(files: Path, swapped_kb: int, exceeded: bool) -> None:
    for name, text in SWAPPED.items():
        (files / name).write_text(text.replace("{swapped}", str(swapped_kb)))
    assert memory.Watch(1, LIMIT).exceeded() == exceeded


@pytest.mark.parametrize(
    ("page_tables_kb", "mappings", "exceeded"),
    [(30_000, 10_000, False), (90_000, 10_000, True), (0, 150_000, False), (30_000, 150_000, True)],
)
def test_page_tables_and_mappings_count(files: Path, page_tables_kb: int, mappings: int, exceeded: bool) -> None:
    for name, text in MAPPED.items():
        count = mappings if name == "maps" else 1
        (files / name).write_text(text.replace("{page_tables}", str(page_tables_kb)) * count)
    assert memory.Watch(1, LIMIT).exceeded() == exceeded


@pytest.mark.parametrize(("processes", "waits_s", "ended"), [(8, 60, "memory"), (1, 1, "observed")])
def test_mappings_of_a_chain_of_forks_count(sandbox: Sandbox, processes: int, waits_s: int, ended: str) -> None:
    """Thirty-two of 62,000 mappings each took 3 GiB of the kernel's memory, which no process shows."""
    limits = replace(LIMITS, memory_bytes=300 << 20)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sandbox, "limits", limits)
        cell = f"PROCESSES, WAITS_S = {processes}, {waits_s}\n" + PROGRAMS["maps_much"]
        assert kinds(run(sandbox, cell)) == {ended}


@pytest.mark.parametrize(("connections", "ended"), [(100, "observed"), (2000, "memory")])
def test_what_waits_in_connections_counts(sandbox: Sandbox, connections: int, ended: str) -> None:
    """Two processes held 4 GiB in connections that nobody had accepted."""
    cell = f"CONNECTIONS, WAITS_S = {connections}, {60 if ended == 'memory' else 0}\n" + PROGRAMS["fills_connections"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sandbox, "limits", replace(LIMITS, memory_bytes=300 << 20))
        assert kinds(run(sandbox, cell)) == {ended}


def test_processes_that_start_for_ever_are_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """They cannot be counted, and stopping them one after the other must end."""
    signals, starting = [], itertools.count(3)

    def tree(pid: int) -> Iterator[int]:
        yield from (1, 2, next(starting))

    monkeypatch.setattr(memory, "tree", tree)
    monkeypatch.setattr(memory, "_send", lambda pid, number: signals.append(number))
    assert memory.Watch(1, LIMIT).exceeded()
    assert signals == [signal.SIGSTOP] * memory.ROUNDS


@pytest.mark.parametrize(("look_s", "pause_s"), [(0.02, 0.1), (0.3, 0.3)])
def test_looks_take_half_of_the_time_at_most(monkeypatch: pytest.MonkeyPatch, look_s: float, pause_s: float) -> None:
    """And less where they are short: in a long pause processes that come and end go on taking memory."""

    def stop_all(pid: int) -> dict[int, bool]:
        looks.append(time.monotonic())
        time.sleep(look_s)
        return {}

    looks: list[float] = []
    monkeypatch.setattr(memory, "_stop_all", stop_all)
    monkeypatch.setattr(memory.Watch, "_surely_within", lambda *_: False)
    watch = memory.Watch(1, LIMIT)
    while len(looks) < 2:
        assert not watch.exceeded()
    assert look_s + pause_s <= looks[1] - looks[0] <= look_s + pause_s + 1
