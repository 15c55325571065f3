"""Run submissions on the workers of a dask cluster: each thread of a worker has a warm sandbox of its own.

Reference, seeds, judge and gradebook stay here. The output of a student's process is read on the worker, in the
sandbox's wire format, and never unpickled; program and result are pickled by dask, between the grader and its workers.

Defends: what the sandbox defends, on the worker's machine. If a worker dies, dask gives its submissions to others.
Does not defend: the cluster itself. Anyone who reaches a dask scheduler or worker runs code there and here as its user:
keep it in a private network, or speak ``tls://`` as dask's documentation says.
Assumes: scheduler and workers have this version of autograder, and workers bubblewrap. They need no course folder.
"""

import logging
import platform
import queue
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from distributed import Client, KilledWorker, get_worker
from distributed import Future as RemoteResult
from distributed.client import FutureCancelledError

import autograder
from autograder.course import Course
from autograder.dependencies import digest
from autograder.instructor.grading.submission import versions
from autograder.instructor.grading.workers import ClusterError, Sandboxes
from autograder.sandbox import Limits, NoSandbox, Program, RunResult, Sandbox

CONNECT_S = 10.0
PATIENCE_S = 60.0  # with a cluster that has no worker yet
AT_A_TIME = 32  # the grader sends a few times as many programs ahead, which is enough for more threads than these


@contextmanager
def cluster_workers(address: str, limits: Limits, *, isolated: bool) -> Iterator[Sandboxes]:
    """Open the sandboxes of the workers of a scheduler, those that join later included, or raise ClusterError.

    A promised result raises ``ClusterError`` where the cluster can no longer be used, ``NoSandbox`` where a worker
    cannot isolate, and ``KilledWorker`` where every worker that ran the program died.
    """
    for logger in ("distributed", "distributed.client"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)  # their news is told in one line
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).splitlines()[0]
        raise ClusterError(f"no dask scheduler answers at {address}: {reason}") from error

    def run(program: Program) -> Future[RunResult]:
        promise: Future[RunResult] = Future()

        def keep(result: RemoteResult) -> None:
            if promise.set_running_or_notify_cancel():
                try:
                    promise.set_result(result.result())
                except Exception as error:
                    promise.set_exception(_told(error, address))

        try:
            client.submit(run_here, program, limits, what_counts(), isolated, pure=False).add_done_callback(keep)
        except Exception as error:
            raise _gone(address) from error
        return promise

    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError as error:
            says = f"the scheduler at {address} has no workers: start some with `dask worker {address}`"
            raise ClusterError(says) from error
        yield Sandboxes(run, AT_A_TIME)


def _told(error: Exception, address: str) -> Exception:
    """Return an error of dask or of a worker as one of ours."""
    if isinstance(error, FutureCancelledError):
        return _gone(address)
    if isinstance(error, ClusterError | NoSandbox | KilledWorker):
        return error
    return ClusterError(f"a worker of {address} cannot run autograder: {type(error).__name__}: {error}")


def _gone(address: str) -> ClusterError:
    return ClusterError(
        f"the scheduler at {address} went away; what was graded is kept, and the same command goes on from here"
    )


# On a worker

_free: dict[bool, queue.SimpleQueue[Sandbox]] = defaultdict(queue.SimpleQueue)


def run_here(program: Program, limits: Limits, wanted: Mapping[str, str], isolated: bool) -> RunResult:
    """Run a program in a warm sandbox of this worker, which ends with the worker, however that ends.

    Raises:
        ClusterError: by ``wanted``, the grader's ``what_counts``, this worker would not observe what it expects.
        NoSandbox: isolation is asked for and cannot be had here.
    """
    address, here = get_worker().address, what_counts()
    for what, version in wanted.items():
        if here.get(what) != version:
            raise ClusterError(
                f"the worker {address} has {what} {here.get(what)}, and the grader {version}: install the same on both"
            )
    try:
        sandbox = _free[isolated].get_nowait()
    except queue.Empty:
        sandbox = Sandbox(isolated=isolated)
    sandbox.limits = limits
    try:
        return sandbox.run(program)
    except NoSandbox as error:
        raise NoSandbox(f"the worker {address}: {error}") from error
    finally:
        _free[isolated].put(sandbox)


@cache
def what_counts() -> dict[str, str]:
    """Return the versions that an observation depends on: a number, or a digest, by name."""
    python = ".".join(platform.python_version_tuple()[:2])
    code = {"autograder's code": Path(autograder.__file__).parent, "the course's checks": Course.announced().checks}
    return {"Python": python, **versions()} | {what: digest(folder.rglob("*.py"))[:12] for what, folder in code.items()}
