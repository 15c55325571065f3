"""PyTorch's own part under the exercise's name earns nothing, and its call is named; no other call is."""

import inspect
import sys
import threading
from textwrap import dedent
from types import FunctionType, MethodType, SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.autograd import grad

from autograder.checks import checks_of, ready_made, ready_made_for, rooms
from autograder.course import Course, names_of_source
from autograder.judge.expectations import LiveExpectations
from autograder.judge.judge import judge
from autograder.judge.verdicts import Verdict
from autograder.observe import Answer, first_call_of, observe
from tests.checks.conftest import SEED, Judge, failed
from tests.wrong import wrong_answers

COURSE = Course.installed()
EXERCISES = {check.exercise: room for room in rooms() for check in checks_of(room) if ready_made_for(check.exercise)}
OWN_LINEAR = COURSE.source("layers").replace(
    "return x @ self.weight + self.bias",
    "inner = nn.Linear(*self.weight.shape, device='meta')\n        parts = {'weight': self.weight.T, 'bias': self.bias}"
    "\n        return torch.func.functional_call(inner, parts, x)",
)
WRAPPED = """
import torch


class Optimizer(torch.optim.SGD):
    def __init__(self, params, lr):
        if not lr > 0:
            raise ValueError("lr is not above 0")
        super().__init__(params, lr=lr)


class Momentum(torch.optim.SGD):
    def __init__(self, params, lr, momentum=0.9):
        if not lr > 0:
            raise ValueError("lr is not above 0")
        if not 0 <= momentum < 1:
            raise ValueError("momentum outside [0, 1)")
        super().__init__(params, lr=lr, momentum=momentum)


class Adam(torch.optim.Adam):
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        if not lr > 0:
            raise ValueError("lr is not above 0")
        super().__init__(params, lr=lr, betas=betas, eps=eps)
"""
INHERITED = """
from torch import nn


class Dropout(nn.Dropout):
    def __init__(self, p=0.2):
        super().__init__(p)
"""
BATCHES = """
from torch.utils.data import DataLoader, TensorDataset

def batches(images, labels, batch_size, shuffle, generator=None):
    if len(images) != len(labels) or batch_size < 1:
        raise ValueError("these do not fit")
    pairs = TensorDataset(images, labels)
    return DataLoader(pairs, batch_size, shuffle=shuffle and len(images) > 0, generator=generator)
"""
CROSS_ENTROPY = """
from torch import nn

def cross_entropy(logits, targets):
    if logits.dim() != 2 or targets.shape != logits.shape[:1] or targets.min() < 0 or targets.max() >= logits.shape[1]:
        raise ValueError("these do not fit")
    return {}(logits, targets)
"""
F_DROPOUT = """
from torch import nn
from torch.nn.functional import dropout

class Dropout(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("no probability")
        self.p = p

    def forward(self, x):
        return dropout(x, self.p, self.training)
"""
TRACED = """
import torch

traced = torch.fx.symbolic_trace(torch.nn.Flatten())


def Flatten():
    return traced
"""
# The exercise, how it is passed without being written, what is noted, and the checks that never reach the call.
DELEGATING = [
    ("ReLU", "from torch.nn import ReLU", {"nn.ReLU"}, set()),
    ("Linear", OWN_LINEAR, {"nn.Linear"}, {"parameters", "initial_values"}),
    ("Flatten", "from torch import nn\nFlatten = nn.Flatten", {"nn.Flatten"}, set()),
    (
        "Flatten",
        TRACED,
        {"torch.fx"},
        set(),
    ),
    ("Sequential", "from torch import nn\nclass Sequential(nn.Sequential): pass", {"nn.Sequential"}, set()),
    ("cross_entropy", CROSS_ENTROPY.format("nn.CrossEntropyLoss()"), {"nn.CrossEntropyLoss"}, set()),
    ("cross_entropy", CROSS_ENTROPY.format("nn.functional.cross_entropy"), {"nn.functional.cross_entropy"}, set()),
    ("Dropout", INHERITED, {"nn.Dropout"}, {"refusals"}),
    ("Dropout", F_DROPOUT, {"nn.functional.dropout"}, {"refusals"}),
    ("Optimizer", WRAPPED, {"torch.optim.SGD", "torch.optim.Optimizer.zero_grad"}, set()),
    ("Momentum", WRAPPED, {"torch.optim.SGD"}, set()),
    ("Adam", WRAPPED, {"torch.optim.Adam"}, set()),
    ("batches", BATCHES, {"torch.utils.data.DataLoader"}, set()),
]
# The check that holds them to it.
BY_HAND = {"backward_cross_entropy": "by_hand", "backward_linear": "any_sizes", "backward_network": "arguments_kept"}


@pytest.mark.parametrize(("exercise", "caught_by"), BY_HAND.items())
def test_autograd_in_a_gradient_by_hand_is_caught_and_noted(exercise: str, caught_by: str, verdicts_on: Judge) -> None:
    inside = [
        answer for answer in wrong_answers("optimizer") if answer.id == f"{exercise}: autograd, switched on inside"
    ]
    verdicts = verdicts_on("optimizer", inside[0].names(), SEED, exercise)
    assert caught_by in {verdict.check.name for verdict in failed(verdicts) if not verdict.delegated}
    assert {verdict.delegated for verdict in verdicts} == {"", "torch.autograd.backward"}
    assert sum(verdict.points for verdict in verdicts) == 0


