"""What must hold of the checks and the known mistakes of every room. A new room is tested without a line here."""

from __future__ import annotations

import inspect
import re
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from autograder.checks import Check, Sample, checks_of, rooms
from autograder.comparison import same_answer, tolerance_of
from autograder.course import Course, names_of_source
from autograder.expectations.live import LiveExpectations
from autograder.instructor.authoring.missing import missing_of
from autograder.instructor.authoring.ways import way_of
from autograder.judge import judge
from autograder.mistakes import Mistake
from autograder.observe import observe, seed_of
from tests.checks.conftest import Judge, failed, named
from tests.checks.lazy import lazy_source
from tests.checks.reached import ReachedExpectations, changed
from tests.conftest import ROOT

SEEDS = range(100, 150)
IN_TURN = [
    pytest.param(seed, id=f"seed-{seed}", marks=pytest.mark.turn(at, of=len(SEEDS))) for at, seed in enumerate(SEEDS)
]
COURSE = Course.installed()
EXPECT = ReachedExpectations(COURSE)
# The sample class holds right answers, too; its first line says which.
RIGHT = [
    *(path for path in sorted((ROOT / "tests" / "right").glob("*/*.py"))),
    *(path for path in sorted((ROOT / "sample_class").glob("*/*.py")) if path.read_text().startswith('"""Right')),
]
# The chapters show the first, and explanations name it; the second is a few words of English.
TAUGHT = {"super().__init__()", "return x"}


EXERCISES = [(room, exercise.name) for room in rooms() for exercise in COURSE.exercises(room)]
MISTAKES = [pytest.param(room, mistake, id=mistake.id) for room in rooms() for mistake in COURSE.mistakes(room)]


@pytest.mark.parametrize("seed", IN_TURN)
@pytest.mark.parametrize(("room", "exercise"), EXERCISES)
@pytest.mark.long("every mistake")
def test_each_known_mistake_is_caught_and_its_own_message_is_shown(room: str, exercise: str, seed: int) -> None:
    checks, expect = checks_of(room, exercise), EXPECT.for_other_seeds()
    at = [seed_of(seed, check) for check in checks]
    for mistake in (mistake for mistake in COURSE.mistakes(room) if mistake.exercise == exercise):
        answers = [expect.mistaken(check, one)[mistake.id] for check, one in zip(checks, at, strict=True)]
        verdicts = judge(checks, answers, at, expect)
        assert failed(verdicts), f"{mistake.id} passes"
        assert named(verdicts) == {mistake.id}
        assert all(mistake.says in verdict.message for verdict in failed(verdicts))


@pytest.mark.parametrize("room", rooms())
@pytest.mark.long("every mistake in every check, once without the shortcut")
def test_a_mistake_that_a_check_does_not_reach_looks_right_to_it(room: str, live: LiveExpectations) -> None:
    """So the test above need not run it there, fifty times."""
    expect = ReachedExpectations(COURSE)
    for check in checks_of(room):
        seed = seed_of(SEEDS[0], check)
        assert same_answer(expect.reference(check, seed), live.reference(check, seed))
        for mistake, answer in live.mistaken(check, seed).items():
            if not expect.is_reached(mistake, check, seed):
                assert same_answer(answer, live.reference(check, seed)), f"{mistake} in {check.id}"


@pytest.mark.parametrize("room", rooms())
def test_a_check_that_draws_nothing_sees_the_same_with_each_seed(room: str, live: LiveExpectations) -> None:
    """So it need not be run fifty times."""
    expect = ReachedExpectations(COURSE)
    for check in checks_of(room):
        one, other = (seed_of(seed, check) for seed in SEEDS[:2])
        if expect.draws(check, one):
            continue
        for mistake, answer in live.mistaken(check, other).items():
            if expect.is_for_all_seeds(mistake, check, one):
                assert same_answer(expect.mistaken(check, one)[mistake], answer), f"{mistake} in {check.id}"


