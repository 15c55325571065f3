"""Where submissions run: a function that takes a program and promises its result."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from autograder.sandbox import Limits, Program, RunResult, Sandbox

Run = Callable[[Program], Future[RunResult]]


@contextmanager
def local_sandboxes(workers: int, limits: Limits, *, isolated: bool, hidden: Sequence[Path]) -> Iterator[Run]:
    """Give a function that runs a program in the next free sandbox; each starts when it is first needed.

    Args:
        workers: sandboxes at a time.
        limits: what each program may use.
        isolated: False only for work that the instructor trusts.
        hidden: folders that student code must not see.
    """
    with ExitStack() as stack:
        # An interrupted run starts nothing more, ends what runs, and then waits for its threads: the last comes first.
        pool = ThreadPoolExecutor(workers)
        stack.callback(pool.shutdown)
        free: queue.SimpleQueue[Sandbox] = queue.SimpleQueue()
        for _ in range(workers):
            sandbox = Sandbox(limits, isolated=isolated, hidden=hidden)
            stack.callback(sandbox.close)
            free.put(sandbox)
        stack.callback(pool.shutdown, wait=False, cancel_futures=True)

        def run(program: Program) -> RunResult:
            sandbox = free.get()
            try:
                return sandbox.run(program)
            finally:
                free.put(sandbox)

        yield lambda program: pool.submit(run, program)
