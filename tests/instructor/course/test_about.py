"""What an instructor tells students of the course: where the book is."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.instructor.course.about import about, book_address, course_of
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.init import make_course_folder
from tests.conftest import autograder

BOOK = "https://book.example/course/"


def book_of(root: Path) -> str:
    return course_of(CourseFolder.here(root)).book_url


def test_a_course_has_no_book_until_its_instructor_names_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_course_folder(tmp_path)
    assert book_of(tmp_path) == ""
    monkeypatch.setenv("BOOK_URL", "https://published.example/")
    assert book_of(tmp_path) == "https://published.example/"
    make_course_folder(tmp_path, book=BOOK.rstrip("/"))
    assert book_of(tmp_path) == BOOK


def test_the_book_can_be_changed_and_taken_out_and_the_rest_of_the_settings_stays(tmp_path: Path) -> None:
    make_course_folder(tmp_path)
    config = tmp_path / "nbgrader_config.py"
    first = config.read_text(encoding="utf-8")
    make_course_folder(tmp_path, book="https://old.example")
    make_course_folder(tmp_path, book=BOOK)
    assert book_of(tmp_path) == BOOK
    make_course_folder(tmp_path)
    assert book_of(tmp_path) == BOOK
    make_course_folder(tmp_path, book="")
    assert config.read_text(encoding="utf-8") == first


def test_settings_of_before_there_were_books_get_the_line(tmp_path: Path) -> None:
    make_course_folder(tmp_path)
    config = tmp_path / "nbgrader_config.py"
    lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
    config.write_text("".join(line for line in lines if "c.About" not in line), encoding="utf-8")
    make_course_folder(tmp_path, book=BOOK)
    assert book_of(tmp_path) == BOOK


@pytest.mark.parametrize("text", ["book.example", "ftp://book.example/", 'https://x/"; import os', "https://a b"])
def test_what_is_no_address_of_a_book_is_refused_before_anything_is_made(text: str, tmp_path: Path) -> None:
    with pytest.raises(CourseFolderError, match="is no address of a book"):
        book_address(text)
    with pytest.raises(CourseFolderError):
        make_course_folder(tmp_path / "course", book=text)
    assert not (tmp_path / "course").exists()


def test_a_setting_that_is_no_text_is_named(tmp_path: Path) -> None:
    make_course_folder(tmp_path)
    with (tmp_path / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write("c.About.hand_in = 3\n")
    with pytest.raises(CourseFolderError, match=r"c\.About takes texts"):
        about(CourseFolder.here(tmp_path).nbgrader_config())


def test_the_command_writes_the_line(tmp_path: Path) -> None:
    done = autograder("init", tmp_path / "course", "--book", BOOK, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f'c.About.book_url = "{BOOK}"' in (tmp_path / "course" / "nbgrader_config.py").read_text(encoding="utf-8")
