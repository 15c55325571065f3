"""The second course as the installed one, to be edited."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import checks
from autograder.course import Course
from tests.conftest import ROOT

SECOND = ROOT / "tests" / "second_course" / "averages"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Course]:
    """A copy of the second course, as if it were the one that is installed."""
    shutil.copytree(SECOND, tmp_path / "averages", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.syspath_prepend(tmp_path)
    second = Course("averages")
    monkeypatch.setattr(Course, "announced", lambda: second)
    monkeypatch.setattr(checks, "_CHECKS", {})
    monkeypatch.setattr(checks, "_LOADED", set())
    yield second
    for name in [name for name in sys.modules if name.partition(".")[0] == "averages"]:
        del sys.modules[name]
