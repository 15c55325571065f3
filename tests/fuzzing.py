"""Let hypothesis try a property for minutes, with other examples in each run; a deep run's share."""

from __future__ import annotations

import itertools
import os
import secrets
import time
from collections.abc import Callable
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

Example = TypeVar("Example")
SECONDS = float(os.environ.get("FUZZ_SECONDS", "200"))
EXAMPLES = 500  # in a round: then the next seed, so that no round is stuck in one corner
ALLOWED = (
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.large_base_example,
)


def fuzz(holds: Callable[[Example], None], examples: SearchStrategy[Example]) -> int:
    """Try a property until ``SECONDS`` are over, and return how many examples it held for.

    A failure names its seed: with it in the variable ``FUZZ_SEED`` the first round is the one that failed.

    Args:
        holds: raises where the property does not hold.
        examples: of what it takes.
    """
    first, end, tried = int(os.environ.get("FUZZ_SEED") or secrets.randbits(32)), time.monotonic() + SECONDS, 0

    def counted(example: Example) -> None:
        nonlocal tried
        tried += 1
        holds(example)

    for seed in itertools.count(first):
        if time.monotonic() > end:
            return tried
        limits = settings(
            max_examples=EXAMPLES, deadline=None, derandomize=False, database=None, suppress_health_check=ALLOWED
        )
        try:
            hypothesis.seed(seed)(limits(given(examples)(counted)))()
        except BaseException as error:
            error.add_note(f"FUZZ_SEED={seed}")
            raise
    raise AssertionError
