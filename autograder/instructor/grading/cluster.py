"""Run submissions on the workers of a dask cluster: each thread of a worker has a warm sandbox of its own.

A worker gets a program as JSON and gives frames of the sandbox's wire format back: nothing that a student's process
wrote is ever unpickled. Reference, seeds, judge and gradebook stay here.

Defends: what the sandbox defends, on the worker's machine. A worker that dies loses nothing: dask gives its submissions
to others.
Does not defend: the cluster itself. Whoever reaches a dask scheduler or worker runs code there as its user, and here,
since dask itself pickles: keep it in a private network, or speak ``tls://`` as dask's documentation says.
Assumes: scheduler and workers have this version of autograder, and workers bubblewrap. They need no course folder.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import platform
import queue
from collections import defaultdict
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path

from distributed import Client, KilledWorker, get_worker
from distributed.client import FutureCancelledError

import autograder
from autograder.course import Course, NoCourse
from autograder.instructor.grading.reuse import versions
from autograder.instructor.grading.workers import ClusterError, Sandboxes
from autograder.sandbox import CellResult, Limits, NoSandbox, Program, RunResult, Sandbox, wire
from autograder.sandbox.program import pack_plan, read_plan, read_request
from autograder.verdicts import Answer

CONNECT_S = 10.0
PATIENCE_S = 60.0
LOOK_EVERY_S = 1.0


@contextmanager
def cluster_workers(
    address: str, limits: Limits, *, isolated: bool, patience_s: float = PATIENCE_S
) -> Iterator[Sandboxes]:
    """Give the sandboxes of a cluster's workers, those that join later included.

    A promised result raises ``ClusterError`` where the cluster is of no use any more, and ``NoSandbox`` where a worker
    cannot isolate. A submission whose workers die is tried once more while nothing else runs; if they die then, too,
    its checks end as ``crash``.

    Args:
        address: of the scheduler, such as ``tcp://10.0.0.5:8786``.
        limits: what each program may use.
        isolated: False only for work that the instructor trusts.
        patience_s: seconds to wait for a first worker, or for another after the last is gone.

    Raises:
        ClusterError: nobody answers at this address.
    """
    for logger in ("distributed", "distributed.client"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)  # what they would log is told in one line
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).splitlines()[0]
        raise ClusterError(f"no dask scheduler answers at {address}: {reason}") from error
    dispatcher = _Dispatcher(client, address, limits, isolated, patience_s)
    with client:
        dispatcher.start(dispatcher.watch())
        try:
            yield Sandboxes(dispatcher.run, lambda: max(1, dispatcher.threads))
        finally:
            dispatcher.stop()


class _Dispatcher:
    """Sends as many programs at a time as the workers have threads; what is no promise happens in the client's loop."""

    def __init__(self, client: Client, address: str, limits: Limits, isolated: bool, patience_s: float) -> None:
        self.client, self.address, self.patience_s = client, address, patience_s
        self.limits, self.isolated = limits, isolated
        self.threads = self.running = self.waiting = 0
        self.changed = asyncio.Condition()
        self.promises: set[Future[RunResult]] = set()
        self.started: set[Future[None]] = set()
        self.failure: ClusterError | None = None

    def run(self, program: Program) -> Future[RunResult]:
        """Promise the result of a program."""
        promise: Future[RunResult] = Future()
        self.start(self._keep(promise, program))
        return promise

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Start a coroutine in the client's loop."""
        handle = asyncio.run_coroutine_threadsafe(work, self.client.loop.asyncio_loop)
        self.started.add(handle)
        handle.add_done_callback(self.started.discard)

    def stop(self) -> None:
        """Cancel what was started; submissions that workers run are of no interest any more."""
        for handle in [*self.started]:
            handle.cancel()

    async def _keep(self, promise: Future[RunResult], program: Program) -> None:
        if self.failure is not None:
            promise.set_exception(self.failure)
            return
        self.promises.add(promise)
        try:
            self._settle(promise, await self._result(promise, program))
        except FutureCancelledError:
            self._give_up("went away")
        except Exception as error:
            self._settle(promise, self._told(error))

    def _settle(self, promise: Future[RunResult], how: RunResult | Exception) -> None:
        self.promises.discard(promise)
        if promise.done():
            return
        if isinstance(how, Exception):
            promise.set_exception(how)
        else:
            promise.set_result(how)

    async def _result(self, promise: Future[RunResult], program: Program) -> RunResult:
        """Run a program on some worker; it alone if its worker died, since a neighbour may have done that."""
        async with self._turn():
            if promise.done() or not promise.set_running_or_notify_cancel():
                return RunResult({}, {})
            with suppress(KilledWorker):
                return await self._on_some_worker(program)
        async with self._turn(alone=True):
            with suppress(KilledWorker):
                return await self._on_some_worker(program)
        lost = Answer("crash", {}, "it ended every worker that ran it")
        return RunResult({}, {(check.exercise, check.name): lost for check in program.checks})

    @asynccontextmanager
    async def _turn(self, alone: bool = False) -> AsyncIterator[None]:
        def free() -> bool:
            return self.running == 0 == self.waiting if alone else self.running < self.threads

        async with self.changed:
            self.waiting += not alone
            try:
                await self.changed.wait_for(free)
            finally:
                self.waiting -= not alone
            self.running += 1
        try:
            yield
        finally:
            async with self.changed:
                self.running -= 1
                self.changed.notify_all()

    async def _on_some_worker(self, program: Program) -> RunResult:
        request = json.dumps(program.request() | pack_plan(program.checks) | {"limits": asdict(self.limits)}).encode()
        return unpack_result(await self.client.submit(run_here, request, what_counts(), self.isolated, pure=False))

    async def watch(self) -> None:
        """Follow the number of workers until the cluster is of no use any more."""
        loop = asyncio.get_running_loop()
        seen = loop.time()
        while True:
            try:
                self.threads = sum((await asyncio.wait_for(self.client.nthreads(), self.patience_s)).values())
            except (OSError, TimeoutError):
                return self._give_up("went away")
            if self.threads:
                seen = loop.time()
            elif loop.time() - seen > self.patience_s:
                return self._give_up(f"has no workers: start some with `dask worker {self.address}`")
            async with self.changed:
                self.changed.notify_all()
            await asyncio.sleep(LOOK_EVERY_S)

    def _give_up(self, reason: str) -> None:
        self.failure = ClusterError(
            f"the scheduler at {self.address} {reason}; what was graded is kept, and the same command goes on from here"
        )
        for promise in [*self.promises]:
            self._settle(promise, self.failure)

    def _told(self, error: Exception) -> Exception:
        """Return an error of a worker as one of ours."""
        if isinstance(error, ClusterError | NoSandbox):
            return error
        return ClusterError(f"a worker of {self.address} cannot run autograder: {type(error).__name__}: {error}")


