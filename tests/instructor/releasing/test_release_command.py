"""What `autograder release` says while it works, and at its end."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import nbformat
import pytest

from autograder.course import Course, chapters_of
from autograder.instructor.releasing import bundle, kept, release, source
from autograder.instructor.releasing.release import points_of, run_reference
from autograder.notebooks.graft import read_notebook
from tests.conftest import ROOT
from tests.instructor.conftest import ASSIGNMENT
from tests.test_cli import here


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is run and nothing written; the release of an earlier run stays."""

    def nothing(*given: Any, on_step: Any = None, **__: Any) -> None:
        if on_step:
            on_step("checking")

    monkeypatch.setattr(release, "run_reference", lambda chapter, course, on_step: on_step("running"))
    monkeypatch.setattr(release, "release", nothing)
    monkeypatch.setattr(bundle, "recordings_of", nothing)
    monkeypatch.setattr(bundle, "write_bundle", nothing)
    monkeypatch.setattr(source, "glued_values", nothing)


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


# What a release computed is used again only where nothing has changed that it was computed from


@pytest.fixture
def own_course(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Course:
    """A course that may be changed, a cache of its own, and chapters that end at once."""
    for name in ("solutions", "chapters", "data"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(kept, "FOLDER", tmp_path / "cache")
    monkeypatch.setattr(release, "execute", lambda notebook, *_, **__: nbformat.from_dict(notebook))
    course = Course("solutions")
    monkeypatch.setitem(course.__dict__, "folder", tmp_path / "solutions")
    return course


def is_run(course: Course) -> bool:
    """Whether releasing the first chapter runs it."""
    steps: list[str] = []
    run_reference(chapters_of(course)[0], course, steps.append)
    return steps == ["running the chapter with the reference solutions"]


@pytest.mark.parametrize("changed", ["solutions/layers.py", "chapters/2-layers.md", "data/LICENSE"])
def test_a_chapter_is_run_once_and_again_where_the_course_has_changed(changed: str, own_course: Course) -> None:
    assert is_run(own_course) and not is_run(own_course)
    path = own_course.root / changed
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert is_run(own_course)


def test_a_chapter_that_failed_is_run_again(own_course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched, pytest.raises(release.ReleaseError):
        patched.setattr(release, "execute", Mock(side_effect=release.ReleaseError("the cell fails")))
        is_run(own_course)
    assert is_run(own_course)


def test_a_cache_that_cannot_be_written_stops_nothing(own_course: Course) -> None:
    kept.FOLDER.write_text("no folder")
    assert is_run(own_course)