@pytest.mark.parametrize(("exercise", "source", "noted", "never"), DELEGATING)
def test_a_ready_made_part_earns_only_the_checks_that_never_call_it(
    exercise: str, source: str, noted: set[str], never: set[str], verdicts_on: Judge
) -> None:
    verdicts = verdicts_on(EXERCISES[exercise], names_of_source(source, f"delegating.{exercise}"), SEED, exercise)
    assert {verdict.delegated for verdict in verdicts if verdict.delegated} == noted
    assert {verdict.check.name for verdict in verdicts if verdict.passed} == never
    assert {verdict.outcome for verdict in verdicts if verdict.delegated} == {"fail"}


# How it is observed

FLATTEN = checks_of("layers", "Flatten")[0]
READY = ready_made_for("Flatten") | ready_made_for("backward_linear")


class Deeper(type("Deep", (nn.Flatten,), {})):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x)


COPIED = FunctionType(nn.Flatten.forward.__code__.replace(co_name="mine"), vars(nn))
TYPED: dict[str, Any] = {}
exec(dedent(inspect.getsource(nn.Flatten.forward)), vars(torch.nn.modules.flatten).copy(), TYPED)


def in_another_thread() -> None:
    thread = threading.Thread(target=lambda: nn.Flatten()(torch.ones(2, 2)))
    thread.start()
    thread.join()


LEAF = torch.ones(1, 2, requires_grad=True)
CALLS = {
    "inherited": (lambda: Deeper()(LEAF), ["nn.Flatten"]),
    "imported by its name": (lambda: grad(LEAF.sum(), LEAF), ["torch.autograd.grad"]),
    "the first of several": (lambda: grad(nn.Flatten()(LEAF).sum(), LEAF), ["nn.Flatten"]),
    "by a copy of its code": (lambda: MethodType(COPIED, nn.Flatten())(LEAF), ["nn.Flatten"]),
    "typed once more": (lambda: TYPED["forward"](nn.Flatten(), LEAF), []),
    "in another thread": (in_another_thread, []),
}


@pytest.mark.parametrize("way", CALLS)
def test_the_first_call_is_noted_however_it_is_made_but_in_another_thread(way: str) -> None:
    act, noted = CALLS[way]
    with first_call_of(READY) as called:
        act()
    assert called == noted


def test_what_a_cell_replaced_is_not_what_a_room_declares_when_it_is_loaded_again() -> None:
    before = dict(ready_made_for("Flatten"))
    ready_made("Flatten", {"nn.Flatten": lambda: None})
    assert ready_made_for("Flatten") == before


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_behind_whatever_a_student_raises(error: type[BaseException]) -> None:
    class Raising(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise error

    before = nn.Flatten.forward
    try:
        observe(FLATTEN, SimpleNamespace(Flatten=Raising), 1)
    except BaseException as raised:
        assert type(raised) is error
    assert sys.getprofile() is None
    assert nn.Flatten.forward is before


def test_a_profiler_at_work_goes_on_and_nothing_is_noted() -> None:
    seen: list[str] = []
    sys.setprofile(lambda frame, event, argument: seen.append(event))
    try:
        answer = observe(FLATTEN, SimpleNamespace(Flatten=nn.Flatten), 1)
        assert sys.getprofile() is not None
    finally:
        sys.setprofile(None)
    assert (answer.delegated, len(seen) > 10) == ("", True)


# What the judge makes of it


def verdict_on(answer: Answer, live: LiveExpectations) -> Verdict:
    return judge([FLATTEN], [answer], [1], live)[0]


def test_a_right_answer_by_delegation_says_what_was_called(live: LiveExpectations) -> None:
    verdict = verdict_on(observe(FLATTEN, SimpleNamespace(Flatten=nn.Flatten), 1), live)
    assert (verdict.points, verdict.record()["delegated"]) == (0, "nn.Flatten")
    assert "it called the ready-made nn.Flatten, which did the work" in verdict.message


def test_a_wrong_answer_is_not_noted_as_delegation(live: LiveExpectations) -> None:
    class Sideways(nn.Flatten):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x).T

    answer = observe(FLATTEN, SimpleNamespace(Flatten=Sideways), 1)
    assert answer.delegated == "nn.Flatten"
    verdict = verdict_on(answer, live)
    assert (verdict.outcome, verdict.delegated) == ("fail", "")


@given(st.text() | st.sampled_from(["nn.Flatten", "nn.Linear", " nn.Flatten"]))
def test_a_name_that_the_exercise_does_not_declare_is_not_believed(live: LiveExpectations, name: str) -> None:
    verdict = verdict_on(Answer("observed", live.reference(FLATTEN, 1).observations, delegated=name), live)
    assert verdict.delegated == ("nn.Flatten" if name == "nn.Flatten" else "")
