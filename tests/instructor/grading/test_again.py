"""Grading again: verdicts that stand, work or points that have changed, and the same verdicts in any order."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import nbformat
import pytest

from autograder import checks
from autograder.checks import checks_of
from autograder.course import Course
from autograder.dependencies import imported_by
from autograder.instructor.course.decisions import Decision, write_decisions
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.records import GradingRecord, write_record
from autograder.instructor.grading.verdict_digest import grader_digest, sources_of
from autograder.notebooks.graft import read_notebook
from autograder.user_errors import AutograderError
from tests.commands import ROOT, in_process, succeeded
from tests.instructor.conftest import (
    ASSIGNMENT,
    ONCE,
    a_verdict,
    configure,
    follow,
    grade,
    gradebook_rows,
    hand_in,
    mark_by_hand,
    open_gradebook,
    points,
    record_of,
    submitted,
    tree,
    verdicts,
)

CELL = "layers-Linear-affine_map"


def test_a_second_run_grades_nothing_anew(folder: Path) -> None:
    before = tree(folder / "autograded")
    run = grade(folder)
    assert all(graded.reused for graded in run.graded)
    assert points(run) == ONCE
    assert tree(folder / "autograded") == before
    assert verdicts(run) == verdicts(grade(folder, seed=7))


def test_changed_work_is_graded_again_and_each_verdict_names_the_run_and_the_versions_that_gave_it(
    folder: Path,
) -> None:
    hand_in(folder, empty="ada")
    run = grade(folder)
    assert [graded.submission.student for graded in run.graded if not graded.reused] == ["empty"]
    assert points(run) == ONCE | {"empty": 20}
    assert sum(score or 0 for (student, _), score in gradebook_rows(folder).items() if student == "empty") == 20
    seeds = {record["student"]: record["run_seed"] for record in run.to_json()["verdicts"]}
    assert seeds == {"right": 7, "transposed": 7, "two_mistakes": 7, "empty": run.seed}
    for record in run.to_json()["verdicts"]:
        assert record["versions"].keys() == {"autograder", "torch"}
        how = {"seed": record["run_seed"], "versions": record["versions"]}
        assert how.items() <= record_of(folder, record["student"]).items()


@pytest.mark.deep
@pytest.mark.long("a class is graded twice")
def test_a_seed_gives_the_same_verdicts_in_any_order_and_with_any_number_of_workers(
    folder: Path, released: Path, tmp_path: Path
) -> None:
    known = grade(folder, seed=7)
    assert all(graded.reused for graded in known.graded)
    reordered = shutil.copytree(released, tmp_path / "reordered")
    hand_in(reordered, s1="john", s2="ada", s3="dennis", s4="barbara")
    run = verdicts(grade(reordered, seed=7, workers=2))
    assert [run[student] for student in ("s2", "s4", "s3", "s1")] == [verdicts(known)[student] for student in ONCE]


def test_a_lost_gradebook_and_a_changed_score_are_mended_from_the_records(folder: Path, released: Path) -> None:
    rows = gradebook_rows(folder)
    with open_gradebook(folder) as gradebook:
        gradebook.find_grade(CELL, ASSIGNMENT, ASSIGNMENT, "empty").auto_score = 1
        gradebook.db.commit()
    for _ in range(2):
        assert all(graded.reused for graded in grade(folder).graded)
        assert gradebook_rows(folder) == rows
        shutil.copyfile(released / "gradebook.db", folder / "gradebook.db")


def test_a_hand_mark_outlives_a_submission_that_was_removed_in_nbgrader(folder: Path) -> None:
    mark_by_hand(folder, "empty", 1, cell=CELL)
    follow(folder)
    with open_gradebook(folder) as gradebook:
        gradebook.remove_submission(ASSIGNMENT, "empty")
    hand_in(folder, empty="ada")
    grade(folder)
    with open_gradebook(folder) as gradebook:
        assert gradebook.find_grade(CELL, ASSIGNMENT, ASSIGNMENT, "empty").manual_score == 1


def test_verdicts_stand_as_long_as_every_file_that_decides_on_them(folder: Path) -> None:
    """Read from the imports of judge, checks and reference, not from a list; and the addresses that mistakes give."""
    course = Course.installed()
    sources = {path.relative_to(ROOT).as_posix() for path in sources_of("layers", course)}
    names = ("judge/common_mistakes.py", "judge/verdicts.py", "sections.py")
    assert sources > {"solutions/layers.py", "solutions/checks/layers.py", *(f"autograder/{name}" for name in names)}
    assert "autograder/instructor/command_line.py" not in sources
    released = CourseFolder(folder).instructor_notebook(ASSIGNMENT)
    moved = replace(course, book_url="https://b.example/")
    assert grader_digest(released, course, ()) != grader_digest(released, moved, ())


def test_a_file_that_is_imported_relatively_decides_too(tmp_path: Path) -> None:
    for name, text in {"a.py": "from . import b", "b.py": "from .c.d import e", "c/d.py": "from ..f import g"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "f.py").touch()
    files = imported_by([tmp_path / "a.py"], {"p": tmp_path})
    assert {path.relative_to(tmp_path).as_posix() for path in files} == {"a.py", "b.py", "c/d.py", "f.py"}


def test_a_folder_that_an_earlier_edition_graded_is_refused_in_one_line(folder: Path) -> None:
    path = CourseFolder(folder).autograded("right", ASSIGNMENT)
    path.with_name("verdicts.json").unlink()
    notebook = read_notebook(path)
    notebook.metadata["autograder"] |= {"verdicts": [], "notes": [], "unreadable": ""}
    nbformat.write(notebook, path)
    with pytest.raises(CourseFolderError, match="was graded by an earlier edition of autograder"):
        grade(folder)


def test_a_verdict_from_another_kind_of_run_does_not_stand(folder: Path) -> None:
    shutil.rmtree(submitted(folder, "two_mistakes").parent)
    assert not any(graded.reused for graded in grade(folder, isolated=False).graded)


def changed_folder(folder: Path) -> Path:
    """Hand in better work, worse work and new work, where a check has been repaired since another was graded."""
    hand_in(folder, empty="ada", right="barbara", newcomer="john")
    path, record = CourseFolder(folder).autograded("two_mistakes", ASSIGNMENT), record_of(folder, "two_mistakes")
    (verdict,) = (verdict for verdict in record["verdicts"] if verdict["check"] == "affine_map")
    verdict |= {"points": 1, "outcome": "pass"}
    write_record(path, GradingRecord.from_json(record | {"digest": ""}))
    (folder / ".autograder.lock").unlink()
    return folder


@pytest.mark.deep
@pytest.mark.long("two runs over a class")
def test_a_dry_run_writes_nothing_and_says_who_will_change_by_how_much(folder: Path) -> None:
    before = tree(changed_folder(folder))
    would = grade(folder, seed=11, dry_run=True)
    assert tree(folder) == before
    changes = {change.mark.student.id: change for change in would.changes}
    assert {student: (change.score_before, change.mark.score) for student, change in changes.items()} == {
        "empty": (0, 20),
        "newcomer": (None, 17),
        "right": (20, 18),
        "two_mistakes": (18, 17),
    }
    assert changes["two_mistakes"].questions == [CELL]
    assert verdicts(grade(folder, seed=11)) == verdicts(would)
    assert not grade(folder, seed=11, dry_run=True).changes


def test_dry_run_shows_no_change_under_a_hand_mark(folder: Path) -> None:
    changed_folder(folder)
    mark_by_hand(folder, "two_mistakes", 1, cell=CELL)
    run = grade(folder, seed=11, dry_run=True, student="two_mistakes")
    assert {verdict["check"]: verdict["points"] for verdict in run.graded[0].verdicts}["affine_map"] == 0
    assert not run.changes


def test_dry_run_shows_the_mark_that_loses_a_free_late_day(folder: Path) -> None:
    check = checks_of("dropout")[0]
    later = CourseFolder(folder).autograded("right", "3-dropout")
    later.parent.mkdir(parents=True)
    later.write_text("{}")
    passed = cast(Any, a_verdict("pass", check.exercise, check.name, check.points))
    write_record(later, GradingRecord("dropout", (passed,), handed_in=datetime(2026, 11, 13, 11, tzinfo=UTC)))
    due = "2-layers,2026-11-05 12:00,UTC\n3-dropout,2026-11-12 12:00,UTC\n"
    (folder / "due_dates.csv").write_text(f"assignment,due,time zone\n{due}")
    configure(folder, "LatePenalty", percent_per_day=10, free_days=1)
    submitted(folder, "right", "timestamp.txt").write_text("2026-11-06 11:00:00 UTC")  # takes the only free day
    (change,) = grade(folder, seed=7, dry_run=True).changes
    assert (change.mark.assignment, change.score_before) == ("3-dropout", check.points)
    assert change.mark.score == pytest.approx(0.9 * check.points)


@pytest.mark.deep
@pytest.mark.long("three runs over a class")
def test_the_command_prints_what_would_change_as_a_table_and_as_json(folder: Path) -> None:
    changed_folder(folder)
    (folder / "roster.csv").write_text("id,name\ntwo_mistakes,Ada\n")
    command = ("grade", "--dry-run", "--json", "../would.json", "--student", "two_mistakes")
    heads, line, summary = succeeded(in_process(*command, cwd=folder)).stdout.splitlines()
    assert heads.split() == ["student", "name", "now", "then", "change", "checks"]
    assert line.split(maxsplit=5) == [*("two_mistakes", "Ada", "18", "17", "-1"), "Linear affine_map: 1 to 0 (fail)"]
    assert summary.startswith("dry run, nothing was written: 0 new, 1 changed, 0 unchanged; --seed ")
    told = json.loads((folder.parent / "would.json").read_text())["verdicts"]
    (flip,) = (verdict for verdict in told if verdict["before"] != verdict["points"])
    assert {"student": "two_mistakes", "check": "affine_map", "before": 1, "points": 0}.items() <= flip.items()


# A check is worth what its released cell says, or a decision since


@pytest.mark.parametrize(
    ("change", "points", "refusal"),
    [
        ({"points": 3}, 3, r"Linear\.affine_map counts 1 in 2-layers as released, and 3 in the course now"),
        ({}, 0, r"was released with Linear\.affine_map, which the course no longer has: put the check back"),
        ({"name": "renamed"}, None, r"no cell for Linear\.renamed: run `autograder release"),
    ],
    ids=["other points", "gone", "renamed"],
)
def test_checks_other_than_the_released_ones_are_refused_until_decided(
    change: dict[str, Any], points: int | None, refusal: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [check for check in checks_of("layers") if change or check.id != CELL]
    changed = [replace(check, **change) if check.id == CELL else check for check in asked]
    monkeypatch.setitem(checks._CHECKS, "layers", changed)
    with pytest.raises(CourseFolderError, match=refusal):
        grade(folder)
    if points is not None:
        write_decisions(folder / "decisions.csv", [Decision(ASSIGNMENT, "points", CELL, points=points)])
        right = next(graded for graded in grade(folder, student="right", dry_run=True).graded)
        assert (right.mark.score, right.mark.max_score) == (19 + points, 24 + points)


@pytest.mark.parametrize(
    ("setting", "refusal"),
    [
        ({"course_id": "spring"}, r"holds 2-layers of the course released, and this folder's is spring: "),
        ({"db_url": "postgresql+pg8000://nowhere"}, "needs a driver, pg8000: pip install it"),
    ],
    ids=["of another course", "without its driver"],
)
def test_a_database_that_is_not_this_courses_or_cannot_be_read_is_refused(
    setting: dict[str, str], refusal: str, folder: Path
) -> None:
    configure(folder, "CourseDirectory", **setting)
    with pytest.raises(AutograderError, match=refusal):
        grade(folder)