DEFINITIONS = """
class Layer:
    size: int = 3

    def forward(self, x, scale=2):
        return [x * scale for x in x]


def helper():
    return 1


def pair():
    return (lambda x: x + 1), (lambda x: x + 2)
"""


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("return 1", "return 2", {"helper"}),
        ("x * scale", "x + scale", {"Layer.forward.<locals>.<listcomp>"}),
        ("return [", "x = x\n        return [", {"Layer.forward"}),
        ("scale=2", "scale=3", {"Layer"}),
        ("size: int = 3", "size: int = 4", {"Layer"}),
        ("class Layer", "# A comment moves lines, and changes nothing.\nclass Layer", set()),
        ("def helper():", "@print\ndef helper():", {"<module>"}),
        ("return 1", "yield 1", {"helper"}),
        ("x + 1", "x - 1", {"pair.<locals>.<lambda>"}),
    ],
)
def test_what_an_edit_changes_is_told_by_what_the_code_does(old: str, new: str, names: set[str]) -> None:
    assert changed(DEFINITIONS, DEFINITIONS.replace(old, new)) == names


@pytest.mark.parametrize(("room", "mistake"), MISTAKES)
@pytest.mark.rotates(4)
def test_a_mistake_is_named_wherever_it_is_made_and_costs_no_points_of_another_exercise(
    room: str, mistake: Mistake, verdicts_on: Judge
) -> None:
    """Run a second time, apart from what the judge compares with: where the mistake is made, and where it reaches."""
    names = COURSE.mistaken(room, mistake)
    verdicts = verdicts_on(room, names, SEEDS[0], mistake.exercise)
    assert named(verdicts) == {mistake.id}
    for check in checks_of(room):
        seed = seed_of(SEEDS[0], check)
        if check.exercise != mistake.exercise and EXPECT.is_reached(mistake.id, check, seed):
            verdicts = judge([check], [observe(check, names(), seed)], [seed], EXPECT)
            assert not failed(verdicts), check.id


@pytest.mark.parametrize("room", rooms())
def test_a_second_look_says_something_else_and_neither_says_the_solution(room: str) -> None:
    """Neither a line of it, nor what such a line returns or assigns."""
    lines = {exercise.name: set(exercise.solution_lines) - TAUGHT for exercise in COURSE.exercises(room)}
    for mistake in COURSE.mistakes(room):
        assert mistake.hint and mistake.hint != mistake.says, mistake.id
        for said in (mistake.says, mistake.hint):
            assert not [line for line in lines[mistake.exercise] if line in said or value_in(line) in said], mistake.id


def value_in(line: str) -> str:
    """Return what stands behind ``return`` or the equals sign of a line; a short one, such as ``0``, says nothing."""
    value = line.removeprefix("return ").rpartition(" = ")[2]
    return value if len(value) >= 12 else line


@pytest.mark.parametrize("run_seed", IN_TURN)
@pytest.mark.parametrize("path", RIGHT, ids=lambda path: f"{path.parent.name}-{path.stem}")
@pytest.mark.long("every check of a room")
def test_a_right_but_different_solution_passes_every_check(path: Path, run_seed: int) -> None:
    """A file may answer some exercises of its room and leave others out."""
    room, expect = path.parent.name, EXPECT.for_other_seeds()
    names = names_of_source(path.read_text(encoding="utf-8"), f"right.{path.stem}")
    answered = [check for check in checks_of(room) if hasattr(names, check.exercise)]
    assert answered
    for check in answered:
        seed = seed_of(run_seed, check)
        verdicts = judge([check], [observe(check, names, seed)], [seed], expect)
        assert [verdict.message for verdict in failed(verdicts)] == []


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: f"{path.parent.name}-{path.stem}")
@pytest.mark.rotates(3)
def test_right_answers_are_five_times_closer_than_the_tolerances(path: Path) -> None:
    """So that another order of additions, or another processor, does not make a right answer fail."""
    room, names = path.parent.name, names_of_source(path.read_text(encoding="utf-8"), f"close.{path.stem}")
    for check, seed in product(checks_of(room), SEEDS[:3]):
        expected = observe(check, COURSE.names(room), seed).observations
        observed = observe(check, names, seed).observations if hasattr(names, check.exercise) else expected
        for name, right in expected.items():
            if isinstance(right, Tensor) and right.is_floating_point():
                rtol, atol = (tolerance / 5 for tolerance in tolerance_of(right))
                torch.testing.assert_close(observed[name], right, rtol=rtol, atol=atol, msg=f"{check.id}: {name}")


