"""Random numbers of a check: a generator of its own, and the global ones, seeded for its run.

A check says by the annotation of its second parameter which library's generator it wants: ``torch.Generator``,
``np.random.Generator`` or ``random.Random``.
"""

import inspect
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class GeneratorKind:
    """A library's generator of random numbers."""

    imported: str  # the import that a program needs
    made: str  # the expression that makes a generator, with a place for the seed
    make: Callable[[int], Any]  # the same as a function of the seed


def _torch_generator(seed: int) -> Any:
    import torch

    return torch.Generator().manual_seed(seed)


TORCH = GeneratorKind("import torch", "torch.Generator().manual_seed({seed})", _torch_generator)
NUMPY = GeneratorKind("import numpy as np", "np.random.default_rng({seed})", np.random.default_rng)
PYTHON = GeneratorKind("import random", "random.Random({seed})", random.Random)
KINDS = {"torch": TORCH, "numpy": NUMPY, "np": NUMPY, "random": PYTHON}  # by where the annotation says that it is


def kind_of(function: Callable[..., Any]) -> GeneratorKind:
    """Return the generator that a check asks for; NumPy's if it has no annotation.

    Raises:
        TypeError: it asks for something else.
    """
    *_, last = inspect.signature(function).parameters.values()
    asked = last.annotation
    if asked is inspect.Parameter.empty:
        return NUMPY
    name = asked if isinstance(asked, str) else f"{asked.__module__}.{asked.__qualname__}"
    kind = KINDS.get(name.partition(".")[0])
    if kind is None:
        raise TypeError(f"{last.name}: {name}: a check has a torch.Generator, a np.random.Generator or a random.Random")
    return kind


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the global generators of Python, NumPy and, where it has been imported, PyTorch; restore them after it.

    Autograd records in the block, even if an answer has switched it off, and is as before after it.
    """
    of_python, of_numpy = random.getstate(), np.random.get_state()
    with ExitStack() as stack:
        torch = sys.modules.get("torch")
        if torch is not None:
            stack.enter_context(torch.enable_grad())
            stack.enter_context(torch.random.fork_rng(devices=[]))
            # torch.manual_seed also takes down the stack, for CUDA's sake.
            torch.default_generator.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed % 2**32)
        try:
            yield
        finally:
            random.setstate(of_python)
            np.random.set_state(of_numpy)


@contextmanager
def one_thread() -> Iterator[None]:
    """Add up in one order: with more threads the last digits depend on the machine. Small tensors lose no time."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
