"""What a run takes of all tests, and what it says at the end about where the time went."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# A worker takes the next file when it has none: the longest first, so that none ends alone. Of the first three one
# builds the book, one makes the release and a student's machine, and one plays a term: nobody waits for another's.
FIRST = [
    "book/test_content.py",
    "delivered/test_students_zip.py",
    "delivered/test_run_a_course.py",
    "checks/test_every_room.py",
    "mutants/test_mutants.py",
    "wrong/test_wrong.py",
    "instructor/test_marks.py",
    "instructor/viva/test_talk_questions.py",
    "sandbox/test_sandbox.py",
    "book/test_reading.py",
    "instructor/grading/test_hostile_submissions.py",
    "instructor/grading/test_killed_grading.py",
    "instructor/grading/test_again.py",
    "instructor/grading/test_cluster.py",
    "solutions/commands/test_command_line.py",
    "instructor/nbgrader/test_nbgrader.py",
    "instructor/grading/test_trouble.py",
    "checks/test_two_mistakes.py",
    "notebooks/test_check.py",
    "test_cli.py",
]
LONG = 10.0  # seconds after which a test says why it takes them

_seconds: Counter[str] = Counter()  # in a test, its set-up and its end, by folder
_unexplained: dict[str, float] = {}
_started = time.monotonic()
_deep = False


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="all tests, at all seeds: before publishing, and each night")


def pytest_configure(config: pytest.Config) -> None:
    for marker in (
        "deep: in a deep run only",
        "long(why): takes over ten seconds, and so in a deep run only, unless it is marked daily",
        "daily: with every commit, however long it takes",
    ):
        config.addinivalue_line("markers", marker)
    global _deep
    _deep = config.getoption("deep")


def is_deep() -> bool:
    """Whether this is a run of all that the tests can prove."""
    return _deep


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    place = {ROOT / "tests" / file: at for at, file in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))
    if is_deep():
        return
    left = [item for item in items if not is_daily(item)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if is_daily(item)]


def is_daily(item: pytest.Item) -> bool:
    """Whether a test takes part in a run that is not deep: a fixed set, the same with each commit."""
    if item.get_closest_marker("deep"):
        return False
    is_delivered = item.path.is_relative_to(ROOT / "tests" / "delivered")  # what is delivered is what is tested
    return is_delivered or bool(item.get_closest_marker("daily")) or not item.get_closest_marker("long")


def pytest_collection_finish() -> None:
    """Keep what was imported and collected out of each run of the garbage collector, and of what a fork copies."""
    gc.collect()
    gc.freeze()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    folder = Path(report.nodeid.partition("::")[0])
    _seconds[folder.parts[1] if len(folder.parts) > 2 else folder.parts[0]] += report.duration
    if report.when == "call" and report.duration > LONG and "long" not in report.keywords:
        _unexplained[report.nodeid] = report.duration


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    yield
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if not terminal or hasattr(session.config, "workerinput") or not _seconds:
        return
    for test, seconds in sorted(_unexplained.items(), key=lambda pair: -pair[1]):
        terminal.write_line(f"{seconds:3.0f} s, and no mark that says why: {test}")
    minutes, seconds = divmod(round(time.monotonic() - _started), 60)
    shares = (f"{folder} {took / _seconds.total():.0%}" for folder, took in _seconds.most_common())
    passed, failed = (len(terminal.stats.get(outcome, ())) for outcome in ("passed", "failed"))
    wrong = failed + len(terminal.stats.get("error", ()))
    terminal.write_line(
        f"{passed} passed{f', {wrong} did not' if wrong else ''} in {minutes} min {seconds} s: {', '.join(shares)}"
    )
