"""A course folder whose released notebooks have only the cells by which they are known."""

from pathlib import Path

import pytest

from autograder.instructor.course.init import make_course_folder
from tests.conftest import own_copy
from tests.instructor.collecting.made_downloads import CELLS, notebook
from tests.instructor.conftest import follow

ROSTER = """id,first name,last name,e-mail,also
007,Ada,Lovelace,ada@example.org,octo-ada
0042,José,"O'Brien-Núñez",jose@example.org,
xm,小明,王,xm@example.org,
grace,Grace,Hopper,grace@example.org,
"""


@pytest.fixture(scope="session")
def empty_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with a class and nothing handed in. Read it only; `course` gives a copy to change."""
    root = tmp_path_factory.mktemp("collecting") / "course"
    make_course_folder(root)
    (root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    for assignment in CELLS:
        (root / "release" / assignment).mkdir()
        (root / "release" / assignment / f"{assignment}.ipynb").write_bytes(notebook(assignment))
    follow(root)  # nbgrader takes seconds to make a gradebook
    return root


course = own_copy("empty_course")
