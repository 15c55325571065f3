"""Grading again: what stands, what is done anew, and that a seed, an order and a number of workers change nothing."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from tests.commands import autograder
from tests.instructor.conftest import (
    ASSIGNMENT,
    ONCE,
    grade,
    gradebook_rows,
    hand_in,
    open_gradebook,
    points,
    record_of,
    submitted,
    tree,
    verdicts,
)


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
    assert verdicts(grade(small_folder, seed=7, workers=2)) == verdicts(known)


@pytest.mark.long("three runs over a class")
def test_neither_order_nor_number_of_workers_changes_anything(folder: Path, released: Path, tmp_path: Path) -> None:
    known = verdicts(grade(folder, seed=7))
    other = tmp_path / "other"
    shutil.copytree(released, other)
    authors = ["ada", "barbara", "dennis", "john"] * 2
    random.Random(5).shuffle(authors)
    hand_in(other, **{f"s{at}": author for at, author in enumerate(authors)})
    run = verdicts(grade(other, seed=7, workers=4))
    of_author = {"ada": "right", "barbara": "transposed", "dennis": "empty", "john": "two_mistakes"}
    assert [run[f"s{at}"] for at in range(8)] == [known[of_author[author]] for author in authors]


def test_a_lost_gradebook_is_filled_again(folder: Path, released: Path) -> None:
    rows = gradebook_rows(folder)
    shutil.copyfile(released / "gradebook.db", folder / "gradebook.db")
    assert not any(one.reused for one in grade(folder).graded)
    assert gradebook_rows(folder) == rows


def test_a_score_that_is_not_the_verdicts_does_not_stand(folder: Path) -> None:
    rows = gradebook_rows(folder)
    with open_gradebook(folder) as gradebook:
        gradebook.find_grade("layers-Linear-affine_map", ASSIGNMENT, ASSIGNMENT, "empty").auto_score = 1
        gradebook.db.commit()
    run = grade(folder)
    assert [one.submission.student for one in run.graded if not one.reused] == ["empty"]
    assert gradebook_rows(folder) == rows


def test_a_mark_given_by_hand_survives_new_work_around_its_answer(folder: Path) -> None:
    with open_gradebook(folder) as gradebook:
        give(gradebook, 4)
    hand_in(folder, right="grace")
    grade(folder)
    with open_gradebook(folder) as gradebook:
        mark = gradebook.find_grade("layers-written", ASSIGNMENT, ASSIGNMENT, "right")
        assert (mark.manual_score, mark.needs_manual_grade) == (4, False)


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


# Before it is written


def changed_folder(folder: Path) -> Path:
    """Hand in better work, worse work and new work, and change one score by hand."""
    hand_in(folder, empty="ada", right="barbara", newcomer="john")
    with open_gradebook(folder) as gradebook:
        gradebook.find_grade("layers-Linear-affine_map", ASSIGNMENT, ASSIGNMENT, "two_mistakes").auto_score = 1
        gradebook.db.commit()
    (folder / ".autograder.lock").unlink()
    return folder


def test_a_dry_run_says_who_would_change_by_how_much_and_writes_nothing(folder: Path) -> None:
    before = tree(changed_folder(folder))
    run = grade(folder, dry_run=True)
    assert tree(folder) == before
    found = {one.submission.student: (one.points_before, one.points, len(one.changed)) for one in run.changes}
    assert found == {
        "empty": (0, 20, 20),
        "newcomer": (None, 16, 20),
        "right": (20, 18, 2),
        "two_mistakes": (17, 16, 1),
    }
    (flip,) = next(one for one in run.changes if one.submission.student == "two_mistakes").changed
    assert (flip["exercise"], flip["check"], flip["outcome"]) == ("Linear", "affine_map", "fail")


@pytest.mark.long("three runs over a class")
def test_a_dry_run_and_a_run_with_the_same_seed_say_the_same(folder: Path) -> None:
    would = grade(changed_folder(folder), seed=11, dry_run=True)
    did = grade(folder, seed=11)
    assert verdicts(would) == verdicts(did)
    assert not grade(folder, seed=11, dry_run=True).changes


@pytest.mark.long("three runs over a class")
def test_the_command_prints_what_would_change_as_a_table_and_as_json(folder: Path) -> None:
    changed_folder(folder)
    done = autograder("grade", "--dry-run", "--json", "../would.json", "--student", "two_mistakes", cwd=folder)
    assert done.returncode == 0, done.stderr
    heads, line, summary = done.stdout.splitlines()
    assert heads.split() == ["student", "assignment", "points", "now", "then", "change", "checks"]
    assert line.split(maxsplit=5) == [
        *("two_mistakes", ASSIGNMENT, "17", "16", "-1"),
        "Linear affine_map: 1 to 0 (fail)",
    ]
    assert summary.startswith("dry run, nothing was written: 1 losing; --seed ")
    (change,) = json.loads((folder.parent / "would.json").read_text())["changes"]
    flip = {"exercise": "Linear", "check": "affine_map", "before": 1, "points": 0, "outcome": "fail"}
    whose = {"student": "two_mistakes", "assignment": ASSIGNMENT}
    assert change == whose | {"before": 17, "points": 16, "checks": [flip]}


# What stands with each verdict


def test_each_verdict_names_the_run_and_the_versions_that_gave_it_also_when_it_is_from_an_earlier_run(
    folder: Path,
) -> None:
    hand_in(folder, empty="ada")
    run = grade(folder)
    seeds = {record["student"]: record["run_seed"] for record in run.to_json()["verdicts"]}
    assert seeds == {"right": 7, "transposed": 7, "two_mistakes": 7, "empty": run.seed}
    for record in run.to_json()["verdicts"]:
        assert record["versions"].keys() == {"autograder", "torch"}
        assert record_of(folder, record["student"])["run"] == {
            "seed": record["run_seed"],
            "versions": record["versions"],
        }
