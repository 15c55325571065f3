"""A written question of the instructor's own takes the public one's place, and its answer stays at home."""

from __future__ import annotations

import pytest

from autograder.course import Chapter
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.new import make_course_folder
from autograder.instructor.course.questions import own_questions
from autograder.instructor.releasing.release import release, run_reference
from autograder.notebooks.graft import is_written, read_notebook
from tests.instructor.course.test_questions import OWN
from tests.instructor.releasing.conftest import ROOM
from tests.instructor.releasing.test_source import SHORT, SmallCourse

WRITTEN = """
## What this does not tell you

A limit.

## Written question

The public question.

+++ {"tags": ["written"], "points": 5}

*Your answer here.*
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    """A course folder in which a short chapter was released with a question of the instructor's own."""
    root = tmp_path_factory.mktemp("own")
    (root / "2-layers.md").write_text(SHORT + WRITTEN, encoding="utf-8")
    course, one = SmallCourse("solutions", "https://example.org/", book=root), Chapter(root / "2-layers.md", ROOM)
    make_course_folder(root / "course")
    folder = CourseFolder.here(root / "course")
    (folder.questions / "2-layers.md").write_text(OWN, encoding="utf-8")
    release(one, run_reference(one, course), course, folder, question=own_questions(folder, course)["2-layers"])
    return folder


def test_students_read_it_in_the_place_of_the_public_one_and_are_told(folder: CourseFolder) -> None:
    notebook = read_notebook(folder.released("2-layers"))
    at = next(at for at, cell in enumerate(notebook.cells) if is_written(cell))
    before = notebook.cells[at - 1].source
    assert "A limit." in before
    assert before.endswith("Twenty layers of 400 units start with 0.05. What happens?")
    assert "in the place of the one in the book" in before
    assert "The public question." not in before


def test_students_get_neither_its_answer_nor_its_rubric(folder: CourseFolder) -> None:
    text = folder.released("2-layers").read_text(encoding="utf-8")
    assert "Twenty layers" in text
    assert "The numbers shrink" not in text
    assert "a number near 0.71" not in text


def test_the_instructors_notebook_has_its_answer_and_not_the_public_one(folder: CourseFolder) -> None:
    (cell,) = filter(is_written, read_notebook(folder.source("2-layers")).cells)
    assert "The numbers shrink." in cell.source
    assert "He's" not in cell.source
