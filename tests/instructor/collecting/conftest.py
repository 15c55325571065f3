"""A course folder whose released notebooks have only the cells by which they are known."""

from pathlib import Path

import pytest

from tests.conftest import own_copy
from tests.instructor.collecting.made_downloads import CELLS, notebook
from tests.test_cli import here

ROSTER = """id,first name,last name,e-mail,also,lms user id
007,Ada,Lovelace,ada@example.org,octo-ada,
0042,José,"O'Brien-Núñez",jose@example.org,,
xm,小明,王,xm@example.org,,
grace,Grace,Hopper,grace@example.org,,104
""".encode("utf-16")  # as Excel saves it


@pytest.fixture(scope="session")
def empty_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with a class and nothing handed in. Read it only; `course` gives a copy to change."""
    root = tmp_path_factory.mktemp("collecting") / "course"
    (root.parent / "export.csv").write_bytes(ROSTER)
    status, printed, errors = here(root.parent, "init", "course", "--roster", "export.csv")
    assert (status, errors) == (0, "")
    assert "in the gradebook: 4 students" in printed
    for assignment in CELLS:
        (root / "release" / assignment).mkdir()
        (root / "release" / assignment / f"{assignment}.ipynb").write_bytes(notebook(assignment))
    return root


course = own_copy("empty_course")
