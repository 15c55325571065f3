"""The ten of the sample class: what each gets, and that all of it stands in nbgrader's gradebook."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from autograder.checks import checks_of
from autograder.instructor.course.folder import CourseFolder
from autograder.notebooks.graft import read_notebook
from sample_class.answers import answers
from tests.conftest import SAMPLE_CLASS
from tests.instructor.conftest import ASSIGNMENT, gradebook_rows, open_gradebook

CHECKS = checks_of("layers")
POSSIBLE = sum(check.points for check in CHECKS)
STUDENTS = sorted(answers("layers"))
MISTAKES = {
    "barbara": {"linear-transposed-weight"},
    "claude": {"linear-non-leaf-weight", "sequential-plain-list"},
    "john": {"linear-bias-left-out", "flatten-batch-too"},
}
Records = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def written(graded: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((graded / "verdicts.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def records(written: dict[str, Any]) -> Records:
    by_student: Records = defaultdict(list)
    for record in written["verdicts"]:
        by_student[record["student"]].append(record)
    return by_student


def outcomes(records: list[dict[str, Any]], exercise: str) -> set[str]:
    return {record["outcome"] for record in records if record["exercise"] == exercise}


def test_each_of_the_ten_has_a_verdict_on_each_check(records: Records) -> None:
    assert sorted(records) == STUDENTS
    for mine in records.values():
        assert [(record["exercise"], record["check"]) for record in mine] == [
            (check.exercise, check.name) for check in CHECKS
        ]


def test_points_are_lost_for_checks_that_do_not_pass_and_for_nothing_else(records: Records) -> None:
    for mine in records.values():
        for record, check in zip(mine, CHECKS, strict=True):
            assert record["max_points"] == check.points
            assert record["points"] == (check.points if record["outcome"] == "pass" else 0)


@pytest.mark.parametrize("student", ["ada", "alan", "grace"])
def test_right_work_in_any_style_has_all_points(records: Records, student: str) -> None:
    assert sum(record["points"] for record in records[student]) == POSSIBLE == 20


@pytest.mark.parametrize("student", MISTAKES)
def test_known_mistakes_are_named_and_everything_else_is_right(records: Records, student: str) -> None:
    failed = [record for record in records[student] if record["outcome"] != "pass"]
    assert {record["mistake"] for record in failed} == MISTAKES[student]
    wrong = {mistake.partition("-")[0] for mistake in MISTAKES[student]}
    assert {record["exercise"].lower() for record in failed} == wrong


def test_untouched_stubs_have_no_points_and_are_called_missing(records: Records) -> None:
    assert {(record["points"], record["outcome"]) for record in records["dennis"]} == {(0, "missing")}


def test_a_syntax_error_costs_what_stands_in_its_cell_and_is_told(records: Records) -> None:
    assert outcomes(records["edsger"], "he_std") == {"error"}
    assert all("SyntaxError" in record["message"] for record in records["edsger"] if record["exercise"] == "he_std")
    assert sum(record["points"] for record in records["edsger"]) == 0


def test_an_endless_loop_costs_the_exercise_that_it_is_in(records: Records) -> None:
    assert outcomes(records["frances"], "Flatten") == {"timeout"}
    assert outcomes(records["frances"], "Linear") == outcomes(records["frances"], "Sequential") == {"pass"}


def test_a_crash_costs_the_checks_that_meet_it(records: Records) -> None:
    crashed = [record for record in records["hedy"] if record["outcome"] != "pass"]
    assert {record["outcome"] for record in crashed} == {"crash"}
    assert {record["exercise"] for record in crashed} == {"Sequential"}


def test_the_gradebook_has_one_row_for_each_check_with_the_verdicts_points(graded: Path, records: Records) -> None:
    rows = gradebook_rows(graded)
    for student, mine in records.items():
        for record, check in zip(mine, CHECKS, strict=True):
            assert rows.pop((student, check.id)) == record["points"]
    assert {cell for _, cell in rows} == {"layers-written"}


def test_the_gradebooks_sums_are_the_verdicts_sums_of_25(graded: Path, records: Records) -> None:
    with open_gradebook(graded) as gradebook:
        found = {one.student.id: (one.score, one.max_score) for one in gradebook.assignment_submissions(ASSIGNMENT)}
    assert found == {student: (sum(record["points"] for record in mine), 25) for student, mine in records.items()}


def test_a_written_answer_waits_for_a_person_and_none_counts_as_zero(graded: Path) -> None:
    rows = gradebook_rows(graded)
    with open_gradebook(graded) as gradebook:
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            student = submission.student.id
            has_written = (SAMPLE_CLASS / f"{student}.md").exists()
            assert submission.needs_manual_grade == has_written
            assert rows[student, "layers-written"] == (None if has_written else 0)


def test_the_graded_notebook_holds_answers_outputs_and_results_in_the_instructors_cells(graded: Path) -> None:
    folder = CourseFolder(graded)
    instructor = folder.instructor_notebook(ASSIGNMENT)
    notebook = read_notebook(folder.autograded("barbara", ASSIGNMENT))
    assert [cell.metadata for cell in notebook.cells] == [cell.metadata for cell in instructor.cells]
    text = json.dumps(notebook)
    assert "torch.randn(out_features, in_features)" in text
    assert "as torch.nn.Linear stores it" in text


def test_a_written_json_file_has_the_keys_of_the_contract(written: dict[str, Any]) -> None:
    assert written["run"]["seed"] == 1
    assert written["run"]["isolated"] is True
    assert {"autograder", "torch"} <= written["run"]["versions"].keys()
    required = {"student", "assignment", "exercise", "check", "hidden", "points", "max_points", "outcome"}
    required |= {"mistake", "message", "seed", "duration_s"}
    for record in written["verdicts"]:
        assert required <= record.keys()
        assert record["assignment"] == ASSIGNMENT
