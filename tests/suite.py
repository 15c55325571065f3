"""What a run takes of all tests, and in which order."""

import gc
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import inf
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DURATIONS = Path(__file__).with_name("durations.json")  # seconds of each file, as `make durations` measured them
MADE_FIRST = {"released", "site"}  # fixtures that all workers share and that take minutes
_deep = False
_seconds: Counter[str] = Counter()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="all tests, at all seeds: before publishing, and each night")
    parser.addoption("--store-durations", action="store_true", help=f"write what each file took into {DURATIONS.name}")


def pytest_configure(config: pytest.Config) -> None:
    global _deep
    _deep = config.getoption("deep")
    gc.set_threshold(50_000, 20, 20)  # imports make millions of objects, and each collection would walk through them


def is_deep() -> bool:
    """Whether this is a run of all that the tests can prove."""
    return _deep


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left = [] if is_deep() else [item for item in items if item.get_closest_marker("deep")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("deep")]
    stored = json.loads(DURATIONS.read_text(encoding="utf-8"))
    files = in_order(items, stored["daily"] | (stored["deep"] if is_deep() else {}))
    items.sort(key=lambda item: files.index(item.location[0]))


def in_order(items: Iterable[pytest.Item], known: Mapping[str, float]) -> list[str]:
    """Return the tests' files in the order in which workers take them: the longest first, and before them the untimed.

    What takes minutes is begun at once, by one file each; a file that would only wait for it comes after all others.
    """
    waits = defaultdict[str, set[str]](set)
    for item in items:
        waits[item.location[0]] |= MADE_FIRST & {*getattr(item, "fixturenames", ())}
    longest = sorted(waits, key=lambda file: -known.get(file, inf))
    begin = [next((file for file in longest if made in waits[file]), "") for made in sorted(MADE_FIRST)]
    return sorted(longest, key=lambda file: (file not in begin, bool(waits[file])))


def pytest_collection_finish() -> None:
    """Keep what was imported and collected out of each run of the garbage collector, and of what a fork copies."""
    gc.collect()
    gc.freeze()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.location[0]] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("store_durations") and not hasattr(session.config, "workerinput"):
        stored = json.loads(DURATIONS.read_text(encoding="utf-8"))
        stored["deep" if is_deep() else "daily"] = {file: round(_seconds[file], 1) for file in sorted(_seconds)}
        DURATIONS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
