"""Run a few lines of ours with a student's names, after one cell has run once more, perhaps changed: see ``viva``."""

import ctypes
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from io import StringIO
from types import ModuleType

import numpy as np

from autograder import pytorch
from autograder.arrays import as_numpy, is_array
from autograder.checks import Observation, Observations, Raised, attempt
from autograder.observe import plain, plain_numbers
from autograder.sandbox.cells import run_cell
from autograder.sandbox.program import Cell, PlannedScene

MAX_PARTS = 12  # of what is shown in full
M_PERTURB = -6  # of glibc's malloc.h: with which byte's complement memory is filled


def play(scene: PlannedScene, source: str, module: ModuleType) -> Observations:
    """Run the cell anew and then the scene, and return the value of each expression that is asked for.

    An error of the cell, or of the lines before an expression, takes the place of its value. The source is that of the
    cell, as the student wrote it, and the module the one in which the cells have run.
    """
    # Memory that nobody has written to is NaN in one of two runs, so that an answer which depends on it differs.
    if not scene.fills_memory:
        _leave_no_nan()
    pytorch.fill_new_memory(scene.fills_memory)
    changed = source[: scene.start] + scene.text + source[scene.end :]
    ended = run_cell(Cell(scene.cell, changed), module)
    if ended.error:
        kind, _, message = (ended.error.strip().splitlines() or [""])[-1].partition(":")
        return dict.fromkeys(scene.asked, Raised(kind.strip(), message.strip()))
    return {asked: attempt(partial(_value, scene.given, asked, module)) for asked in scene.asked}


def _leave_no_nan() -> None:
    """Let glibc, if present, fill new memory with other bits than NaN's, which it can hold by chance.

    Blocks of less than a kilobyte come from a cache, as they are.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_PERTURB, 0xFE)


def _value(given: str, asked: str, module: ModuleType) -> Observation:
    """Run the lines anew for each expression, since one can change their objects."""
    space = {**vars(module), "np": np, **pytorch.names()}
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        exec(compile(given, "<scene>", "exec", dont_inherit=True), space)
        return brief(eval(asked, space))


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