# On a worker

_free: dict[bool, queue.SimpleQueue[Sandbox]] = defaultdict(queue.SimpleQueue)


def run_here(request: bytes, wanted: Mapping[str, str], isolated: bool) -> bytes:
    """Run a program in a warm sandbox of this worker, which ends with the worker, however that ends.

    Args:
        request: cells, limits and checks as JSON.
        wanted: what ``what_counts`` says where the verdicts are made.
        isolated: False only for work that the instructor trusts.

    Raises:
        ClusterError: this worker would not observe what the grader expects.
        NoSandbox: isolation is asked for and cannot be had here.
    """
    address, here = get_worker().address, what_counts()
    for what, version in wanted.items():
        if here.get(what) != version:
            raise ClusterError(
                f"the worker {address} has {what} {here.get(what)}, and the grader {version}: install the same on both"
            )
    asked = json.loads(request)
    try:
        sandbox = _free[isolated].get_nowait()
    except queue.Empty:
        sandbox = Sandbox(isolated=isolated, hidden=_installed_course())
    sandbox.limits = Limits(**asked["limits"])
    try:
        return pack_result(sandbox.run(Program(read_request(asked), read_plan(asked))))
    except NoSandbox as error:
        raise NoSandbox(f"the worker {address}: {error}") from error
    finally:
        _free[isolated].put(sandbox)


@cache
def what_counts() -> dict[str, str]:
    """Return the versions that an observation depends on: a number, or a digest, by name."""
    package = Path(autograder.__file__).parent
    code = hashlib.sha256()
    for file in sorted(package.rglob("*.py")):
        code.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    python = ".".join(platform.python_version_tuple()[:2])
    return {"Python": python, **versions(), "autograder's code": code.hexdigest()[:12]}


@cache
def _installed_course() -> tuple[Path, ...]:
    try:
        return (Course.installed().folder,)
    except NoCourse:
        return ()


# Between both


def pack_result(result: RunResult) -> bytes:
    """Return a result as frames, a cell or an answer each."""
    frames = [
        wire.frame({"cell": cell, "stdout": ran.stdout, "error": ran.error}) for cell, ran in result.cells.items()
    ]
    for (exercise, check), answer in result.answers.items():
        header, body = wire.pack_answer(answer)
        frames.append(wire.frame({"exercise": exercise, "check": check, "answer": header}, body))
    return b"".join(frames)


def unpack_result(data: bytes) -> RunResult:
    """Read a result back.

    Raises:
        WireError: these are no such frames.
    """
    cells: dict[str, CellResult] = {}
    answers: dict[tuple[str, str], Answer] = {}
    for header, body in wire.frames(data):
        if "cell" in header:
            cells[header["cell"]] = CellResult(header["stdout"], header["error"])
        else:
            answers[header["exercise"], header["check"]] = wire.unpack_answer(header["answer"], body)
    return RunResult(cells, answers)
