"""Parsing Python in several threads: the grader starts sandboxes while it reads submissions."""

import gc
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.notebooks.remarks import python_of
from tests.conftest import ROOT


@pytest.fixture
def threads_that_take_turns_often() -> Iterator[None]:
    """Run Python code within the parser, as a finalizer or a debugger's hook can: there threads change places."""

    def hook(phase: str, info: object) -> None:
        sum(range(50))

    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(50)
    gc.callbacks.append(hook)
    yield
    gc.callbacks.remove(hook)
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("threads_that_take_turns_often")
def test_threads_that_read_python_do_not_disturb_one_another() -> None:
    text = (ROOT / "solutions" / "checks" / "dropout.py").read_text()
    with ThreadPoolExecutor(4) as pool:
        for read in [pool.submit(python_of, text) for _ in range(20)]:
            read.result()
