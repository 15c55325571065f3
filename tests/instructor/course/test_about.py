"""Settings for students: the address of the book."""

from pathlib import Path

import pytest
from traitlets.config import Config

from autograder.instructor.course.folder import CourseFolder, CourseFolderError, about, course_of
from autograder.instructor.course.init import make_course_folder
from tests.instructor.conftest import configure

BOOK = "https://book.example/course/"


def book_of(root: Path) -> str:
    return course_of(CourseFolder.here(root)).book_url


def test_a_course_has_no_book_until_its_instructor_names_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_course_folder(tmp_path)
    assert book_of(tmp_path) == ""
    monkeypatch.setenv("BOOK_URL", "https://published.example/")
    assert book_of(tmp_path) == "https://published.example/"
    configure(tmp_path, "About", book_url=BOOK.rstrip("/"))
    assert book_of(tmp_path) == BOOK


@pytest.mark.parametrize("text", ["book.example", "ftp://book.example/", 'https://x/"; import os', "https://a b"])
def test_a_wrong_address_of_a_book_is_refused(text: str) -> None:
    with pytest.raises(CourseFolderError, match="is not the address of a book"):
        about(Config({"About": {"book_url": text}}))


def test_a_setting_of_another_kind_is_refused() -> None:
    with pytest.raises(CourseFolderError, match=r"c\.About takes texts"):
        about(Config({"About": {"hand_in": 3}}))
