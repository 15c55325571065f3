"""Grading again: what stands, what is done anew, and that a seed, an order and a number of workers change nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.grading.course_folder import CourseFolder, CourseFolderError
from tests.grading.conftest import (
    ASSIGNMENT,
    ONCE,
    grade,
    gradebook_rows,
    hand_in,
    open_gradebook,
    points,
    submitted,
    verdicts,
)


@pytest.fixture
def folder(graded_small_class: Path, tmp_path: Path) -> Path:
    """The small class, graded with seed 7, in a folder of the test's own."""
    shutil.copytree(graded_small_class, tmp_path / "course")
    return tmp_path / "course"


def test_a_second_run_grades_nothing_anew(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("autograded/**/*.ipynb")}
    run = grade(folder)
    assert all(one.reused for one in run.graded)
    assert points(run) == ONCE
    assert {path: path.read_bytes() for path in folder.rglob("autograded/**/*.ipynb")} == before
    assert {record["seed"] for one in run.graded for record in one.verdicts} == {
        record["seed"] for one in grade(folder, seed=7).graded for record in one.verdicts
    }


def test_changed_work_is_graded_again_and_other_work_is_not(folder: Path) -> None:
    hand_in(folder, empty="ada")
    run = grade(folder)
    assert [one.submission.student for one in run.graded if not one.reused] == ["empty"]
    assert points(run) == ONCE | {"empty": 20}
    assert sum(score or 0 for (student, _), score in gradebook_rows(folder).items() if student == "empty") == 20


def test_another_seed_grades_anew_with_other_seeds_and_the_same_marks(folder: Path) -> None:
    run = grade(folder, seed=8)
    assert not any(one.reused for one in run.graded)
    assert points(run) == ONCE


def test_a_seed_reproduces_every_verdict_with_any_number_of_workers(folder: Path, small_folder: Path) -> None:
    known = grade(folder, seed=7)
    assert all(one.reused for one in known.graded)
    assert verdicts(grade(small_folder, seed=7, workers=1)) == verdicts(known)


def test_the_order_of_grading_changes_nothing(folder: Path, released: Path, tmp_path: Path) -> None:
    known = verdicts(grade(folder, seed=7))
    other = tmp_path / "other"
    shutil.copytree(released, other)
    hand_in(other, a="john", b="dennis", c="barbara", d="ada")
    run = verdicts(grade(other, seed=7, workers=1))
    assert [run[student] for student in "abcd"] == [
        known[student] for student in ("two_mistakes", "empty", "transposed", "right")
    ]


def test_a_lost_gradebook_is_filled_again(folder: Path, released: Path) -> None:
    rows = gradebook_rows(folder)
    shutil.copyfile(released / "gradebook.db", folder / "gradebook.db")
    assert not any(one.reused for one in grade(folder).graded)
    assert gradebook_rows(folder) == rows


def test_a_score_that_is_not_the_verdicts_does_not_stand(folder: Path) -> None:
    rows = gradebook_rows(folder)
    with open_gradebook(folder) as gradebook:
        gradebook.find_grade("layers-Linear-affine_map", ASSIGNMENT, ASSIGNMENT, "empty").auto_score = 2
        gradebook.db.commit()
    run = grade(folder)
    assert [one.submission.student for one in run.graded if not one.reused] == ["empty"]
    assert gradebook_rows(folder) == rows


def test_a_mark_given_by_hand_survives_and_asks_to_be_looked_at_after_new_work(folder: Path) -> None:
    with open_gradebook(folder) as gradebook:
        give(gradebook, 4)
    hand_in(folder, right="grace")
    grade(folder)
    with open_gradebook(folder) as gradebook:
        mark = gradebook.find_grade("layers-written", ASSIGNMENT, ASSIGNMENT, "right")
        assert (mark.manual_score, mark.needs_manual_grade) == (4, True)


def give(gradebook: Gradebook, score: float) -> None:
    mark = gradebook.find_grade("layers-written", ASSIGNMENT, ASSIGNMENT, "right")
    mark.manual_score, mark.needs_manual_grade = score, False
    gradebook.db.commit()


def test_one_students_work_can_be_graded_alone(folder: Path) -> None:
    shutil.rmtree(folder / "autograded")
    run = grade(folder, student="right", seed=7)
    assert points(run) == {"right": 20}
    assert [path.name for path in (folder / "autograded").iterdir()] == ["right"]


def test_an_unknown_student_is_refused(folder: Path) -> None:
    with pytest.raises(CourseFolderError, match="nobody handed nothing in"):
        grade(folder, student="nobody")


def test_two_runs_at_a_time_are_refused(folder: Path) -> None:
    with CourseFolder(folder).only_one_grader(), pytest.raises(CourseFolderError, match="another"):
        grade(folder)


def test_a_verdict_from_another_kind_of_run_does_not_stand(folder: Path) -> None:
    shutil.rmtree(submitted(folder, "two_mistakes").parent)
    assert not any(one.reused for one in grade(folder, isolated=False).graded)
