"""Settings for students: the address of the book."""

from pathlib import Path

import pytest

from autograder.instructor.course.about import about, book_address, course_of
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.init import make_course_folder
from tests.test_cli import here

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
    config.write_text("".join(line for line in first.splitlines(keepends=True) if "c.About" not in line))
    make_course_folder(tmp_path, book=BOOK)  # settings without the line
    assert book_of(tmp_path) == BOOK


@pytest.mark.parametrize("text", ["book.example", "ftp://book.example/", 'https://x/"; import os', "https://a b"])
def test_a_wrong_address_of_a_book_is_refused_before_anything_is_made(text: str, tmp_path: Path) -> None:
    with pytest.raises(CourseFolderError, match="is not the address of a book"):
        book_address(text)
    with pytest.raises(CourseFolderError):
        make_course_folder(tmp_path / "course", book=text)
    assert not (tmp_path / "course").exists()


def test_the_command_writes_the_line_and_a_setting_of_another_kind_is_refused(tmp_path: Path) -> None:
    assert here(tmp_path, "init", "course", "--book", BOOK)[0] == 0
    config = tmp_path / "course" / "nbgrader_config.py"
    assert f'c.About.book_url = "{BOOK}"' in config.read_text(encoding="utf-8")
    config.write_text("c = get_config()\nc.About.hand_in = 3\n")
    with pytest.raises(CourseFolderError, match=r"c\.About takes texts"):
        about(CourseFolder.here(tmp_path / "course").nbgrader_config())
