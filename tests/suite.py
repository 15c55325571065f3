"""What a run takes of all tests, and in which order."""

import gc
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# A worker takes the next file when it has none: the longest first, so that none ends alone. One of the first builds the
# book and one makes the release; what needs neither comes beside them, and the term, which would wait for the release,
# after that. The sandbox's own limits are seconds, so it is tried when the machine has less to do.
FIRST = [
    "book/test_content.py",
    "delivered/test_students_zip.py",
    "checks/test_every_room.py",
    "wrong/test_wrong.py",
    "mutants/test_mutants.py",
    "solutions/commands/test_command_line.py",
    "solutions/deploy/test_page.py",
    "solutions/deploy/test_serve.py",
    "delivered/test_run_a_course.py",
    "instructor/test_marks.py",
    "instructor/viva/test_talk_questions.py",
    "attacks/test_class.py",
    "instructor/nbgrader/test_nbgrader.py",
    "book/test_reading.py",
    "sandbox/test_sandbox.py",
    "instructor/grading/test_killed_grading.py",
    "instructor/grading/test_again.py",
    "instructor/grading/test_cluster.py",
    "instructor/grading/test_trouble.py",
    "checks/test_two_mistakes.py",
    "notebooks/test_check.py",
    "test_cli.py",
]
_deep = False


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="all tests, at all seeds: before publishing, and each night")


def pytest_configure(config: pytest.Config) -> None:
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
