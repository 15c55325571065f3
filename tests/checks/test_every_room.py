"""What must hold of the checks and the known mistakes of every room. A new room is tested without a line here."""

import ast
import inspect
import re
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from autograder.checks import Check, Sample, checks_of, rooms
from autograder.course import Chapter, Course, chapters_of, names_of_source
from autograder.instructor.authoring.proving import faults_of, missed, unstable
from autograder.instructor.authoring.right_answers import RightAnswer, right_answers
from autograder.instructor.reports.code_tokens import code_tokens
from autograder.instructor.viva.source_text import defining
from autograder.judge.comparison import same_answer, tolerance_of
from autograder.judge.expectations import LiveExpectations
from autograder.observe import observe, seed_of
from autograder.parsing import parse
from tests.checks.conftest import SEED, Judge, failed, named

SEEDS = range(SEED, SEED + 10)  # that a mistake is caught at all, tests/wrong tries at many more
EACH_SEED = [SEEDS[0], *(pytest.param(seed, marks=pytest.mark.deep) for seed in SEEDS[1:])]
COURSE = Course.installed()
RIGHT = [answer for room in rooms() for answer in right_answers(COURSE, room)]
RIGHT_ANSWERS = 4  # of each exercise
EACH_RIGHT_ANSWER = pytest.mark.parametrize("answer", RIGHT, ids=lambda answer: f"{answer.room}-{answer.name}")
# The chapters show the first, and explanations name it; the second is a few words of English.
TAUGHT = {"super().__init__()", "return x"}
# Right answers in the course's tests that are PyTorch's own part.
EXERCISES = [(room, exercise.name) for room in rooms() for exercise in COURSE.exercises(room)]


@pytest.mark.parametrize(("room", "exercise"), EXERCISES)
@pytest.mark.deep
@pytest.mark.long("every mistake at ten seeds; at one each day, as the book's page of them is built and read")
@pytest.mark.timeout(1800)
def test_each_known_mistake_is_caught_and_named_at_each_seed(room: str, exercise: str) -> None:
    assert [str(fault) for fault in missed(COURSE, checks_of(room, exercise), SEEDS)] == []


@pytest.mark.parametrize("chapter", chapters_of(COURSE), ids=lambda chapter: chapter.room)
def test_a_chapter_fits_together_and_its_reference_is_stable(chapter: Chapter, live: LiveExpectations) -> None:
    assert faults_of(COURSE, chapter) == []
    assert list(unstable(live, checks_of(chapter.room), SEED)) == []


@pytest.mark.parametrize("room", rooms())
@pytest.mark.deep
@pytest.mark.long("every mistake in every check of a room, a second time for its own exercise")
def test_a_mistake_costs_no_points_of_another_exercise(room: str, verdicts_on: Judge) -> None:
    for mistake in COURSE.mistakes(room):
        verdicts = verdicts_on(room, COURSE.mistaken(room, mistake), SEED)
        assert {verdict.check.exercise for verdict in failed(verdicts)} == {mistake.exercise}, mistake.id
        assert named(verdicts) == {mistake.id}


@pytest.mark.parametrize("room", rooms())
def test_a_second_look_says_something_else_and_neither_says_the_solution(room: str) -> None:
    """Neither a line of it, nor what such a line returns or assigns."""
    said = {exercise.name: list(COURSE.first_hints(room, exercise.name)) for exercise in COURSE.exercises(room)}
    for mistake in COURSE.mistakes(room):
        assert mistake.hint and mistake.hint != mistake.says, mistake.id
        said[mistake.exercise] += [mistake.says, mistake.hint]
    for exercise in COURSE.exercises(room):
        for line, text in product(set(exercise.solution_lines) - TAUGHT, said[exercise.name]):
            assert line not in text and value_in(line) not in text, text


def value_in(line: str) -> str:
    """Return what stands behind ``return`` or the equals sign of a line; a short one, such as ``0``, says nothing."""
    value = line.removeprefix("return ").rpartition(" = ")[2]
    return value if len(value) >= 12 else line


@pytest.mark.parametrize("run_seed", EACH_SEED)
@EACH_RIGHT_ANSWER
@pytest.mark.long("every check of a room")
def test_a_right_answer_passes_every_check(answer: RightAnswer, run_seed: int, verdicts_on: Judge) -> None:
    """It may answer some exercises of its room and leave others out."""
    names = answer.names()
    exercises = [name for room, name in EXERCISES if room == answer.room and hasattr(names, name)]
    verdicts = [verdict for name in exercises for verdict in verdicts_on(answer.room, names, run_seed, name)]
    assert verdicts
    assert [verdict.message for verdict in failed(verdicts)] == []


@pytest.mark.deep
@EACH_RIGHT_ANSWER
def test_right_answers_are_five_times_closer_than_the_tolerances(answer: RightAnswer) -> None:
    """So that another order of additions, or another processor, does not make a right answer fail."""
    room, names = answer.room, answer.names()
    for check, seed in product(checks_of(room), SEEDS[:3]):
        expected = observe(check, COURSE.names(room), seed).observations
        observed = observe(check, names, seed).observations if hasattr(names, check.exercise) else expected
        for name, right in expected.items():
            if isinstance(right, Tensor) and right.is_floating_point():
                rtol, atol = (tolerance / 5 for tolerance in tolerance_of(right))
                torch.testing.assert_close(observed[name], right, rtol=rtol, atol=atol, msg=f"{check.id}: {name}")


