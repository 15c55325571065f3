"""Arrays of NumPy, text and numbers are observed, compared and described as tensors are."""

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from autograder import wire
from autograder.checks import Check, Observation, Sample, shuffled
from autograder.judge.common_mistakes import likely_mistake
from autograder.judge.comparison import same, same_answer
from autograder.judge.judge import describe
from autograder.judge.matching import differing
from autograder.observe import MAX_TEXT, Answer, answer_of, observe, plain

MASSES = np.array([1.0, 2.0, np.nan])


def check(function: Callable[..., Any]) -> Check:
    return Check("numbers", "mean", "look", "It is right", 1, False, function)


def answer(value: object) -> Answer:
    return answer_of({"x": value}, check(lambda names, rng: {}))  # type: ignore[dict-item]


def over_the_wire(sent: Answer) -> Answer:
    return wire.unpack_answer(*wire.pack_answer(sent))


@pytest.mark.parametrize(
    ("observed", "expected", "are_equal"),
    [
        (MASSES, MASSES * (1 + 1e-12), True),
        (MASSES.astype("f4"), MASSES.astype(">f4"), True),
        (np.array([["a", "b"]]), np.array([["a", "b"]]), True),
        (np.float64(0.1) * 3, 0.3, True),
        (np.int64(3), 3, True),
        ("word " * MAX_TEXT, "word " * MAX_TEXT, True),
        (np.zeros((0, 3)), np.zeros((0, 3)), True),
        (Sample(np.ones(5)), Sample(np.ones(5)), True),
        (MASSES, MASSES + 1e-6, False),
        (MASSES, MASSES.astype("f4"), False),
        (MASSES, MASSES[None], False),
        (MASSES, torch.from_numpy(MASSES), False),
        (np.array(["a"]), np.array(["b"]), False),
        (np.float64(1), 2.0, False),
        ("word " * MAX_TEXT, "word " * MAX_TEXT + "!", False),
    ],
)
def test_values_stay_equal_or_different_on_the_way_from_the_sandbox(
    observed: object, expected: object, are_equal: bool
) -> None:
    assert same_answer(over_the_wire(answer(observed)), answer(expected)) == are_equal


def test_dtype_shape_and_numbers_of_an_array_are_three_places() -> None:
    assert differing(MASSES, MASSES.astype("f4")[None], MASSES) == {"dtype", "shape"}
    assert differing(MASSES, MASSES + 1, MASSES) == {"numbers"}


def test_an_array_is_described_as_a_tensor_is() -> None:
    assert describe(MASSES) == describe(torch.from_numpy(MASSES)) == "float64 of shape (3,): 1, 2, nan"


@pytest.mark.parametrize(
    ("observed", "expected", "explanation"),
    [
        (MASSES, torch.zeros(3), "NumPy array where a tensor"),
        (torch.zeros(3), MASSES, "tensor where a NumPy array"),
        ("a list", MASSES, "list where a NumPy array"),
        (None, MASSES, "`return`"),
        (MASSES.astype("f4"), MASSES, "float32 where float64"),
    ],
)
def test_a_value_of_another_kind_is_explained(observed: Observation, expected: Observation, explanation: str) -> None:
    assert explanation in likely_mistake(observed, expected, "mean")


def numpy_draws(names: SimpleNamespace, rng: np.random.Generator) -> dict[str, Observation]:
    return {"drawn": plain(rng.normal(size=3)), "global": float(np.random.rand()), "order": str(shuffled(rng, 9))}


def python_draws(names: SimpleNamespace, rng: random.Random) -> dict[str, Observation]:
    return {"drawn": rng.random(), "global": random.random(), "order": str(shuffled(rng, 9))}


@pytest.mark.parametrize("function", [numpy_draws, python_draws])
def test_a_check_has_the_generator_it_asks_for_and_the_global_ones_are_seeded(function: Callable[..., Any]) -> None:
    names, before = SimpleNamespace(mean=np.mean), (random.getstate(), np.random.get_state()[1].tolist())
    first, again, second = (observe(check(function), names, seed) for seed in (1, 1, 2))
    assert same_answer(first, again)
    assert not any(same(second.observations[name], value) for name, value in first.observations.items())
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_a_check_finds_autograd_on_whatever_ran_before_it() -> None:
    def switches_off(names: SimpleNamespace, rng: np.random.Generator) -> dict[str, Observation]:
        was_on = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        return {"on": was_on}

    names = SimpleNamespace(mean=np.mean)
    answers = [observe(check(switches_off), names, seed) for seed in (1, 2)]
    assert [answer.observations for answer in answers] == [{"on": True}] * 2
    assert torch.is_grad_enabled()
