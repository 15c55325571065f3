"""A real gradebook in which students have names, addresses, numbers of Canvas's, and one came late."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import copy_course
from tests.instructor.conftest import ASSIGNMENT, let_come, open_gradebook

NAMES = {
    "ada": ("Ada", "Lovelace", "ada@example.edu", "101"),
    "barbara": ("芭芭拉", "=Liskov, B.", "barbara@example.edu", "102"),
    "john": ("John", 'von "N"', "john@example.edu", "103"),
}


@pytest.fixture(scope="session")
def term(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graded sample class with a roster; john is late, and one who never handed in is called 0042. Read it only."""
    folder = tmp_path_factory.mktemp("term") / "course"
    copy_course(graded, folder)
    with open_gradebook(folder) as gradebook:
        for student, (first, last, email, number) in NAMES.items():
            gradebook.update_or_create_student(
                student, first_name=first, last_name=last, email=email, lms_user_id=number
            )
        gradebook.add_student("0042", first_name="Gone", last_name="Away")
        gradebook.find_assignment(ASSIGNMENT).duedate = datetime(2026, 11, 5, 22)
        gradebook.db.commit()
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write("c.LatePenalty.percent_per_day = 25\n")
    let_come(folder, "john", datetime(2026, 11, 6, 1, tzinfo=UTC))
    return folder


@pytest.fixture
def term_folder(term: Path, tmp_path: Path) -> Path:
    """The same in a folder of the test's own."""
    shutil.copytree(term, tmp_path / "term")
    return tmp_path / "term"
