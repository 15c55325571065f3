"""What must hold of chapter 5 in particular; test_every_room has what holds of each."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import confusion_matrix as sklearn_matrix
from sklearn.metrics import precision_recall_fscore_support

from autograder.checks import checks_of
from autograder.course import Course, names_of_source
from autograder.exercises import replace_solutions, stub_lines
from autograder.judge.judge import same_answer
from autograder.observe import Answer, observe
from solutions.checks import training
from tests.checks.conftest import SEED, Judge, failed, with_mistakes

ROOM = "training"
COURSE = Course.installed()
SOURCE = COURSE.source(ROOM)


def outcomes(verdicts_on: Judge, source: str) -> dict[str, str]:
    verdicts = verdicts_on(ROOM, names_of_source(source, "partial"), SEED, "Learner")
    return {verdict.check.name: verdict.outcome for verdict in verdicts}


def only(*methods: str) -> str:
    """Return the source with all methods of the Learner but these, and its constructor, as the stub has them."""
    begin, end = SOURCE.index("class Learner:\n"), SOURCE.index("\ndef unmoved")
    kept = [
        part if part.partition("(")[0] in methods else replace_solutions(part, stub_lines(ROOM, "Learner")) + "\n"
        for part in SOURCE[begin:end].split("    def ")
    ]
    return SOURCE[:begin] + "    def ".join(kept) + SOURCE[end:]


@pytest.mark.parametrize(
    ("methods", "passed"),
    [
        (("train_epoch",), {"steps", "training_loss"}),
        (("valid_loss",), {"validation_loss"}),
        (("predict",), {"predicting"}),
        (("predict", "valid_accuracy"), {"predicting", "accuracy"}),
        (
            ("train_epoch", "valid_loss", "predict", "valid_accuracy", "fit"),
            {"steps", "training_loss", "validation_loss", "predicting", "accuracy", "fitting", "seeds", "stopping"},
        ),
    ],
)
def test_who_has_written_some_methods_has_their_points(
    methods: tuple[str, ...], passed: set[str], verdicts_on: Judge
) -> None:
    by_check = outcomes(verdicts_on, only(*methods))
    assert {name for name, outcome in by_check.items() if outcome == "pass"} == passed
    assert {outcome for name, outcome in by_check.items() if name not in passed} <= {"missing"}


def test_a_notebook_that_has_lost_the_given_config_still_earns_the_points_of_its_learner(verdicts_on: Judge) -> None:
    begin, end = SOURCE.index("@dataclass\nclass LearnerConfig"), SOURCE.index("def batches(")
    annotated = SOURCE[:begin] + SOURCE[end:]
    assert set(outcomes(verdicts_on, annotated).values()) == {"pass"}


@pytest.mark.parametrize(("right", "n"), [(90, 100), (0, 30), (30, 30), (873, 1000)])
def test_the_interval_of_the_reference_is_the_one_of_scipy(right: int, n: int) -> None:
    names = COURSE.names(ROOM)
    x = (torch.arange(n) >= right).long()
    learner = SimpleNamespace(model=None, loaders={"test": [(x, torch.zeros(n).long())]}, predict=lambda x: x)
    interval = names.evaluate(learner).interval
    expected = stats.binomtest(right, n).proportion_ci(method="wilson")
    assert interval == pytest.approx((expected.low, expected.high), abs=1e-5)


def seen(name: str, names: SimpleNamespace) -> Answer:
    (check,) = [check for check in checks_of(ROOM, "Learner") if check.name == name]
    return observe(check, names, 5)


@pytest.mark.parametrize(
    ("mistake", "caught_by", "said"),
    [
        ("no-train-after-eval", "fitting", "evaluation mode"),
        ("stops-by-the-test-set", "validation_loss", "test"),
        ("evaluates-in-fit", "fitting", "test, train, valid"),
        ("trains-on-validation", "steps", "valid"),
        ("valid-gradients", "validation_loss", "gradients recorded"),
        ("graphs-kept", "training_loss", "graphs of many batches are held at once: yes"),
    ],
)
def test_what_was_done_is_said_in_words_and_not_only_in_numbers(mistake: str, caught_by: str, said: str) -> None:
    """Elsewhere nobody does: the accuracy of these is as good as any."""
    names = with_mistakes(ROOM, f"learner-{mistake}")
    right, wrong = (seen(caught_by, some).observations for some in (COURSE.names(ROOM), names))
    words = {name: "yes" if value is True else value for name, value in wrong.items() if isinstance(value, bool | str)}
    sentences = [f"{name}: {value}" for name, value in words.items() if wrong[name] != right[name]]
    assert any(said in sentence for sentence in sentences)


@pytest.mark.parametrize("seed", range(0, 200, 10))
def test_the_metrics_of_the_reference_are_those_of_scikit_learn(seed: int) -> None:
    rng = torch.Generator().manual_seed(seed)
    targets, predictions = torch.randint(5, (2, 25), generator=rng)
    predictions[predictions == seed % 5] = (seed + 1) % 5
    names = COURSE.names(ROOM)
    matrix = names.confusion_matrix(targets, predictions, 5)
    np.testing.assert_array_equal(matrix, sklearn_matrix(targets, predictions, labels=range(5)))
    expected = precision_recall_fscore_support(targets, predictions, labels=range(5), zero_division=0)
    for scores, wanted in zip(names.precision_recall_f1(matrix), expected[:3], strict=True):
        np.testing.assert_allclose(scores, wanted, atol=1e-12)


def test_a_time_limit_that_is_compared_with_one_epoch_alone_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """With longer rests than the check takes: on a busy machine an epoch can last four of the short ones."""
    monkeypatch.setattr(training, "REST", 0.1)
    since = "time.perf_counter() - begin >= config.max_seconds"
    source = SOURCE.replace(since, "history.seconds[-1] >= config.max_seconds")
    (limited,) = [what for what in seen("stopping", COURSE.names(ROOM)).observations if "ends before the last" in what]
    for names, expected in ((COURSE.names(ROOM), True), (names_of_source(source, "one.epoch"), False)):
        assert seen("stopping", names).observations[limited] is expected


def test_a_clock_that_goes_on_in_steps_of_16_ms_will_do() -> None:
    """As some do on Windows."""
    names = names_of_source(SOURCE.replace("time.perf_counter()", "(time.monotonic() // 0.016 * 0.016)"), "coarse")
    for name in ("fitting", "stopping"):
        assert same_answer(seen(name, names), seen(name, COURSE.names(ROOM)))


@pytest.mark.parametrize("seconds", ["time.perf_counter()", "time.perf_counter() + start", "-start"])
def test_seconds_that_are_no_durations_are_caught(seconds: str) -> None:
    source = SOURCE.replace("seconds.append(time.perf_counter() - start)", f"seconds.append({seconds})")
    assert not same_answer(
        seen("fitting", names_of_source(source, "no.durations")), seen("fitting", COURSE.names(ROOM))
    )


def test_the_reference_trains_on_pytorchs_optimizer_as_a_notebook_does(verdicts_on: Judge) -> None:
    source = SOURCE.replace("from solutions.optimizer import Optimizer", "from torch.optim import SGD as Optimizer")
    assert not failed(verdicts_on(ROOM, names_of_source(source, "on.sgd"), SEED))
