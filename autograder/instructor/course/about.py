"""An instructor's settings for students in ``nbgrader_config.py``: ``c.About.book_url = "https://…"``."""

import re
from dataclasses import replace
from typing import Any

from traitlets import Unicode
from traitlets.config import Configurable

from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder, CourseFolderError, settings_in

ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+")


class About(Configurable):  # type: ignore[misc]
    """Settings that students see."""

    book_url = Unicode("", help="Address of the book; empty where students have notebooks alone.").tag(config=True)
    hand_in = Unicode("", help="Where work is handed in, as the end of a sentence.").tag(config=True)


def about(config: Any) -> About:
    """Return the settings for students in nbgrader's configuration; raise CourseFolderError for one of another kind."""
    settings: About = settings_in(config, About, "c.About takes texts")
    settings.book_url = settings.book_url and book_address(settings.book_url)
    return settings


def course_of(folder: CourseFolder, config: Any = None) -> Course:
    """Return the installed course with the book of a course folder, or else the published one.

    The folder's configuration is given where it has been read. Raises NoCourse, and as ``about``.
    """
    return with_book(Course.installed(), folder.nbgrader_config() if config is None else config)


def with_book(course: Course, config: Any) -> Course:
    """Return a course with the book that nbgrader's configuration names."""
    return replace(course, book_url=about(config).book_url or course.book_url)


def book_address(text: str) -> str:
    """Return the address of a book, with a slash at its end; raise CourseFolderError for another text."""
    if not ADDRESS.fullmatch(text):
        raise CourseFolderError(f"{text!r} is not the address of a book: it begins with https:// or http://")
    return text.rstrip("/") + "/"
