"""What stands beside a written answer when a person marks it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from traitlets.config import Config

from autograder.course import Course
from autograder.instructor.course.new import make_course_folder
from autograder.instructor.course.questions import public_question
from autograder.instructor.nbgrader.show_for_grading import ShowForGrading
from autograder.notebooks.graft import RECORD
from tests.instructor.course.test_questions import OWN


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new course folder."""
    make_course_folder(tmp_path / "course")
    return tmp_path / "course"


def beside(root: Path) -> str:
    """Return the text that the formgrader puts beside a written answer to 2-layers."""
    metadata = {"grade": True, "grade_id": "layers-written", "solution": True, "locked": False, "points": 5}
    metadata |= {"schema_version": 3, "task": False, "cell_type": "markdown"}
    answer = nbformat.v4.new_markdown_cell("They shrink.", metadata={"nbgrader": metadata})
    record = {RECORD: {"assignment": "2-layers", "room": "layers"}}
    notebook = nbformat.v4.new_notebook(cells=[answer], metadata=record)
    step = ShowForGrading(config=Config({"CourseDirectory": {"root": str(root)}}))
    shown, _ = step.preprocess(notebook, {"submission_id": "1"})
    first: NotebookNode = shown.cells[0]
    return str(first.source)


def test_it_is_the_public_question_where_the_course_has_no_other(root: Path, course: Course) -> None:
    public = public_question(course, "layers")
    shown = beside(root)
    assert [part for part in (public.asks, public.rubric, public.model_answer) if part not in shown] == []


def test_it_is_the_courses_own_question_with_its_rubric_and_answer(root: Path) -> None:
    (root / "questions" / "2-layers.md").write_text(OWN, encoding="utf-8")
    shown = beside(root)
    places = [shown.find(part) for part in ("Twenty layers of 400", "a number near 0.71", "The numbers shrink.")]
    assert -1 not in places and places == sorted(places)
    assert "He's" not in shown


def test_a_rubric_that_is_refined_while_people_mark_shows_at_once(root: Path) -> None:
    path = root / "questions" / "2-layers.md"
    path.write_text(OWN, encoding="utf-8")
    beside(root)
    path.write_text(OWN.replace("a number near 0.71", "0.7 or 0.71"), encoding="utf-8")
    assert "0.7 or 0.71" in beside(root)
