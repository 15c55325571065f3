"""`autograder status`: a line for each assignment, in whatever state, and no notebook is parsed for it."""

import hashlib
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.init import make_course_folder
from autograder.instructor.course.records import Attempt, GradingRecords, write_attempts, write_record
from autograder.instructor.status import AssignmentStatus, status_of
from autograder.receipts import receipt_of
from tests.conftest import copy_course, own_copy
from tests.instructor.conftest import configure, follow, let_earn, let_release
from tests.test_cli import files, here

CLASS = ("ada", "bob", "eve")
NO_NOTEBOOK = b"whoever parses this fails"
WRITTEN = {"grade": True, "solution": True, "grade_id": "room-written", "points": 5}
WHEN = datetime(2026, 11, 5, 20, tzinfo=UTC)


def hand_in(root: Path, assignment: str, *students: str) -> None:
    for student in students:
        path = CourseFolder(root).submission(student, assignment).notebook
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(NO_NOTEBOOK)


def let_be_graded(root: Path, assignment: str, *students: str, unreadable: str = "") -> None:
    """Let work have been handed in and graded, with all points."""
    folder = CourseFolder(root)
    hand_in(root, assignment, *students)
    for student in students:
        let_earn(root, student, assignment, None, follows=False, first=2, second=3)
        record = GradingRecords(folder).of(student, assignment)
        graded = replace(record, receipt=receipt_of(NO_NOTEBOOK), unreadable=unreadable)
        write_record(folder.autograded(student, assignment), graded)


@pytest.fixture(scope="module")
def one_in_each_state(new_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with a class of three and one assignment in each state. Read it only."""
    root = copy_course(new_course, tmp_path_factory.mktemp("status") / "course")
    (root / "roster.csv").write_text("id,first name,last name\nada,Ada,Lovelace\nbob,Bob,B\neve,Eve,E\n")
    configure(root, "CourseDirectory", course_id="default_course")  # as `let_release` has it
    folder = CourseFolder(root)
    follow(root)
    for assignment in ("1-approximation", "2-layers", "3-dropout", "4-optimizer", "5-training"):
        let_release(root, assignment, first=2, second=3)
    # 2: two have come; of one a clock says only that it was late.
    hand_in(root, "2-layers", "ada", "bob")
    late = Attempt(1, hashlib.sha256(NO_NOTEBOOK).hexdigest(), None, True, WHEN, "lovelaceada_LATE_1_2.ipynb", "Canvas")
    write_attempts(folder, "ada", "2-layers", [late], {})
    # 3: all are graded; an answer of each waits for a person, and one notebook could not be read.
    released = json.loads(folder.released("3-dropout").read_text())
    released["cells"].append({"metadata": {"nbgrader": WRITTEN}})
    folder.released("3-dropout").write_text(json.dumps(released))
    let_be_graded(root, "3-dropout", "ada", "bob")
    let_be_graded(root, "3-dropout", "eve", unreadable="it is no notebook")
    # 4: graded and exported. 5: graded, and then one handed in something else.
    let_be_graded(root, "4-optimizer", *CLASS)
    let_be_graded(root, "5-training", *CLASS)
    for assignment in ("4-optimizer", "5-training"):
        assert here(root, "export", assignment, "-q")[0] == 0
    folder.submission("eve", "5-training").notebook.write_bytes(b"new work")
    return root


course = own_copy("one_in_each_state")


def rows(root: Path) -> dict[str, AssignmentStatus]:
    return {row.assignment: replace(row, released=None) for row in status_of(CourseFolder(root), Course.installed())}


def test_who_left_the_roster_counts_where_they_handed_in_alone(course: Path) -> None:
    let_be_graded(course, "4-optimizer", "dan")
    assert (rows(course)["4-optimizer"].students, rows(course)["5-training"].students) == (4, 3)


def test_each_assignment_says_how_far_it_is_in_80_columns_and_as_json_and_nothing_is_changed(course: Path) -> None:
    before = files(course)
    status, output, errors = here(course, "status")
    assert (status, errors) == (0, "")
    lines = output.splitlines()
    assert max(map(len, lines)) <= 80
    today = f"{datetime.now():%Y-%m-%d}"
    assert [line.split() for line in lines[1:]] == [
        ["1-approximation", today, "0/3"],
        ["2-layers", today, "2/3", "0", "0", "0", "1"],
        ["3-dropout", today, "3/3", "1", "3", "3", "0", "no"],
        ["4-optimizer", today, "3/3", "0", "3", "0", "0", "yes"],
        ["5-training", today, "3/3", "0", "2", "0", "0", "yes"],
        ["6-deployment", "no", "0/3"],
    ]
    printed = {row["assignment"]: row for row in json.loads(here(course, "status", "--json")[1])}
    assert printed["6-deployment"]["released"] is None
    assert printed["4-optimizer"]["released"].startswith(today)
    assert {name: row["exported"] for name, row in printed.items() if row["graded"]} == {
        "3-dropout": False,
        "4-optimizer": True,
        "5-training": True,
    }
    assert files(course) == before


def test_a_duplicate_that_jupyter_made_of_a_released_notebook_is_no_assignment(course: Path) -> None:
    folder = CourseFolder(course)
    released = folder.assignments()
    folder.released("2-layers").with_name("2-layers-Copy1.ipynb").write_bytes(NO_NOTEBOOK)
    assert folder.assignments() == released


def test_a_released_notebook_that_was_cut_short_is_named_with_its_mend(course: Path) -> None:
    released = CourseFolder(course).released("2-layers")
    whole = released.read_bytes()
    released.write_bytes(whole[:-9])
    code, _, complaint = here(course, "status")
    released.write_bytes(whole)
    assert code == 2
    assert "release/2-layers/2-layers.ipynb is no notebook" in complaint and "release 2-layers --force" in complaint


def test_marks_that_change_after_an_export_are_not_exported_until_the_next(course: Path) -> None:
    def exported() -> bool:
        return rows(course)["4-optimizer"].exported

    assert here(course, "excuse", "ada", "5-training", "--yes")[0] == 0
    assert exported()
    for change in (
        lambda: here(course, "excuse", "Ada Lovelace", "4-optimizer", "--yes"),
        lambda: let_earn(course, "bob", "4-optimizer", None, first=2, second=0),
    ):
        change()
        assert not exported()
        assert here(course, "export", "4-optimizer", "-q", "--force", "-o", course / "marks.csv")[0] == 0
        assert exported()


def test_a_copy_of_the_same_work_with_a_new_date_stays_graded_and_a_new_time_does_not(course: Path) -> None:
    notebook = CourseFolder(course).submission("ada", "4-optimizer").notebook
    os.utime(notebook, (4e9, 4e9))
    assert rows(course)["4-optimizer"].graded == 3
    notebook.with_name("timestamp.txt").write_text("2026-11-05 22:59:00 UTC")
    assert rows(course)["4-optimizer"].graded == 2


def test_a_folder_in_which_nothing_is_released_has_no_gradebook_made(tmp_path: Path) -> None:
    make_course_folder(tmp_path / "course")
    assert set(rows(tmp_path / "course").values()) == {AssignmentStatus(name) for name in rows(tmp_path / "course")}
    assert not (tmp_path / "course" / "gradebook.db").exists()


def test_the_records_of_a_student_whose_id_looks_like_a_pattern_are_theirs_alone(tmp_path: Path) -> None:
    let_be_graded(tmp_path, "2-layers", "a[1]", "a1")
    assert [work for work, _ in GradingRecords(CourseFolder(tmp_path)).all("a[1]")] == [("a[1]", "2-layers")]
