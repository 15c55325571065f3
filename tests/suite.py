"""What a run takes of all tests, and in which order."""

import gc
import json
from collections import Counter
from math import inf
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DURATIONS = Path(__file__).with_name("durations.json")  # seconds of each file, as `make durations` measured them
_deep = False
_seconds: Counter[str] = Counter()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="all tests, at all seeds: before publishing, and each night")
    parser.addoption("--store-durations", action="store_true", help=f"write what each file took into {DURATIONS.name}")


def pytest_configure(config: pytest.Config) -> None:
    global _deep
    _deep = config.getoption("deep")


def is_deep() -> bool:
    """Whether this is a run of all that the tests can prove."""
    return _deep


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # A worker takes the next file when it has none: the longest first, and before them what was never timed.
    stored = json.loads(DURATIONS.read_text(encoding="utf-8"))
    known = stored["daily"] | (stored["deep"] if is_deep() else {})
    items.sort(key=lambda item: -known.get(item.location[0], inf))
    if is_deep():
        return
    left = [item for item in items if item.get_closest_marker("deep")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("deep")]


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
