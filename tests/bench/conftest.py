"""The data that are measured, and the same numbers each time."""

from tests.solutions.conftest import _one_thread_and_a_fixed_seed, full, sample  # noqa: F401
