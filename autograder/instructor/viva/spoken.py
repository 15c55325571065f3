"""What came out, in words short enough to be read aloud."""

from __future__ import annotations

import math
import re

import torch
from torch import Tensor

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
    if isinstance(value, Tensor):
        return _tensor(value)
    text = f"{value:.4g}" if type(value) is float else str(value)
    return None if len(text) > MAX_TEXT or "\n" in text or ADDRESS.search(text) else text


def _tensor(value: Tensor) -> str:
    shape = tuple(value.shape)
    if value.numel() == 0:
        return f"no numbers, in the shape {shape}"
    if value.numel() > MAX_NUMBERS:
        return f"a tensor of the shape {shape}"
    return _numbers(value.tolist())


def _numbers(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_numbers, value))}]"
    # Adding 0 makes one zero of the two that there are.
    return f"{value + 0.0:.4g}" if isinstance(value, float) else str(value)


def differs(before: Observation, after: Observation) -> bool:
    """Whether two observations read differently, and not by rounding alone."""
    if isinstance(before, Tensor) and isinstance(after, Tensor) and before.shape == after.shape:
        close = torch.allclose(after.double(), before.double(), rtol=CLOSE, atol=CLOSE**2, equal_nan=True)
    elif type(before) is float and type(after) is float:
        close = math.isclose(before, after, rel_tol=CLOSE)
    else:
        close = False
    return not close and spoken(before) != spoken(after)


def message_of(value: Observation) -> str:
    """Return the first line of what an error says, or nothing."""
    lines = value.message.strip().splitlines() if isinstance(value, Raised) else []
    return ADDRESS.sub("…", lines[0])[:MAX_MESSAGE] if lines else ""
