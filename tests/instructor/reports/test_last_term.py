"""The works of another course folder, as they were handed in there."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.reports.last_term import earlier_answers


def hand_in(folder: Path, student: str, source: str, name: str = "2-layers.ipynb") -> None:
    marked = {"nbgrader": {"grade_id": "layers-Linear", "solution": True, "grade": False, "schema_version": 3}}
    cells = [nbformat.v4.new_code_cell("import torch"), nbformat.v4.new_code_cell(source, metadata=marked)]
    path = folder / "submitted" / student / "2-layers" / name
    path.parent.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def test_answers_are_read_by_student_and_nothing_else_of_the_folder(tmp_path: Path) -> None:
    hand_in(tmp_path, "eve", "x = 1")
    hand_in(tmp_path, "bob", "x = 2", "my own name.ipynb")
    broken = tmp_path / "submitted" / "zoe" / "2-layers"
    broken.mkdir(parents=True)
    (broken / "2-layers.ipynb").write_text("no notebook")
    assert earlier_answers(tmp_path, "2-layers") == {
        "last term: bob": {"layers-Linear": "x = 2"},
        "last term: eve": {"layers-Linear": "x = 1"},
    }
    assert earlier_answers(tmp_path, "3-dropout") == {}


def test_a_folder_that_is_no_course_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseFolderError, match="holds no submitted/"):
        earlier_answers(tmp_path, "2-layers")
