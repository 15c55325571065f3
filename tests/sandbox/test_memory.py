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


def test_a_look_that_takes_long_is_soon_followed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a look can take seconds, in which processes that come and end go on taking memory."""

    def stop_all(pid: int) -> dict[int, bool]:
        time.sleep(0.3)
        return {}

    monkeypatch.setattr(memory, "_stop_all", stop_all)
    monkeypatch.setattr(memory.Watch, "_surely_within", lambda *_: False)
    watch = memory.Watch(1, LIMIT)
    assert not watch.exceeded()
    time.sleep(memory.LONGEST_PAUSE_S)
    looked = time.monotonic()
    assert not watch.exceeded()
    assert time.monotonic() - looked >= 0.3
