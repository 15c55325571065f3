"""Every submission ends in verdicts with a reason, and stops nobody else's grading."""

from pathlib import Path

import pytest

from autograder.checks import checks_of
from autograder.course import Course, chapters_of
from autograder.instructor.course.folder import HandedIn
from autograder.instructor.course.records import GradingRecord
from autograder.instructor.grading.submission import completed, grade_one
from autograder.instructor.releasing.source import source_notebook
from autograder.judge.expectations import LiveExpectations
from autograder.observe import Answer
from autograder.sandbox import CellResult, Limits, RunResult
from autograder.sandbox.cells import OUT_OF_TIME
from tests.instructor.conftest import gradebook_rows, record_of
from tests.instructor.grading.broken import BROKEN

CHECKS = checks_of("layers")
UNREADABLE = {
    "malformed": "is not a notebook",
    "missing": "2-layers.ipynb is missing",
}
RIGHT = {
    "renamed": "",
    "metadata_changed": "",
    "metadata_of_no_type": "",
    "extra_cells": "2 code cells outside the exercises did not count",
    "chatty": "",
}


def outcomes(folder: Path, student: str, exercise: str | None = None) -> set[str]:
    verdicts = record_of(folder, student)["verdicts"]
    return {verdict["outcome"] for verdict in verdicts if exercise in (None, verdict["exercise"])}


def test_every_submission_has_all_verdicts_and_they_are_in_the_gradebook(broken_class: Path) -> None:
    rows = gradebook_rows(broken_class)
    for student in BROKEN:
        verdicts = record_of(broken_class, student)["verdicts"]
        assert [verdict["check"] for verdict in verdicts] == [check.name for check in CHECKS]
        assert [rows[student, check.id] for check in CHECKS] == [verdict["points"] for verdict in verdicts]


@pytest.mark.parametrize("student", UNREADABLE)
def test_a_file_that_is_no_notebook_is_invalid_for_a_stated_reason(broken_class: Path, student: str) -> None:
    assert outcomes(broken_class, student) == {"invalid"}
    (note,) = record_of(broken_class, student)["notes"]
    assert UNREADABLE[student] in note
    assert note.startswith("2-layers.ipynb "), "the student is told of a folder of the instructor's"
    assert "\n" not in note


@pytest.mark.parametrize("student", RIGHT)
def test_right_answers_keep_all_points_whatever_stands_around_them(broken_class: Path, student: str) -> None:
    assert outcomes(broken_class, student) == {"pass"}
    assert RIGHT[student] in " ".join(record_of(broken_class, student)["notes"])


def test_a_deleted_cell_costs_its_own_exercise(broken_class: Path) -> None:
    assert outcomes(broken_class, "cell_deleted", "Flatten") == {"missing"}
    assert outcomes(broken_class, "cell_deleted", "Linear") == outcomes(broken_class, "cell_deleted", "Sequential")
    assert record_of(broken_class, "cell_deleted")["notes"] == [
        "the cell layers-Flatten is missing; it counts as not answered"
    ]


def test_a_notebook_of_another_assignment_is_invalid(broken_class: Path) -> None:
    assert outcomes(broken_class, "other_assignment") == {"invalid"}
    assert "is it the notebook of another one?" in record_of(broken_class, "other_assignment")["notes"][0]


def test_changed_checks_win_nothing_and_are_noted(broken_class: Path) -> None:
    assert "pass" not in outcomes(broken_class, "tests_changed", "Flatten")
    assert outcomes(broken_class, "tests_changed", "Linear") == {"pass"}
    notes = record_of(broken_class, "tests_changed")["notes"]
    assert len(notes) == len(CHECKS)
    assert all(note.endswith("differs from the released one, which counts") for note in notes)


def test_a_cell_that_was_stopped_is_noticed_though_its_checks_can_pass(course: Course) -> None:
    (chapter,) = (chapter for chapter in chapters_of(course) if chapter.room == "layers")
    notebook = source_notebook(chapter, course)
    stopped = {"layers-Linear": CellResult("", OUT_OF_TIME)}
    answered = {(check.exercise, check.name): Answer("missing", {}, "") for check in CHECKS}
    ran = RunResult(stopped, answered)
    _, record = grade_one(notebook, lambda: notebook, lambda program: ran, LiveExpectations(course), 7)
    notice = "layers-Linear: the cell did not end in time and was stopped; what it had defined by then counts"
    assert record.notes[-1] == notice


def test_a_time_that_is_none_is_noted() -> None:
    record = completed(GradingRecord("layers"), HandedIn("2-layers.ipynb", b"", "", "the day after"), "", Limits())
    assert record.notes == ("timestamp.txt holds no time; it counts as handed in in time",)
    assert record.handed_in is None
