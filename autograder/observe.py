"""Run one check against a namespace. Notebook, sandbox, reference and tests all go through here."""

import hashlib
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import CodeType, FrameType, SimpleNamespace
from typing import Literal

import numpy as np

from autograder.arrays import Array, PythonNumbers, is_array, is_tensor, plain_array
from autograder.chance import kind_of, seeded
from autograder.checks import Check, Observation, Observations, Raised, Sample, ready_made_for, student_line
from autograder.exercises import stub_error

AnswerKind = Literal["observed", "error", "timeout", "memory", "crash", "missing", "invalid"]
NOT_WRITTEN = "not written yet"
MAX_TEXT = 4000  # characters of an observation; a longer text is told apart by a digest of the rest


class KindAlone(str):
    """The kind of a value that no rule compares, such as ``a list``: a student may return it, a check should not."""


@dataclass(frozen=True, eq=False)
class Answer:
    """The result of running one check against a namespace. `comparison.same_answer` compares two of them."""

    kind: AnswerKind  # ``observed``, or why there is no complete observation
    observations: Observations  # by name; after an ``error`` one ``Raised``, named error
    detail: str = ""  # a sentence on what happened if the observations do not say it
    duration_s: float = 0.0  # of wall time
    delegated: str = ""  # the ready-made part of a library that was called while the check ran; empty if none


def seed_of(run_seed: int, check: Check) -> int:
    """Return the seed of one check in a run: 63 bits, the same for every student of the run."""
    digest = hashlib.sha256(f"{run_seed}/{check.id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def observe(check: Check, names: SimpleNamespace, seed: int) -> Answer:
    """Run one check and return its observations, whatever the code under it does short of ending the process.

    The seed is that of the check's own generator and of the global ones, which are restored after the run.
    """
    if not hasattr(names, check.exercise):
        return Answer("missing", {}, f"there is no {check.exercise} in this notebook")
    started = time.perf_counter()
    with seeded(seed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with first_call_of(ready_made_for(check.exercise)) as called:
            try:
                answer = answer_of(check.observe(names, kind_of(check.observe).make(seed)), check)
            except (Exception, SystemExit) as error:
                raised = Raised.of(error, student_line(error))
                answer = _special_answer(raised, check) or Answer("error", {"error": raised})
    return replace(answer, duration_s=time.perf_counter() - started, delegated="".join(called))


@contextmanager
def first_call_of(functions: Mapping[CodeType, str]) -> Iterator[list[str]]:
    """Yield a list for the name of the first of some functions that this thread calls in the block; it can stay empty.

    Python itself says which code runs, so it does not matter how a function was imported or who inherits it, and no
    other thread sees a difference. Where a profiler is at work already, such as ``%prun``, it is left to its work.

    Not seen: a call in another thread, one after Python's profiler was taken off, the builtin function below a part of
    PyTorch's, such as ``torch.flatten``, code that a student typed or generated from it, and TorchScript, where the
    environment does not switch it off, as a sandbox's does.
    """
    called: list[str] = []
    # By the place that it was compiled from: a copy of a function's code has that, too, and code that reads alike not.
    names = {_place(code): name for code, name in functions.items()}

    def look(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and (place := _place(frame.f_code)) in names:
            called.append(names[place])
            sys.setprofile(None)

    if not names or sys.getprofile() is not None:
        yield called
        return
    sys.setprofile(look)
    try:
        yield called
    finally:
        sys.setprofile(None)


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_filename, code.co_firstlineno


def answer_of(observations: Observations, check: Check) -> Answer:
    """Take observations as they are, unless a part of the exercise is still a stub or ran out of memory."""
    for value in observations.values():
        if isinstance(value, Raised):
            special = _special_answer(value, check)
            if special is not None:
                return special
    return Answer("observed", {name: plain(value) for name, value in observations.items()})


def plain(value: object) -> Observation:
    """Return a copy that later code cannot change and that holds nothing of the student's: no subclass, no graph.

    A single number of NumPy's is the number that it holds.
    """
    if isinstance(value, Sample):
        return Sample(plain_numbers(value.draws))
    if isinstance(value, PythonNumbers):
        return value.copy()
    if is_array(value):
        return _within_limit(plain_array(value)) if isinstance(value, np.ndarray) else plain_numbers(value)
    if isinstance(value, np.bool_ | np.number | np.str_):
        value = np.generic.item(value)
    if isinstance(value, str) and type(value) in (str, KindAlone):
        return _within_limit(value)
    if value is None or isinstance(value, Raised) or type(value) in (bool, int, float):
        return value  # type: ignore[return-value]
    return KindAlone(f"a {type(value).__name__}")


def plain_numbers(value: Array) -> Array:
    """Return a tensor, or an array of numbers, as ``plain`` does."""
    if not is_tensor(value):
        return np.array(value, order="C", copy=True, subok=False)
    import torch

    with torch._C.DisableTorchFunctionSubclass():
        return torch.Tensor.detach(value).to("cpu").as_subclass(torch.Tensor).contiguous().clone()


def _within_limit(value: Observation) -> Observation:
    """Return a long text shortened, the reference's as the student's, so that two which differ still do."""
    if not isinstance(value, str) or len(value) <= MAX_TEXT:
        return value
    digest = hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:16]
    return f"{value[: MAX_TEXT - 100]} … ({len(value)} characters, digest {digest})"


def _special_answer(error: Raised, check: Check) -> Answer | None:
    """Return the answer of an exercise that is still a stub, or that ran out of memory; None for another error."""
    if error.kind == "NotImplementedError" and error.message == stub_error(check.room, check.exercise):
        return Answer("missing", {}, NOT_WRITTEN)
    if error.kind == "MemoryError" or "can't allocate memory" in error.message:
        return Answer("memory", {}, "it asked for more memory than it may have")
    return None
