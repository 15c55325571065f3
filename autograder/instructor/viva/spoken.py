"""What came out, in words short enough to be read aloud."""

from __future__ import annotations

import math
import re

import numpy as np

from autograder.arrays import Array, as_numpy, close, is_array, is_tensor
from autograder.checks import Observation, Raised, Sample

MAX_NUMBERS = 12
MAX_TEXT = 80
ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
MAX_MESSAGE = 200
CLOSE = 0.01  # nearer than this, a number is not worth a question


def spoken(value: Observation) -> str | None:
    """Return an observation in a few words, None where it takes too many or says what the next run would not.

    Of an error it is the kind: its message is the library's.
    """
    if isinstance(value, Raised):
        return value.kind
    if isinstance(value, Sample):
        return None
    if is_array(value):
        return _array(value)
    text = f"{value:.4g}" if type(value) is float else str(value)
    return None if len(text) > MAX_TEXT or "\n" in text or ADDRESS.search(text) else text


def _array(value: Array) -> str:
    shape, numbers = tuple(value.shape), as_numpy(value)
    if numbers.size == 0:
        return f"no numbers, in the shape {shape}"
    if numbers.size > MAX_NUMBERS:
        return f"{'a tensor' if is_tensor(value) else 'an array'} of the shape {shape}"
    return _numbers(numbers.tolist())


def _numbers(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_numbers, value))}]"
    # Adding 0 makes one zero of the two that there are.
    return f"{value + 0.0:.4g}" if isinstance(value, float) else str(value)


def differs(before: Observation, after: Observation) -> bool:
    """Whether two observations read differently, and not by rounding alone."""
    if is_array(before) and is_array(after) and before.shape == after.shape:
        one, other = (as_numpy(value).astype(np.float64) for value in (after, before))
        alike = bool(close(one, other, rtol=CLOSE, atol=CLOSE**2).all())
    elif type(before) is float and type(after) is float:
        alike = math.isclose(before, after, rel_tol=CLOSE)
    else:
        alike = False
    return not alike and spoken(before) != spoken(after)


def message_of(value: Observation) -> str:
    """Return the first line of what an error says, or nothing."""
    lines = value.message.strip().splitlines() if isinstance(value, Raised) else []
    return ADDRESS.sub("…", lines[0])[:MAX_MESSAGE] if lines else ""
