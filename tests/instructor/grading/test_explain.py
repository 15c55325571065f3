"""One mark, reproduced: for right, mistaken, crashing, slow and unreadable work."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.checks import checks_of
from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.records import GradingRecord, write_record
from autograder.instructor.grading.explain import (
    ExplainedMark,
    explaining,
    explanation_text,
    find_check,
    graded_work,
)
from autograder.sandbox import Limits
from tests.commands import in_process, succeeded
from tests.instructor.conftest import ASSIGNMENT, record_of

CHECKS = checks_of("layers")
# Of the sample class: whose work, which check, and how it ended.
ENDINGS = [
    ("ada", "Linear.affine_map", "pass", None),
    ("john", "Linear.affine_map", "fail", "linear-bias-left-out"),
    ("barbara", "Linear.affine_map", "error", "linear-transposed-weight"),
    ("hedy", "Sequential.order", "crash", None),
    pytest.param(
        "frances",
        "Flatten.rows",
        "timeout",
        None,
        marks=[pytest.mark.deep, pytest.mark.long("its time has to be over")],
    ),
    ("dennis", "Linear.affine_map", "missing", None),
    ("edsger", "Linear.affine_map", "error", None),
]


Explain = Callable[[str, str, str], ExplainedMark]


@pytest.fixture(scope="module")
def explained(graded: Path, course: Course) -> Iterator[Explain]:
    """Explain a mark of the sample class, all of them in one sandbox."""
    with explaining(CourseFolder.here(graded), course) as again:
        yield again


@pytest.mark.parametrize(("student", "check", "outcome", "mistake"), ENDINGS, ids=lambda value: str(value))
def test_a_mark_comes_out_again(
    explained: Explain, student: str, check: str, outcome: str, mistake: str | None
) -> None:
    mark = explained(student, ASSIGNMENT, check)
    assert (mark.verdict.outcome, mark.recorded["outcome"]) == (outcome, outcome)
    assert mark.recorded["mistake"] == mistake
    assert mark.reproduced
    assert mark.verdict.message == mark.recorded["message"]
    assert ("not as expected" in explanation_text(mark)) == (outcome != "pass")


@pytest.fixture(scope="module")
def bias_left_out(explained: Explain) -> ExplainedMark:
    return explained("john", ASSIGNMENT, "Linear.affine_map")


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
    mistake = next(mistake for mistake in course.mistakes("layers") if mistake.id == "linear-bias-left-out")
    assert mistake.says in " ".join(text.split())
    assert "graded shut in, limits: cell_s 20.0, " in text and f"memory_bytes {Limits().memory_bytes:,}" in text
    assert text.endswith("This is the recorded verdict.")
    trusted = replace(bias_left_out, record=replace(bias_left_out.record, isolated=False))
    assert "graded NOT ISOLATED (--no-sandbox), limits: " in explanation_text(trusted)


def test_no_line_of_the_text_is_obeyed_by_a_terminal(bias_left_out: ExplainedMark) -> None:
    mark = replace(bias_left_out, student="ada\x1b[2J\u202e", decided=["\x07"])
    lines = explanation_text(mark).splitlines()
    assert all(line.isprintable() for line in lines)
    assert any(line.startswith("decided since: ") for line in lines)


def test_another_verdict_than_the_recorded_one_is_said_and_the_graded_answers_are_explained(
    graded_folder: Path, course: Course
) -> None:
    folder = CourseFolder.here(graded_folder)
    ada, john = (folder.submissions([ASSIGNMENT], student)[0].file for student in ("ada", "john"))
    shutil.copyfile(ada, john)  # right work, that was handed in since
    record = record_of(graded_folder, "john")
    for verdict in record["verdicts"]:
        verdict |= {"outcome": "pass", "points": 1}
    write_record(folder.autograded("john", ASSIGNMENT), GradingRecord.from_json(record))
    with explaining(folder, course) as again:
        mark = again("john", ASSIGNMENT, "Linear.affine_map")
    assert (mark.verdict.outcome, mark.reproduced) == ("fail", False)
    assert explanation_text(mark).splitlines()[-1].startswith("THE RECORDED VERDICT IS ANOTHER: pass, 1 of ")


@pytest.mark.deep
@pytest.mark.long("a class is graded")
def test_work_that_cannot_be_read_is_explained_as_such(graded_folder: Path, course: Course) -> None:
    folder = CourseFolder.here(graded_folder)
    folder.submissions([ASSIGNMENT], "ada")[0].file.write_text("{")
    succeeded(in_process("grade", "--student", "ada", cwd=graded_folder))
    with explaining(folder, course) as again:
        mark = again("ada", ASSIGNMENT, "Linear.parameters")
    assert (mark.verdict.outcome, mark.reproduced) == ("invalid", True)
    assert "is not a notebook" in explanation_text(mark)


def test_a_check_is_found_by_each_of_its_names_and_another_name_is_refused_with_those_that_can_be_meant() -> None:
    for name in ("Linear.affine_map", "Linear-affine_map", "layers-Linear-affine_map", "affine_map"):
        assert find_check(CHECKS, name).id == "layers-Linear-affine_map"
    every_name = ", ".join(f"{check.exercise}.{check.name}" for check in CHECKS)
    with pytest.raises(CourseFolderError, match=f"no check is called 'affine'.*{every_name}"):
        find_check(CHECKS, "affine")
    twin = replace(CHECKS[0], exercise="Other")
    with pytest.raises(CourseFolderError, match=f"more than one.*: there are Linear.{twin.name}, Other.{twin.name}$"):
        find_check([CHECKS[0], twin, CHECKS[1]], twin.name)


def test_ungraded_work_is_refused(released: Path) -> None:
    with pytest.raises(CourseFolderError, match="ada handed nothing in"):
        graded_work(CourseFolder.here(released), "ada", ASSIGNMENT)
