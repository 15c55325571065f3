"""The ten of the sample class: what each gets, and that all of it stands in nbgrader's gradebook."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from autograder.checks import checks_of
from autograder.instructor.course.folder import CourseFolder
from autograder.notebooks.graft import read_notebook
from sample_class.the_ten import HERE, ROOM, answers
from tests.instructor.conftest import ASSIGNMENT, gradebook_rows, open_gradebook

CHECKS = checks_of("layers")
EXERCISES = ("Linear", "Flatten", "Sequential", "rms_through", "scale_layers", "cross_entropy", "relative_steps")
# The points of each, and in which exercise which known mistake is named, or what else happened.
EXPECTED = {
    **dict.fromkeys(("ada", "alan", "grace"), (20, set[tuple[str, str]]())),
    "barbara": (18, {("Linear", "linear-transposed-weight")}),
    "claude": (
        16,
        {
            ("Linear", "linear-non-leaf-weight"),
            ("Sequential", "sequential-plain-list"),
            ("Sequential", "sequential-no-negative-indices"),
        },
    ),
    "john": (17, {("Linear", "linear-bias-left-out"), ("Flatten", "flatten-batch-too")}),
    "dennis": (0, {(exercise, "missing") for exercise in EXERCISES}),
    "edsger": (0, {("Linear", "error"), *((exercise, "missing") for exercise in EXERCISES[1:])}),
    "frances": (18, {("Flatten", "timeout")}),
    "hedy": (19, {("Sequential", "crash")}),
}
Records = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def written(graded: Path) -> dict[str, Any]:
    exported: dict[str, Any] = json.loads((graded / "verdicts.json").read_text(encoding="utf-8"))
    return exported


@pytest.fixture(scope="module")
def records(written: dict[str, Any]) -> Records:
    by_student: Records = defaultdict(list)
    for record in written["verdicts"]:
        by_student[record["student"]].append(record)
    return by_student


def test_each_of_the_ten_has_a_verdict_on_each_check_and_loses_points_only_where_it_does_not_pass(
    records: Records,
) -> None:
    assert sorted(records) == sorted(answers("layers")) == sorted(EXPECTED)
    for verdicts in records.values():
        for record, check in zip(verdicts, CHECKS, strict=True):
            assert (record["exercise"], record["check"]) == (check.exercise, check.name)
            assert record["max_points"] == check.points
            assert record["points"] == (check.points if record["outcome"] == "pass" else 0)


@pytest.mark.parametrize("student", EXPECTED)
def test_what_is_wrong_is_named_and_costs_its_points_and_everything_else_is_right(
    records: Records, student: str
) -> None:
    wrong = [record for record in records[student] if record["outcome"] != "pass"]
    faults = {(record["exercise"], record["mistake"] or record["outcome"]) for record in wrong}
    assert (sum(record["points"] for record in records[student]), faults) == EXPECTED[student]


def test_the_gradebooks_sums_are_the_verdicts_sums_of_25(graded: Path, records: Records) -> None:
    with open_gradebook(graded) as gradebook:
        submissions = gradebook.assignment_submissions(ASSIGNMENT)
        sums = {row.student.id: (row.score, row.max_score) for row in submissions}
    assert sums == {
        student: (sum(record["points"] for record in verdicts), 25) for student, verdicts in records.items()
    }


def test_a_written_answer_waits_for_a_person_and_none_counts_as_zero(graded: Path) -> None:
    rows = gradebook_rows(graded)
    with open_gradebook(graded) as gradebook:
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            student = submission.student.id
            has_written = (HERE / ROOM / f"{student}.md").exists()
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
