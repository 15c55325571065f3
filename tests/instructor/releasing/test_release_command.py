"""What `autograder release` says while it works, and at its end."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from autograder.course import Chapter, Course
from autograder.instructor.releasing import bundle, release
from autograder.instructor.releasing.release import points_of
from autograder.notebooks.graft import read_notebook
from tests.instructor.conftest import ASSIGNMENT
from tests.test_cli import here


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is run and nothing written; the release of an earlier run stays."""

    def run(chapter: Chapter, course: Course, on_step: Callable[[str], None]) -> None:
        on_step("running")

    def nothing(*_: Any, on_step: Any = None, **__: Any) -> None:
        if on_step:
            on_step("checking")

    monkeypatch.setattr(release, "run_reference", run)
    monkeypatch.setattr(release, "release", nothing)
    monkeypatch.setattr(bundle, "recordings_of", nothing)
    monkeypatch.setattr(bundle, "write_bundle", nothing)
    monkeypatch.setattr(release, "notebook_to_read", nothing)


@pytest.mark.usefixtures("quick")
def test_answers_are_recorded_for_students_while_a_chapter_runs(
    course_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording, written = Event(), []

    def record(course: Course) -> dict[str, bytes]:
        recording.set()
        return {"layers": b"answers"}

    def run(*_: Any) -> None:
        assert recording.wait(60)

    def write(target: Path, notebooks: Any, course: Course, recordings: dict[str, bytes], *_: Any) -> None:
        written.append(recordings)

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(bundle, "recordings_of", record)
    monkeypatch.setattr(bundle, "write_bundle", write)
    monkeypatch.setattr(release, "run_reference", run)
    assert here(course_folder, "release", ASSIGNMENT)[0] == 0
    assert written == [{"layers": b"answers"}]


@pytest.mark.usefixtures("quick")
def test_a_line_tells_each_step_and_the_last_ones_the_points(course_folder: Path) -> None:
    status, said, steps = here(course_folder, "release", ASSIGNMENT)
    assert status == 0
    told = [re.sub(r"^ *\d+ s  ", "", line) for line in steps.splitlines()]
    assert [line for line in told if not line.startswith("0-start")] == [
        "2-layers: running",
        "2-layers: checking",
        "making the zip for students",
    ]
    assert "0-start: running" in told
    by_checks, by_hand = points_of(read_notebook(course_folder / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"))
    assert by_checks > by_hand > 0
    assert f"{by_checks + by_hand} points ({by_checks} by checks, {by_hand} by hand): give the assignment" in said
    assert here(course_folder, "release", ASSIGNMENT, "-q")[1:] == ("", "")
