"""The guide's lines that keep a copy of a course folder and its gradebook, and restore it."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from autograder.instructor.course.folder import LOCK, CourseFolder
from sample_class.term import Shell, blocks
from tests.conftest import copy_course

(GUIDE,) = (block for block in blocks() if LOCK in block)


@pytest.fixture
def course(new_course: Path, tmp_path: Path) -> Path:
    """A course folder with a student, a file, a link and a gradebook."""
    copy_course(new_course, tmp_path / "course")
    (tmp_path / "course" / "roster.csv").write_text("id\nada\n")
    (tmp_path / "course" / "roster.csv").chmod(0o600)
    (tmp_path / "course" / "submitted" / "Jürgen 小明").mkdir()
    (tmp_path / "course" / "link").symlink_to("/nowhere")
    return tmp_path / "course"


def state_of(course: Path) -> dict[str, object]:
    """Return all that a course folder holds: its files, their rights, and what the gradebook says."""
    state: dict[str, object] = {}
    for path in set(course.rglob("*")) - {course / LOCK, course / "gradebook.db"}:
        content = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        state[str(path.relative_to(course))] = (oct(path.lstat().st_mode), content)
    with closing(sqlite3.connect(course / "gradebook.db")) as gradebook:
        return state | {"gradebook": list(gradebook.iterdump())}


def test_a_course_comes_back_as_it_was(course: Path) -> None:
    before = state_of(course)
    Shell(course).run(GUIDE)
    assert state_of(course) == state_of(course.parent / "rehearsal") == before
    assert [oct(path.stat().st_mode) for path in course.parent.glob("my-course.*")] == ["0o100600"] * 2


def test_a_copy_waits_for_a_command_that_is_at_work(course: Path) -> None:
    with CourseFolder(course).only_one_grader():
        waiting = subprocess.run(["timeout", "1", "bash", "-ce", GUIDE], cwd=course)
    assert waiting.returncode == 124
    assert not list(course.parent.glob("my-course.*"))