# What is compared by its distribution; all else a right answer has number by number.
DRAWN = {"layers-Linear-initial_values", "dropout-Dropout-dropping", "dropout-Dropout-masks"}
DRAWN |= {"dropout-Classifier-two_dropouts", "training-batches-orders"}


@pytest.mark.parametrize("check", [check for room in rooms() for check in checks_of(room)], ids=lambda check: check.id)
def test_a_check_that_judges_chance_states_how_often_a_right_answer_fails(check: Check, live: LiveExpectations) -> None:
    """By distribution, or by an order that should or should not come up again."""
    answer = live.reference(check, seed_of(SEED, check))
    assert answer.delegated == ""
    judged = any(isinstance(value, Sample) for value in answer.observations.values())
    assert judged == (check.id in DRAWN)
    if judged or "shuffle" in inspect.getsource(check.observe):
        assert re.search(r"10\^\d\d", check.observe.__doc__ or ""), "no arithmetic"


@pytest.mark.parametrize(("room", "name"), EXERCISES)
def test_nothing_is_missing_of_an_exercise(room: str, name: str) -> None:
    """Visible and hidden checks (none of `Flatten`), a known mistake, a first hint, and other right answers."""
    assert {check.hidden for check in checks_of(room, name)} == {False, name != "Flatten"}
    assert any(mistake.exercise == name for mistake in COURSE.mistakes(room))
    assert COURSE.first_hints(room, name)
    ways = {way_of(answer.source, name) for answer in RIGHT if answer.room == room}
    assert len(ways - {way_of(COURSE.source(room), name), way_of("", name)}) >= RIGHT_ANSWERS


def way_of(source: str, name: str) -> str:
    """Return the tokens, as similar work is found by them, of what defines a name: wording is not among them."""
    code = "\n".join(map(ast.unparse, defining(parse(source), name)))
    return str([[token.text for token in piece] for piece in code_tokens(code)])


@pytest.mark.parametrize("room", rooms())
def test_stubs_and_missing_names_earn_nothing(room: str, verdicts_on: Judge) -> None:
    imports = [line for line in COURSE.source(room).splitlines() if line.startswith(("import ", "from "))]
    stubs = "\n".join([*imports, *(exercise.stub for exercise in COURSE.exercises(room))])
    verdicts = verdicts_on(room, names_of_source(stubs, f"stub.{room}"), SEED)
    assert {verdict.outcome for verdict in verdicts} == {"missing"}
    assert sum(verdict.points for verdict in verdicts) == 0
    assert all("not written yet" in verdict.message for verdict in verdicts)
    assert {verdict.outcome for verdict in verdicts_on(room, SimpleNamespace(), SEED)} == {"missing"}


def replayed(room: str, expect: LiveExpectations, recorded: int, graded: int) -> list[Check]:
    """Return the checks of a room that pass with the reference's answers to a run of another seed.

    The answers are repeated as they were recorded, and once more under the names of the graded run: the names of
    observations are not secret.
    """
    passed = []
    for check in checks_of(room):
        right = expect.reference(check, seed_of(graded, check))
        repeated = expect.reference(check, seed_of(recorded, check))
        renamed = dict(zip(right.observations, repeated.observations.values(), strict=False))
        if same_answer(repeated, right) or same_answer(replace(repeated, observations=renamed), right):
            passed.append(check)
    return passed


@pytest.mark.parametrize("run_seed", EACH_SEED[:3])
@pytest.mark.parametrize("room", rooms())
def test_answers_to_another_run_earn_no_more_than_a_quarter_of_a_room(
    room: str, run_seed: int, live: LiveExpectations
) -> None:
    """Whoever has the right answers to one run, and replays them in another, has not solved the exercises."""
    passed = {check.id: check.points for check in replayed(room, live, recorded=run_seed + 1, graded=run_seed)}
    assert sum(passed.values()) <= sum(check.points for check in checks_of(room)) / 4, passed


@pytest.mark.parametrize("room", rooms())
def test_answers_to_the_same_run_earn_every_point(room: str, live: LiveExpectations) -> None:
    """So what the others lack is the seed, and not a way to be given."""
    assert replayed(room, live, SEED, SEED) == checks_of(room)


@pytest.mark.parametrize("room", rooms())
def test_a_chapter_is_worth_twenty_points_of_which_about_two_fifths_are_hidden(room: str) -> None:
    checks = checks_of(room)
    points, hidden = sum(check.points for check in checks), sum(check.points for check in checks if check.hidden)
    assert points == 20, f"{room}: its checks are worth {points} points, 20 wanted"
    assert 7 <= hidden <= 9, f"{room}: {hidden} points of hidden checks, 7 to 9 wanted"
