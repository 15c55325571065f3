"""The questions of a round: about an exercise that passed, and different ones for the same code."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.grading.workers import Sandboxes
from autograder.instructor.viva.edits import Edit
from autograder.instructor.viva.question import TalkQuestion
from autograder.instructor.viva.round import GradedAnswers, Talk, deal, require_talk, talks
from autograder.sandbox import Cell, Program, RunResult, Sandbox

POOL = ThreadPoolExecutor(1)
CODE = """
def rms_through(model, x):
    found = []
    for layer in model:
        x = layer(x)
        found.append(float((x**2).mean() ** 0.5))
    return found
"""


def question(place: int) -> TalkQuestion:
    return TalkQuestion("layers", "rms_through", "", Edit("", 0, 0, "", "", 1), place, "", "", "", "", "", "", 0)


def places(*orders: list[int]) -> list[int | None]:
    dealt = deal([[question(place) for place in order] for order in orders])
    return [question and question.place for question in dealt]


def test_those_with_the_same_code_get_different_questions_while_there_are_some() -> None:
    assert places([1, 2], [1, 2], [2, 1, 3]) == [1, 2, 3]
    assert places([1], [1]) == [1, 1]
    assert places([]) == [None]


def work(student: str, code: str = CODE) -> GradedAnswers:
    return GradedAnswers(student, "layers", (Cell("layers-rms_through", code),), ("rms_through",))


def in_turn(run: Callable[[Program], RunResult], at_a_time: int = 1) -> Sandboxes:
    return Sandboxes(lambda program: POOL.submit(run, program), at_a_time)


def asked(sandbox: Sandbox, work: GradedAnswers, assignment: str) -> TalkQuestion:
    (talk,) = talks([work], assignment, in_turn(sandbox.run))
    return talk.question


@pytest.mark.deep
def test_a_class_with_one_program_gets_as_many_questions_and_each_alone_the_same(sandbox: Sandbox) -> None:
    reformatted = CODE.replace("    return", "    # each\n    return ")
    works = [work("ada"), work("alan"), work("grace", reformatted), replace(work("john"), passed=(), trouble="no")]
    held = talks(works, "2-layers", in_turn(sandbox.run))
    assert [talk.student for talk in held] == ["ada", "alan", "grace", "john"]
    assert len({talk.question.place for talk in held[:3] if talk.question}) == 3
    assert held[3] == Talk("john", None, "no")
    for talk in held[1:3]:
        assert talks(works, "2-layers", in_turn(sandbox.run), only_for={talk.student}) == [talk]


@pytest.mark.deep
def test_an_exercise_without_a_question_makes_way_for_the_next(sandbox: Sandbox) -> None:
    cells = (Cell("layers-Flatten", "Flatten = torch.nn.Flatten"), *work("ada").cells)
    both = GradedAnswers("ada", "layers", (Cell("setup", "import torch"), *cells), ("Flatten", "rms_through"))
    for assignment in ("a", "b", "c"):  # one of which begins with the other exercise
        assert asked(sandbox, both, assignment).exercise == "rms_through"


@pytest.mark.deep
def test_code_without_a_place_for_an_edit_is_explained_in_a_sentence(sandbox: Sandbox) -> None:
    (talk,) = talks([work("ada", "from math import sqrt as rms_through")], "2-layers", in_turn(sandbox.run))
    assert talk == Talk("ada", None, "no small edit of ada's code has a definite answer")


def test_a_round_in_which_nobody_can_be_asked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseFolderError, match="no student's code can be asked about: none passed"):
        require_talk(CourseFolder(tmp_path), [replace(work("ada"), trouble="none passed")], "2-layers", None)


def test_an_error_of_the_course_folder_ends_the_round() -> None:
    def fail(program: Program) -> RunResult:
        raise CourseFolderError("broken")

    with pytest.raises(CourseFolderError, match="broken"):
        talks([work("ada"), work("alan")], "2-layers", in_turn(fail, 2))
