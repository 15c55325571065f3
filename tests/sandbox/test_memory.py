"""The watch over a submission's memory, where a machine or a student makes it hard to count."""

import itertools
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import memory

LIMIT = 100 << 20
SWAPPED = {
    "status": "Name:\tpython\nRssAnon:\t   40960 kB\nRssFile:\t  999999 kB\nVmSwap:\t   {swapped} kB\n",
    "smaps_rollup": "Pss_Anon:   40960 kB\nPss_File:   999999 kB\nSwapPss:    {swapped} kB\n",
    "stat": "1 (python) T 0",
}


@pytest.mark.parametrize(("swapped_kb", "exceeded"), [(50_000, False), (80_000, True)])
def test_swapped_pages_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, swapped_kb: int, exceeded: bool) -> None:
    for pid, child in [(1, "2"), (2, "3"), (3, "")]:
        folder = tmp_path / str(pid) / "task" / str(pid)
        folder.mkdir(parents=True)
        (folder / "children").write_text(child)
    for name, text in SWAPPED.items():
        (folder / name).write_text(text.replace("{swapped}", str(swapped_kb)))
    monkeypatch.setattr(memory, "PROC", tmp_path)
    monkeypatch.setattr(memory, "_send", lambda pid, number: None)
    assert memory.Watch(1, LIMIT).exceeded() == exceeded


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
