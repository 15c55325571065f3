"""Which course is graded: the one that is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course, NoCourse, SeveralCourses


def install(folder: Path, distribution: str, package: str) -> None:
    info = folder / f"{distribution}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[autograder.course]\ncourse = {package}\n", encoding="utf-8")


def test_two_courses_are_an_error_that_names_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "numbers-from-scratch", "numbers_course")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SeveralCourses) as caught:
        Course.installed()
    for word in ("solutions", "image-classifier-from-scratch", "numbers_course", "numbers-from-scratch", "uninstall"):
        assert word in str(caught.value)


def test_a_course_is_found_by_its_distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    with pytest.raises(NoCourse):
        Course.installed()
    install(tmp_path, "numbers-from-scratch", "numbers_course")
    assert Course.installed().package == "numbers_course"
    assert Course.installed().distribution.metadata["Name"] == "numbers-from-scratch"