@pytest.mark.parametrize("check", [check for room in rooms() for check in checks_of(room)], ids=lambda check: check.id)
def test_a_check_that_judges_chance_states_how_often_a_right_answer_fails(check: Check) -> None:
    """By distribution, or by an order that should or should not come up again."""
    observations = observe(check, COURSE.names(check.room), SEEDS[0]).observations
    judged = any(isinstance(value, Sample) for value in observations.values())
    if judged or "shuffle" in inspect.getsource(check.observe):
        assert re.search(r"10\^\d\d", check.observe.__doc__ or ""), "no arithmetic"


@pytest.mark.parametrize(("room", "name"), EXERCISES)
def test_nothing_is_missing_of_an_exercise(room: str, name: str) -> None:
    """Checks, a hidden one among them, a known mistake, and right answers that differ in what they do."""
    (exercise,) = (one for one in COURSE.exercises(room) if one.name == name)
    assert missing_of(COURSE, exercise) == []


def test_another_wording_is_no_other_way() -> None:
    source = COURSE.source("layers")
    reworded = source.replace("layers", "parts").replace("layer in", "part in").replace("= layer(x)", "= part(x)")
    reworded = reworded.replace('"""Apply', '"""Use').replace("x: Tensor", "x")
    assert reworded != source
    assert way_of(reworded, "Sequential") == way_of(source, "Sequential")
    other = source.replace("iter(self.layers)", "(layer for layer in self.layers)")
    assert way_of(other, "Sequential") != way_of(source, "Sequential")


@pytest.mark.parametrize("room", rooms())
def test_the_untouched_stub_earns_nothing_and_is_told_kindly(room: str, verdicts_on: Judge) -> None:
    imports = [line for line in COURSE.source(room).splitlines() if line.startswith(("import ", "from "))]
    stubs = "\n".join([*imports, *(exercise.stub for exercise in COURSE.exercises(room))])
    verdicts = verdicts_on(room, names_of_source(stubs, f"stub.{room}"), 1)
    assert {verdict.outcome for verdict in verdicts} == {"missing"}
    assert sum(verdict.points for verdict in verdicts) == 0
    assert all("not written yet" in verdict.message for verdict in verdicts)


@pytest.mark.parametrize("value", ["None", "0", "''"])
@pytest.mark.parametrize("room", rooms())
@pytest.mark.long("training in which nothing happens runs to its limits")
def test_what_does_nothing_earns_nothing(room: str, value: str, verdicts_on: Judge) -> None:
    exercises = {exercise.name for exercise in COURSE.exercises(room)}
    names = names_of_source(lazy_source(COURSE.source(room), exercises, value), "lazy")
    assert [verdict.check.id for verdict in verdicts_on(room, names, 1) if verdict.passed] == []


@pytest.mark.parametrize("room", rooms())
def test_names_that_are_not_there_are_missing(room: str, verdicts_on: Judge) -> None:
    assert {verdict.outcome for verdict in verdicts_on(room, SimpleNamespace(), 1)} == {"missing"}


@pytest.mark.parametrize("room", rooms())
def test_a_chapter_is_worth_twenty_points_of_which_about_two_fifths_are_hidden(room: str) -> None:
    checks = checks_of(room)
    points, hidden = sum(check.points for check in checks), sum(check.points for check in checks if check.hidden)
    assert points == 20, f"{room}: its checks are worth {points} points, 20 wanted"
    assert 7 <= hidden <= 9, f"{room}: {hidden} points of hidden checks, 7 to 9 wanted"
