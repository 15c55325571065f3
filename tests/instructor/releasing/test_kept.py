"""What a release computed is used again only where nothing has changed that it was computed from."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course, chapters_of
from autograder.instructor.releasing import kept as module
from autograder.instructor.releasing import release
from autograder.instructor.releasing.kept import kept
from autograder.instructor.releasing.release import run_reference
from tests.conftest import ROOT


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(module, "FOLDER", tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def own_course(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Course:
    """A course that may be changed."""
    for name in ("solutions", "chapters", "data"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    course = Course("solutions")
    monkeypatch.setitem(course.__dict__, "folder", tmp_path / "solutions")
    return course


def counted(made: list[str]) -> Callable[[], bytes]:
    def make() -> bytes:
        made.append("made")
        return b"found"

    return make


@pytest.mark.usefixtures("cache")
def test_what_was_computed_from_the_same_is_computed_once(own_course: Course) -> None:
    made: list[str] = []
    assert [kept("a", own_course, counted(made)) for _ in range(3)] == [b"found"] * 3
    assert len(made) == 1
    assert kept("b", own_course, counted(made)) == b"found"
    assert len(made) == 2


def in_the_reference(course: Course) -> None:
    course.file("layers").write_text(course.source("layers") + "\n", encoding="utf-8")


def in_a_chapter(course: Course) -> None:
    (course.chapters / "new.md").touch()


def in_the_data(course: Course) -> None:
    (course.root / "data" / "LICENSE").rename(course.root / "data" / "LICENCE")


def in_a_mistake(course: Course) -> None:
    (course.folder / "mistakes" / "layers.py").write_text("MISTAKES = []\n", encoding="utf-8")


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("change", [in_the_reference, in_a_chapter, in_the_data, in_a_mistake])
def test_a_change_in_the_course_is_seen(change: Callable[[Course], None], own_course: Course) -> None:
    made: list[str] = []
    kept("a", own_course, counted(made))
    change(own_course)
    kept("a", own_course, counted(made))
    assert len(made) == 2


@pytest.mark.usefixtures("cache")
def test_another_python_or_another_package_is_seen(own_course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    kept("a", own_course, counted(made))
    monkeypatch.setattr(module, "_installed", lambda: "[('torch', '9')]")
    kept("a", own_course, counted(made))
    monkeypatch.setattr(sys, "version", "4.0")
    kept("a", own_course, counted(made))
    assert len(made) == 3


def test_what_nobody_has_asked_for_in_months_is_removed(own_course: Course, cache: Path) -> None:
    kept("a", own_course, lambda: b"")
    (old,) = cache.iterdir()
    kept("b", own_course, lambda: b"")
    assert old.exists()
    then = time.time() - module.UNUSED_S - 1
    os.utime(old, (then, then))
    kept("c", own_course, lambda: b"")
    assert not old.exists() and len(list(cache.iterdir())) == 2


def test_a_cache_that_cannot_be_written_stops_nothing(own_course: Course, cache: Path) -> None:
    cache.write_text("no folder")
    assert kept("a", own_course, lambda: b"found") == b"found"


@pytest.mark.usefixtures("cache")
def test_a_chapter_that_has_not_changed_is_not_run_again(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    chapter, steps = chapters_of(course)[1], []
    monkeypatch.setattr(release, "execute", lambda notebook, *_, **__: nbformat.from_dict(notebook))
    once = run_reference(chapter, course, steps.append)
    assert steps == ["running the chapter with the reference solutions"]
    assert run_reference(chapter, course, steps.append) == once
    assert len(steps) == 1


@pytest.mark.usefixtures("cache")
def test_a_chapter_that_failed_is_run_again(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise release.ReleaseError("the cell fails")

    chapter, steps = chapters_of(course)[1], []
    monkeypatch.setattr(release, "execute", fail)
    for _ in range(2):
        with pytest.raises(release.ReleaseError):
            run_reference(chapter, course, steps.append)
    assert len(steps) == 2
