"""Written questions of an instructor's own: `questions/ASSIGNMENT.md` in the course folder, as the template shows."""

from pathlib import Path

import pytest

from autograder.course import Course, chapters_of
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.init import make_course_folder
from autograder.instructor.course.written_questions import (
    QUESTION_TEMPLATE,
    TEMPLATE,
    QuestionError,
    own_questions,
    public_question,
    question_for,
)

OWN = """# Layers

Twenty layers of 400 units start with 0.05. What happens?

## Model answer

The numbers shrink.

## Rubric

| criterion | points | what earns it |
|---|---|---|
| The factor | 2 | a number near 0.71 |
| Its power | 3 | twenty layers multiply |
"""


@pytest.fixture
def folder(tmp_path: Path) -> CourseFolder:
    """A new course folder."""
    make_course_folder(tmp_path / "course")
    return CourseFolder.here(tmp_path / "course")


def put(folder: CourseFolder, text: str, name: str = "2-layers.md") -> None:
    (folder.questions / name).write_text(text, encoding="utf-8")


def test_the_courses_own_question_is_read_with_answer_and_rubric_and_the_public_one_is_used_elsewhere(
    folder: CourseFolder, course: Course
) -> None:
    assert (folder.questions / TEMPLATE).is_file() and own_questions(folder, course) == {}
    put(folder, OWN)
    question = own_questions(folder, course)["2-layers"]
    assert question_for(folder, course, "2-layers", "layers") == question
    assert question.asks == "Twenty layers of 400 units start with 0.05. What happens?"
    assert question.model_answer == "The numbers shrink."
    assert question.rubric.startswith("| criterion |")
    assert question_for(folder, course, "3-dropout", "dropout") == public_question(course, "dropout")


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("2-layer.md", OWN, r"questions/2-layer\.md: there is no assignment '2-layer': there are 1-approximation, "),
        ("2-layers.md", OWN.replace("## Rubric", "## Marks"), r"questions/2-layers\.md: a question, '## Model answer'"),
        (
            "2-layers.md",
            OWN.replace("The numbers shrink.", ""),
            r"questions/2-layers\.md: a question, '## Model answer'",
        ),
        ("2-layers.md", OWN.replace("| 3 |", "| 4 |"), r"the points of its rubric add up to 6, and .* worth 5"),
        ("2-layers.md", QUESTION_TEMPLATE.read_text(), r"2-layers\.md: it still has the template's question"),
    ],
    ids=["of no assignment", "without a rubric", "without an answer", "with other points", "the template"],
)
def test_a_question_that_cannot_be_used_is_refused_by_the_name_of_its_file(
    name: str, text: str, complaint: str, folder: CourseFolder, course: Course
) -> None:
    put(folder, text, name)
    with pytest.raises(QuestionError, match=complaint):
        own_questions(folder, course)


def test_every_public_question_has_the_form_and_the_points_of_its_chapter(course: Course) -> None:
    for chapter in chapters_of(course):
        question = public_question(course, chapter.room)
        assert question.points == 5, chapter.assignment
        assert " ".join(question.asks.split()) in " ".join(chapter.text.split()), chapter.assignment
