"""One mark, reproduced: for right, mistaken, crashing, slow and unreadable work."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.checks import checks_of
from autograder.course import Course
from autograder.expectations.live import LiveExpectations
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.grading.explain import ExplainedMark, changes_since, explain, find_check, graded_notebook
from autograder.instructor.grading.explanation import MAX_NUMBERS, explanation_json, explanation_text
from autograder.sandbox import Limits, Sandbox
from tests.commands import run
from tests.conftest import copy_course

ASSIGNMENT = "2-layers"
CHECKS = checks_of("layers")
# Of the sample class: whose work, which check, and how it ended.
ENDINGS = [
    ("ada", "Linear.affine_map", "pass", None),
    ("john", "Linear.affine_map", "fail", "linear-bias-left-out"),
    ("barbara", "Linear.affine_map", "error", "linear-transposed-weight"),
    ("hedy", "Sequential.order", "crash", None),
    ("frances", "Flatten.rows", "timeout", None),
    ("dennis", "Linear.affine_map", "missing", None),
    ("edsger", "he_std.rule", "error", None),
]


Explain = Callable[[Path, str, str], ExplainedMark]


@pytest.fixture(scope="module")
def explained(course: Course) -> Iterator[Explain]:
    """Explain a mark of a graded course folder, all of them in one sandbox, with less time for what never ends."""
    expect = LiveExpectations(course)
    with Sandbox(Limits(check_s=2.0), hidden=[course.folder]) as sandbox:

        def again(folder: Path, student: str, check: str) -> ExplainedMark:
            notebook = graded_notebook(CourseFolder.here(folder), student, ASSIGNMENT)
            return explain(student, ASSIGNMENT, notebook, find_check(CHECKS, check), [], sandbox.run, expect)

        yield again


@pytest.mark.parametrize(("student", "check", "outcome", "mistake"), ENDINGS, ids=lambda value: str(value))
def test_a_mark_comes_out_again(
    graded: Path, explained: Explain, student: str, check: str, outcome: str, mistake: str | None
) -> None:
    mark = explained(graded, student, check)
    assert (mark.verdict.outcome, mark.recorded["outcome"]) == (outcome, outcome)
    assert mark.recorded["mistake"] == mistake
    assert mark.reproduced
    assert mark.verdict.message == mark.recorded["message"]


@pytest.fixture(scope="module")
def bias_left_out(graded: Path, explained: Explain) -> ExplainedMark:
    return explained(graded, "john", "Linear.affine_map")


def test_the_text_has_seed_check_observed_expected_verdict_and_mistake(
    bias_left_out: ExplainedMark, course: Course
) -> None:
    text = explanation_text(bias_left_out)
    assert f"seed {bias_left_out.recorded['seed']}" in text
    assert "def affine_map(names: SimpleNamespace, rng: torch.Generator)" in text
    right, wrong = (bias_left_out.expected, bias_left_out.observed)
    for name, value in right.observations.items():
        for label, shown in (("observed", wrong.observations[name]), ("expected", value)):
            if shown is None or not shown.numel():  # type: ignore[union-attr]  # of a batch without examples
                continue
            first = f"{float(shown.flatten()[0]):.4g}"  # type: ignore[union-attr]
            block = text.split(f"  {name}: ")[1].split(f"{label}: ")[1].splitlines()[0]
            assert first in block
    mistake = next(one for one in course.mistakes("layers") if one.id == "linear-bias-left-out")
    assert mistake.says in " ".join(text.split())
    assert text.endswith("This is the recorded verdict.")


def test_what_is_as_expected_is_told_from_what_is_not(graded: Path, explained: Explain) -> None:
    text = explanation_text(explained(graded, "ada", "Linear.affine_map"))
    assert ": as expected" in text
    assert "not as expected" not in text


def test_the_json_has_the_numbers_themselves(bias_left_out: ExplainedMark) -> None:
    shown = json.loads(json.dumps(explanation_json(bias_left_out), allow_nan=False))
    assert shown["reproduced"]
    assert shown["recorded"] == bias_left_out.recorded
    for name, value in bias_left_out.expected.observations.items():
        assert shown["expected"][name]["values"] == value.flatten()[:MAX_NUMBERS].tolist()  # type: ignore[union-attr]
    assert shown["expected"] != shown["observed"]


def test_nothing_in_the_text_is_obeyed_by_a_terminal(bias_left_out: ExplainedMark) -> None:
    mark = replace(bias_left_out, student="ada\x1b[2J\u202e", warnings=["\x07"])
    assert all(line.isprintable() for line in explanation_text(mark).splitlines())


# Another verdict, and what has changed


@pytest.fixture
def own_copy(graded: Path, tmp_path: Path) -> Path:
    copy_course(graded, tmp_path / "course")
    return tmp_path / "course"


def record_of(folder: Path, student: str, change: dict[str, Any]) -> None:
    """Change the record of a graded notebook."""
    path = CourseFolder.here(folder).autograded(student, ASSIGNMENT)
    notebook = nbformat.read(path, 4)
    record = notebook.metadata["autograder"]
    record["verdicts"] = [verdict | change.get("verdicts", {}) for verdict in record["verdicts"]]
    record["run"]["versions"] |= change.get("versions", {})
    nbformat.write(notebook, path)


def warnings(folder: Path, course: Course, student: str) -> list[str]:
    notebook = graded_notebook(CourseFolder.here(folder), student, ASSIGNMENT)
    return changes_since(notebook, CourseFolder.here(folder), course, student, ASSIGNMENT)


def test_where_nothing_has_changed_nothing_is_warned_of(graded: Path, course: Course) -> None:
    assert warnings(graded, course, "ada") == []


def test_a_verdict_that_was_not_this_one_is_told(own_copy: Path, explained: Explain) -> None:
    record_of(own_copy, "ada", {"verdicts": {"outcome": "fail", "points": 0}})
    mark = explained(own_copy, "ada", "Linear.parameters")
    assert not mark.reproduced
    assert explanation_text(mark).splitlines()[-1].startswith("THE RECORDED VERDICT IS ANOTHER: fail, 0 of ")


def test_another_version_is_warned_of(own_copy: Path, course: Course) -> None:
    record_of(own_copy, "ada", {"versions": {"torch": "1.0"}})
    (warning,) = warnings(own_copy, course, "ada")
    assert warning.startswith("torch was 1.0 and is ")


def test_after_new_work_was_handed_in_the_graded_answers_are_explained(
    own_copy: Path, course: Course, explained: Explain
) -> None:
    submitted = own_copy / "submitted"
    notebook = f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
    shutil.copyfile(submitted / "ada" / notebook, submitted / "john" / notebook)
    assert warnings(own_copy, course, "john") == [
        "another file has been handed in since; these are the answers as they were graded"
    ]
    mark = explained(own_copy, "john", "Linear.affine_map")
    assert (mark.verdict.outcome, mark.reproduced) == ("fail", True)


def test_work_that_is_no_longer_there_is_warned_of(own_copy: Path, course: Course) -> None:
    shutil.rmtree(own_copy / "submitted" / "john")
    (warning,) = warnings(own_copy, course, "john")
    assert warning.startswith("the submission is no longer there")


def test_after_the_notebook_of_the_assignment_changed_that_is_warned_of(own_copy: Path, course: Course) -> None:
    path = CourseFolder.here(own_copy).released(ASSIGNMENT)
    notebook = nbformat.read(path, 4)
    notebook.metadata["changed"] = True
    nbformat.write(notebook, path)
    (warning,) = warnings(own_copy, course, "ada")
    assert warning.startswith("the checks, the reference, the limits or a rule has changed since")


@pytest.mark.long("a class is graded")
def test_work_that_cannot_be_read_is_explained_as_such(own_copy: Path, course: Course, explained: Explain) -> None:
    (own_copy / "submitted" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").write_text("{")
    done = run("autograder.instructor.cli", "grade", "--student", "ada", cwd=own_copy)
    assert done.returncode == 0, done.stderr
    assert warnings(own_copy, course, "ada") == []
    mark = explained(own_copy, "ada", "Linear.parameters")
    assert (mark.verdict.outcome, mark.reproduced) == ("invalid", True)
    assert "is not a notebook" in explanation_text(mark)


# Which check is meant


@pytest.mark.parametrize("name", ["Linear.affine_map", "Linear-affine_map", "layers-Linear-affine_map", "affine_map"])
def test_a_check_is_found_by_each_of_its_names(name: str) -> None:
    assert find_check(CHECKS, name).id == "layers-Linear-affine_map"


def test_an_unknown_check_is_refused_with_all_that_there_are() -> None:
    with pytest.raises(CourseFolderError, match="no check is called 'affine'") as refused:
        find_check(CHECKS, "affine")
    assert all(f"{check.exercise}.{check.name}" in str(refused.value) for check in CHECKS)


def test_a_name_that_two_checks_have_is_refused_with_both() -> None:
    twin = replace(CHECKS[0], exercise="Other")
    with pytest.raises(CourseFolderError, match=f"Linear.{twin.name}, Other.{twin.name}$"):
        find_check([CHECKS[0], twin, CHECKS[1]], twin.name)


def test_work_that_is_not_graded_yet_is_told_with_the_command(released: Path) -> None:
    with pytest.raises(CourseFolderError, match="ada handed nothing in"):
        graded_notebook(CourseFolder.here(released), "ada", ASSIGNMENT)
