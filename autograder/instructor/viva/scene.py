"""Re-run one cell with an edit, then evaluate expressions in the student's namespace.

This module's text is sent to the sandbox when the cells have ended: it imports nothing of the instructor's half.
"""

import ctypes
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType

import numpy as np

from autograder.arrays import as_numpy, is_array
from autograder.checks import Observation, Observations, Raised, attempt
from autograder.observe import plain, plain_numbers
from autograder.sandbox.cells import run_cell
from autograder.sandbox.program import Cell

MAX_PARTS = 12  # of what is shown in full
M_PERTURB = -6  # of glibc's malloc.h: with which byte's complement memory is filled


def observations(
    module: ModuleType,
    sources: Mapping[str, str],
    *,
    cell: str,
    start: int,
    end: int,
    text: str,
    given: str,
    asked: Sequence[str],
    fills_memory: bool,
) -> Observations:
    """Run a cell anew, with ``text`` for its characters from start to end, and return the value of each expression.

    An error of the cell, or of the given lines before an expression, takes the place of its value. With
    ``fills_memory``, unwritten memory is NaN, so that an answer which depends on it differs between two runs.
    """
    torch = sys.modules.get("torch")
    if not fills_memory:
        _leave_no_nan()
    if torch:
        torch._C._set_deterministic_algorithms(fills_memory, warn_only=True)  # the public one imports a compiler
    changed = sources[cell][:start] + text + sources[cell][end:]
    ended = run_cell(Cell(cell, changed), module)
    if ended.error:
        kind, _, message = (ended.error.strip().splitlines() or [""])[-1].partition(":")
        return dict.fromkeys(asked, Raised(kind.strip(), message.strip()))

    def value_of(expression: str) -> Observation:
        def evaluate() -> Observation:
            # The given lines run anew for each expression, since one can change their objects.
            space = {**vars(module), "np": np, **({"torch": torch, "nn": torch.nn} if torch else {})}
            exec(compile(given, "<scene>", "exec", dont_inherit=True), space)
            return brief(eval(expression, space))

        return attempt(evaluate)

    return {expression: value_of(expression) for expression in asked}


def _leave_no_nan() -> None:
    """Let glibc, if present, fill new memory with other bits than NaN's, which it can hold by chance.

    Blocks of less than a kilobyte come from a cache, as they are.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_PERTURB, 0xFE)


def brief(value: object) -> Observation:
    """Return a value as an observation; a container, such as a list of numbers, as the text that Python shows.

    Tensors in it are shown as their numbers, floats with four digits; what holds more than ``MAX_PARTS`` is counted.
    """
    return _shown(value) if isinstance(value, dict | list | tuple) else plain(value)


def _shown(value: object) -> str:
    if is_array(value):
        numbers = as_numpy(plain_numbers(value))
        value = numbers.tolist() if numbers.size <= MAX_PARTS else f"a tensor of {numbers.size} numbers"
    if isinstance(value, dict | list | tuple) and len(value) > MAX_PARTS:
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_shown(key)}: {_shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_shown, value))}{',' if len(value) == 1 else ''})"
    if type(value) is float:
        return f"{value:.4g}"
    return repr(value) if type(value) in (bool, int, str, type(None)) else f"a {type(value).__name__}"
