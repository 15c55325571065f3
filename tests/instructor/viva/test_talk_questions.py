"""Each question about right code has one definite answer, which the edit has changed."""

import re
from pathlib import Path
from unittest import mock

import pytest
import torch

from autograder.checks import Observation, Raised, rooms
from autograder.instructor.authoring.right_answers import RightAnswer
from autograder.instructor.viva.edits import edits_of
from autograder.instructor.viva.question import NOTHING, differs, observed, scenes_of, spoken
from autograder.sandbox import Sandbox
from tests.instructor.viva.conftest import COURSE, asked, cells_of, written_answers
from tests.suite import is_deep

# These inherit all that the exercise asks for from PyTorch: there is no line of the student's to edit.
NOT_ASKED = {
    ("approximation/modules", "ReLU"),
    ("layers/functional", "Flatten"),
    ("layers/functional", "Sequential"),
    # After each small edit of these an error comes out, which is no question.
    ("approximation/numpy_style", "ReLU"),
    ("layers/loops", "Flatten"),
    ("dropout/inherited", "Dropout"),
    ("training/saved_in_a_buffer", "Learner"),
}


WRITTEN = [
    pytest.param(answer, exercise, id=f"{answer.room}-{answer.name}-{exercise}")
    for answer in written_answers()
    for exercise in scenes_of(answer.room)
    if (f"{answer.room}/{answer.name}", exercise) not in NOT_ASKED
    if is_deep() and edits_of(answer.source, exercise)  # of each answer: seconds, in each worker
]


def test_each_exercise_of_the_course_has_a_scene_and_each_scene_an_exercise() -> None:
    for room in rooms():
        assert list(scenes_of(room)) == [exercise.name for exercise in COURSE.exercises(room)]


@pytest.mark.parametrize(("answer", "exercise"), WRITTEN)
@pytest.mark.deep
@pytest.mark.long("each edit runs twice, in some exercises dozens of them")
def test_each_question_has_a_definite_answer(sandbox: Sandbox, answer: RightAnswer, exercise: str) -> None:
    room, source = answer.room, answer.source
    for seed in ("ada", "alan", "grace") if is_deep() else ("ada",):
        question = asked(sandbox, room, exercise, source, seed)
        assert question, f"nothing can be asked about {exercise} with the seed {seed}"
        assert question.answer != question.before
        edited = cells_of(room, question.edit.apply(question.source))
        with mock.patch("autograder.instructor.viva.question.RUNS", (71, 72)):
            (again,) = observed(room, exercise, edited, edited[1].id, [NOTHING], sandbox.run)
        assert spoken(again[question.given, question.asked]) == question.answer
    assert question == asked(sandbox, room, exercise, source, seed)


@pytest.mark.deep
@pytest.mark.long("four questions are found, each by many edits that run twice")
def test_another_seed_gives_another_question(sandbox: Sandbox) -> None:
    source = COURSE.source("layers")
    asked_about = [asked(sandbox, "layers", "Linear", source, seed) for seed in ("ada", "alan", "grace", "john")]
    assert len({question and question.edit for question in asked_about}) > 1


# Each has a single edit, or edits of which one alone has a definite result: its own.
INDEFINITE = {
    "a random result": ("def rms_through(model, x):\n    return float(torch.rand(())) * len(x)\n", None),
    "memory that nobody has written": (
        """
import torch
before = [torch.full((999,), float("nan")) for _ in range(20)]
del before
def rms_through(model, x):
    return float(torch.empty(999).fill_(0.5)[7])
""",
        "`.fill_(0.5)` is left out",
    ),
    "a loop without an end": (
        "def rms_through(model, x):\n    n = 0\n    while n < 3:\n        n += 1\n    return n / len(x)\n",
        "`n += 1` is left out",
    ),
}


@pytest.mark.parametrize(("source", "edit"), INDEFINITE.values(), ids=INDEFINITE)
def test_an_edit_after_which_nothing_definite_comes_out_is_not_asked_about(
    source: str, edit: str | None, sandbox: Sandbox
) -> None:
    """In one of two runs memory is filled with NaN; in the other one it is not, even where NaN has been before."""
    edits = [one for one in edits_of(source, "rms_through") if edit in (None, one.says)]
    assert edits
    before, *after = observed(
        "layers", "rms_through", cells_of("layers", source), "layers-answers", [NOTHING, *edits], sandbox.run
    )
    assert before or edit is None
    assert [values for values in after if values and values != before] == []


CATALOGUE = Path(__file__).with_name("hostile.md").read_text(encoding="utf-8")
HOSTILE = dict(re.findall(r"^## ([^\n]+)\n\n```python\n(.*?)^```$", CATALOGUE, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.deep
@pytest.mark.long("what never answers has its time")
def test_a_hostile_cell_breaks_nothing(sandbox: Sandbox, source: str) -> None:
    if question := asked(sandbox, "layers", "rms_through", source):
        assert len(question.answer) <= 80
        assert "<" not in question.answer
    assert asked(sandbox, "layers", "rms_through", COURSE.source("layers"))


@pytest.mark.parametrize(
    ("source", "is_asked_about"),
    [
        ("def rms_through(:", False),
        ("def rms_through(model, x):\n    return len(x)\n" + "# long\n" * 5000, False),
        ("from math import sqrt as rms_through", False),
        ("%matplotlib inline\n!echo hi\n\ndef rms_through(model, x):\n    return len(x) / 2\n", True),
    ],
    ids=["no Python", "too long", "nothing to edit", "magics"],
)
def test_a_cell_is_asked_about_where_it_can_be_read(source: str, is_asked_about: bool, sandbox: Sandbox) -> None:
    assert (asked(sandbox, "layers", "rms_through", source) is not None) is is_asked_about


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (torch.tensor([[1.0, -0.0], [0.25, 1 / 3]]), "[[1, 0], [0.25, 0.3333]]"),
        (torch.zeros(3, 5), "a tensor of the shape (3, 5)"),
        (torch.zeros(0, 2), "no numbers, in the shape (0, 2)"),
        (Raised("ValueError", "long"), None),
        ("<f at 0x7f00deadbeef>", None),
        ("long " * 30, None),
        ("a Linear", None),
    ],
)
def test_an_answer_is_short(value: Observation, words: str | None) -> None:
    assert spoken(value) == words


@pytest.mark.parametrize(
    ("before", "after", "is_question"),
    [
        (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0001]), False),
        (0.5493, 0.5491, False),
        (torch.tensor(float("nan")), torch.tensor(float("nan")), False),
        (1.0, 1.5, True),
        (torch.zeros(2), torch.zeros(3), True),
    ],
)
def test_rounding_makes_no_difference(before: Observation, after: Observation, is_question: bool) -> None:
    assert differs(before, after) == is_question
