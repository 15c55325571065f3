"""The vocabulary that checks are written in.

A check is a function of the student's names and a seeded generator. It observes what the names do and returns named
observations; it holds no expected value and no assert. The judge runs the same function on the reference, with the
same seed, and compares.

The checks of a course stand in its package: those that students have in ``checks/ROOM.py``, hidden ones in
``checks/hidden/ROOM.py``, which imports its helpers from there. Helpers that several rooms share stand beside them in
modules whose name begins with an underscore, which import none of each other. ``checks/__init__.py`` can name
modules of the course that students have, too, in ``GIVEN``, and what the sandbox imports once instead of in each
submission: ``PRELOAD``, and ``PRELOAD_FOR`` by room.
"""

from __future__ import annotations

import importlib
import inspect
import linecache
import random
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType, SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from autograder.chance import kind_of
from autograder.course import HIDDEN, Course

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from autograder.arrays import Array

REFUSALS: Mapping[str, type[Exception]] = {"ValueError": ValueError, "TypeError": TypeError}


@dataclass(frozen=True)
class Raised:
    """An error that student code raised, as an observation.

    Two are the same to the judge where their kinds are; a refusal is a ``ValueError`` or ``TypeError``, or of a class
    that derives from one: whoever writes ``except ValueError`` catches these, too. The message is left to the student.
    """

    kind: str  # the name of its class
    message: str  # what it says, which may be nothing
    line: str = ""  # of the student's own code that it passed through last
    base: str = ""  # the name of the refusal that its class derives from, where it is not one by its own name

    @classmethod
    def of(cls, error: BaseException, line: str = "") -> Raised:
        """Return an error as an observation; its message is empty if its class cannot tell it."""
        kind = type(error).__name__
        base = next((name for name, refusal in REFUSALS.items() if isinstance(error, refusal)), "")
        try:
            message = str(error)
        except Exception:
            message = ""
        return cls(kind, message, line, "" if kind in REFUSALS else base)

    @property
    def is_refusal(self) -> bool:
        return self.kind in REFUSALS or self.base in REFUSALS


@dataclass(frozen=True)
class Sample:
    """Independent draws from one distribution, shape (n,): compared by distribution and never value by value."""

    draws: Array


Observation: TypeAlias = "Array | Sample | Raised | bool | int | float | str | None"
Observations: TypeAlias = "Mapping[str, Observation]"
Generator: TypeAlias = "torch.Generator | np.random.Generator | random.Random"
CheckFunction: TypeAlias = "Callable[[SimpleNamespace, Any], Observations]"  # which generator, see autograder.chance


@dataclass(frozen=True)
class Check:
    """One property of one exercise, and its points."""

    room: str  # the chapter's module, such as ``layers``
    exercise: str  # the public name that is checked, such as ``Linear``
    name: str  # the function's name; with the exercise it identifies the check
    title: str  # the property, as a sentence that holds for a right answer
    points: int  # what a pass earns
    hidden: bool  # whether a student sees only title and result
    observe: CheckFunction

    @property
    def id(self) -> str:
        """The id of its cell in a notebook, and of its row in the gradebook."""
        return f"{self.room}-{self.exercise}-{self.name}"


_CHECKS: dict[str, list[Check]] = {}
_LOADED: set[str] = set()  # the rooms whose checks are all declared that this process can have


def check(exercise: str, *, title: str, points: int) -> Callable[[CheckFunction], CheckFunction]:
    """Declare a function as a check of an exercise. The file that it stands in names the room; its folder may hide it.

    Raises:
        TypeError: its generator is of no known kind (see ``autograder.chance``).
    """

    def declare(function: CheckFunction) -> CheckFunction:
        kind_of(function)
        room, hidden = function.__module__.rpartition(".")[2], is_hidden(function.__module__)
        _CHECKS.setdefault(room, []).append(Check(room, exercise, function.__name__, title, points, hidden, function))
        return function

    return declare


def is_hidden(module: str) -> bool:
    """Return whether the checks of a module are hidden, by its full name."""
    return module.split(".")[-2:-1] == [HIDDEN]


def declared() -> list[Check]:
    """Return the checks of all rooms whose module has been imported."""
    return [check for checks in _CHECKS.values() for check in checks]


def declare_anew(room: str) -> None:
    """Forget the checks of a room: what is loaded next declares others in their place, and there are no more."""
    _CHECKS.pop(room, None)
    _LOADED.add(room)


def checks_of(room: str, exercise: str | None = None) -> list[Check]:
    """Return the checks of a room, or of one exercise in it; of each, those that students have, then the hidden ones.

    Raises:
        LookupError: there are no checks of that room.
    """
    if room not in _LOADED:
        course = Course.announced()
        files = course.check_files(room)
        if not files:
            raise LookupError(f"there are no checks for {room!r}")
        for file in files:
            importlib.import_module(course.module_of(file))
        _LOADED.add(room)
    by_exercise: dict[str, list[Check]] = {}
    for check in _CHECKS.get(room, []):
        by_exercise.setdefault(check.exercise, []).append(check)
    return [check for name, checks in by_exercise.items() if exercise in (None, name) for check in checks]


