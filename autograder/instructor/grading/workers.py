"""Backends that run a ``Program`` and return a ``Future[RunResult]``."""

import queue
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from autograder.sandbox import Limits, Program, RunResult, Sandbox
from autograder.user_errors import TaskFailed


class ClusterError(TaskFailed):
    """The scheduler or its workers cannot be used; the message says which, and what to do."""


@dataclass(frozen=True)
class Sandboxes:
    """A place where programs run."""

    run: Callable[[Program], Future[RunResult]]  # returns at once, with a promise of the result
    at_a_time: int  # number of programs that run side by side there, at least 1


@contextmanager
def local_sandboxes(workers: int, limits: Limits, *, isolated: bool) -> Iterator[Sandboxes]:
    """Open sandboxes on this machine; each starts when it is first needed.

    They are not isolated only for work that the instructor trusts.
    """
    with ExitStack() as stack:
        # An interrupted run starts nothing more, ends what runs, and then waits for its threads: the last comes first.
        pool = ThreadPoolExecutor(workers)
        stack.callback(pool.shutdown)
        free: queue.SimpleQueue[Sandbox] = queue.SimpleQueue()
        for _ in range(workers):
            sandbox = Sandbox(limits, isolated=isolated)
            stack.callback(sandbox.close)
            free.put(sandbox)
        stack.callback(pool.shutdown, wait=False, cancel_futures=True)

        def run(program: Program) -> RunResult:
            sandbox = free.get()
            try:
                return sandbox.run(program)
            finally:
                free.put(sandbox)

        yield Sandboxes(lambda program: pool.submit(run, program), workers)
