"""A mark that a person gave, when the submission is graded once more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.instructor.conftest import open_gradebook
from tests.instructor.marking.conftest import ASSIGNMENT, QUESTION, hand_in_written, in_gradebook

TEXT = "The variance doubles in each layer."


@pytest.fixture
def marked(course_folder: Path) -> Path:
    """A course folder in which ada's answer was marked in the formgrader."""
    hand_in_written(course_folder, ada=TEXT)
    with open_gradebook(course_folder) as gradebook:
        grade = gradebook.find_grade(QUESTION.cell, ASSIGNMENT, ASSIGNMENT, "ada")
        grade.manual_score, grade.needs_manual_grade = 4, False
        gradebook.db.commit()
    return course_folder


@pytest.mark.parametrize(("text", "waits"), [(TEXT, False), (f"{TEXT} Or does it?", True)])
def test_a_mark_waits_for_another_look_only_where_its_answer_has_changed(marked: Path, text: str, waits: bool) -> None:
    hand_in_written(marked, ada=text)
    assert in_gradebook(marked)["ada"] == (4, None, waits)


def test_a_mark_that_waits_goes_on_waiting(marked: Path) -> None:
    hand_in_written(marked, ada="Another answer.")
    hand_in_written(marked, ada="Another answer.")
    assert in_gradebook(marked)["ada"][2]