_READY_MADE: dict[str, dict[CodeType, str]] = {}


def ready_made(exercise: str, functions: Mapping[str, Any]) -> None:
    """Declare a library's ready-made parts of an exercise: an answer that calls one earns nothing.

    Args:
        exercise: the public name.
        functions: each a function of Python that the checks of this exercise do not call themselves, by the name under
            which a student knows what it is part of, such as ``nn.Flatten``.
    """
    if exercise not in _READY_MADE:  # a room that is loaded anew, after cells have run, declares nothing else
        _READY_MADE[exercise] = {inspect.unwrap(function).__code__: name for name, function in functions.items()}


def ready_made_for(exercise: str) -> Mapping[CodeType, str]:
    """Return the names of a library's ready-made parts of an exercise, by the code that calling each one runs."""
    return _READY_MADE.get(exercise, {})


def attempt(action: Callable[[], Observation]) -> Observation:
    """Return the result of ``action`` or the error that it raises, which then costs no later observation."""
    try:
        return action()
    except Exception as error:
        return Raised.of(error, student_line(error))


def student_line(error: BaseException) -> str:
    """Return the last line of the student's own code that the error passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_of_a_notebook(frame.filename)]
    if not own:
        return ""
    lines = [(frame.line or linecache.getline(frame.filename, frame.lineno or 0)).strip() for frame in reversed(own)]
    return next(filter(None, lines), f"line {own[-1].lineno} of the cell")  # whose text is not kept, as under %%time


OF_CHECKS = "<checks of "  # begins the name of checks that the sandbox compiles, and of no cell


def _is_of_a_notebook(filename: str) -> bool:
    """Whether a name is a cell's: a file that Jupyter or Colab made up, or a text that no system takes for a path."""
    if filename.startswith((OF_CHECKS, "<frozen ")):
        return False
    return any(made in filename for made in ("ipykernel", "ipython-input")) or not {"/", "\\"} & set(filename)


ACCEPTED = "accepted"


def refusal(action: Callable[[], object]) -> Observation:
    """Return the error with which ``action`` refuses, or the word accepted; without the message of an ``assert``."""

    def accept() -> str:
        action()
        return ACCEPTED

    answer = attempt(accept)
    if isinstance(answer, Raised) and answer.kind == "AssertionError":
        return Raised(answer.kind, "")
    return answer


def tried(rng: Generator, calls: Mapping[str, Callable[[], object]]) -> dict[str, Observation]:
    """Make calls in an order that the generator draws, and observe of each whether it was refused.

    With some among them that are right, what comes first, second and so on cannot be known without the seed.
    """
    names = list(calls)
    order = shuffled(rng, len(names))
    return {f"call {n}, {names[at]}": refusal(calls[names[at]]) for n, at in enumerate(order, start=1)}


def shuffled(rng: Generator, count: int) -> list[int]:
    """Return the numbers from 0 to ``count - 1`` in an order that the check's generator draws."""
    if isinstance(rng, random.Random):
        return rng.sample(range(count), count)
    if isinstance(rng, np.random.Generator):
        return [int(at) for at in rng.permutation(count)]
    import torch

    return [int(at) for at in torch.randperm(count, generator=rng).tolist()]


class Notes(list[Any]):
    """A list that deep copies share: a copy of the module that writes to it can do the work, too."""

    def __deepcopy__(self, memo: object) -> Notes:
        return self


def set_values(parameter: Tensor, values: Tensor) -> None:
    """Overwrite a tensor in place, unseen by autograd.

    Raises:
        RuntimeError: the tensor has a shape that the values do not fit; the message says that the check is at work.
    """
    import torch

    try:
        with torch.no_grad():
            parameter.copy_(values)
    except RuntimeError as error:
        shape, written = tuple(parameter.shape), tuple(values.shape)
        raise RuntimeError(f"the check writes {written} numbers into a parameter of yours, which is {shape}") from error


def descend(module: nn.Module, loss: Tensor, lr: float) -> None:
    """Take one step of gradient descent on the parameters that the module lists."""
    import torch

    module.zero_grad()
    if loss.requires_grad:
        loss.backward()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.grad is not None:
                parameter.sub_(lr * parameter.grad)


def normal(rng: torch.Generator, *shape: int, dtype: torch.dtype | None = None) -> Tensor:
    """Draw a tensor of standard normal numbers, float32 unless said, from the check's own generator."""
    import torch

    return torch.randn(*shape, generator=rng, dtype=torch.float64).to(dtype or torch.float32)


def between(low: int, high: int, rng: torch.Generator) -> int:
    """Draw a whole number; both ends can occur."""
    import torch

    return int(torch.randint(low, high + 1, (), generator=rng))


def modes_in_turn(rng: torch.Generator) -> list[bool]:
    """Return four times training mode and four times evaluation mode, in an order that the generator draws."""
    return [at < 4 for at in shuffled(rng, 8)]


@cache
def rooms() -> tuple[str, ...]:
    """Return the rooms that have checks, by name."""
    return Course.announced().rooms
