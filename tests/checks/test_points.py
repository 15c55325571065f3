"""What a part of an answer earns, and what a mistake costs: no more than what is wrong."""

from types import SimpleNamespace

import pytest

from autograder.checks import checks_of, rooms
from autograder.course import Course, names_of_source
from autograder.instructor.authoring.right_answers import right_answer
from autograder.judge.expectations import LiveExpectations
from autograder.judge.judge import same_answer
from autograder.observe import seed_of
from tests.checks.conftest import SEED, Judge, failed

COURSE = Course.installed()
NOT_WRITTEN = 'raise NotImplementedError("not written")'
# What stands in the place of a line, and the checks that this costs.
HALVES = [
    (
        "approximation",
        "on = x @ w1 + b1 > 0",
        "on = b1 == b1",
        {"weight", "bias", "creases", "along_a_curve", "other_networks"},
    ),
    ("layers", "return x @ self.weight + self.bias", NOT_WRITTEN, {"affine_map", "refusals"}),
    ("optimizer", "p.grad = None", NOT_WRITTEN, {"missing_and_forgotten", "training"}),
]
# By the checks that they cost, mistakes that are apart from others: one habit, one thing that a photograph may be.
COSTS = {
    "layers": {
        "refusals": "linear-nothing-refused linear-assert",
        "targets_refused": "ce-nothing-refused ce-assert",
        "after_each_layer any_network": "rms-no-root",
        "other_networks": "scale-once",
    },
    "dropout": {
        "extremes": "dropout-one-refused dropout-zeros-like",
        "refusals": "dropout-p-not-refused dropout-assert",
        "masks": "dropout-batch-mask dropout-fixed-mask",
        "modes": "classifier-predictions-in-training classifier-left-in-evaluation classifier-left-in-training",
    },
    "optimizer": {
        "of_a_network": "numerical-eps-not-refused",
        "training": "optimizer-nothing-refused",
        "allowed_momentum": "momentum-not-refused",
        "settings": "adam-not-refused",
        "arguments_kept": "network-leaves-gradients network-takes-a-step",
    },
    "training": {
        "fitting": "learner-batches-not-moved",
        "misfits": "batches-nothing-refused",
    },
    "deployment": {
        "transparency": "prepare-alpha-dropped prepare-white-cut-out-lost",
        "orientation": "prepare-exif-ignored",
        "fitted transparency orientation modes": "prepare-aspect-squashed",
        "brightness": "prepare-grey-distance",
        "modes": "prepare-raw-array",
        "pattern": "prepare-every-nth-pixel",
        # Another criterion has its optimum at the same temperature where one calibrates everything.
        "compromise": "temperature-mean-confidence temperature-bins",
        "too_modest ends": "temperature-only-above-one",
        "ends": "temperature-unbounded",
        "untouched": "temperature-changes-logits",
    },
}
ONE_POINT = ("refused", "assert", "zeros-like", "not-moved")


@pytest.mark.parametrize("room", rooms())
def test_an_exercise_earns_its_points_where_no_other_is_written(room: str, verdicts_on: Judge) -> None:
    """But for Momentum and Adam, which inherit from Optimizer."""
    exercises = [exercise for exercise in COURSE.exercises(room) if exercise.name not in ("Momentum", "Adam")]
    for written in exercises:
        source = COURSE.source(room)
        for unwritten in exercises:
            if unwritten != written:
                source = source.replace(unwritten.source, unwritten.stub)
        assert failed(verdicts_on(room, names_of_source(source, "alone"), SEED, written.name)) == []


@pytest.mark.parametrize("exercise", ["Momentum", "Adam"])
@pytest.mark.parametrize("answer", ["complete_by_themselves", "from_pytorchs_optimizer"])
def test_momentum_and_adam_that_inherit_nothing_need_no_optimizer(
    answer: str, exercise: str, verdicts_on: Judge
) -> None:
    names = with_an_unwritten_optimizer(right_answer(COURSE, "optimizer", answer))
    assert [verdict.message for verdict in failed(verdicts_on("optimizer", names, SEED, exercise))] == []


@pytest.mark.parametrize(
    ("exercise", "line", "instead", "lost"),
    [
        ("Momentum", "not self.moving or lr <= 0 or ", "", "allowed_momentum"),
        ("Adam", "lr <= 0 or ", "", "settings"),
        ("Adam", "tuple(params)", "params", "by_signal_and_noise"),
    ],
)
def test_an_unwritten_optimizer_excuses_nothing(
    exercise: str, line: str, instead: str, lost: str, verdicts_on: Judge
) -> None:
    source = right_answer(COURSE, "optimizer", "complete_by_themselves").replace(line, instead)
    verdicts = verdicts_on("optimizer", with_an_unwritten_optimizer(source), SEED, exercise)
    assert [verdict.check.name for verdict in failed(verdicts)] == [lost]


def with_an_unwritten_optimizer(source: str) -> SimpleNamespace:
    """Return the names of the reference, its Optimizer a stub, and after it those of a right answer."""
    (optimizer,) = (exercise for exercise in COURSE.exercises("optimizer") if exercise.name == "Optimizer")
    unwritten = COURSE.source("optimizer").replace(optimizer.source, optimizer.stub)
    return names_of_source(f"{unwritten}\n\n{source}", "unwritten.optimizer")


@pytest.mark.parametrize(("room", "line", "instead", "lost"), HALVES, ids=[room for room, *_ in HALVES])
def test_half_an_exercise_earns_the_points_of_its_half(
    room: str, line: str, instead: str, lost: set[str], verdicts_on: Judge
) -> None:
    names = names_of_source(COURSE.source(room).replace(line, instead), "half")
    assert {verdict.check.name for verdict in failed(verdicts_on(room, names, SEED))} == lost


@pytest.mark.parametrize(
    ("room", "mistake", "checks"),
    [(room, known, checks) for room, costs in COSTS.items() for checks, ids in costs.items() for known in ids.split()],
)
def test_a_mistake_costs_these_checks_alone_and_a_habit_one_point(
    room: str, mistake: str, checks: str, live: LiveExpectations
) -> None:
    (exercise,) = (known.exercise for known in COURSE.mistakes(room) if known.id == mistake)
    seeds = {check: seed_of(SEED, check) for check in checks_of(room, exercise)}
    lost = [
        check
        for check, seed in seeds.items()
        if not same_answer(live.mistaken(check, seed)[mistake], live.reference(check, seed))
    ]
    assert {check.name for check in lost} == set(checks.split())
    if mistake.endswith(ONE_POINT):
        assert sum(check.points for check in lost) == 1
