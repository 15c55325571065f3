"""Grading on the workers of a dask cluster: the marks of a run on one machine, or one line about what is wrong."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from distributed import KilledWorker, LocalCluster
from distributed.client import FutureCancelledError

from autograder.instructor.grading import cluster
from autograder.instructor.grading.cluster import cluster_workers, run_here
from autograder.instructor.grading.workers import ClusterError
from autograder.sandbox import Cell, CellResult, Limits, NoSandbox, Program, RunResult
from tests.commands import in_process
from tests.instructor.conftest import QUICK, grade, gradebook_rows, hand_in_with, points, verdicts, wait_until

PROGRAM = Program((Cell("a", "print(1)"),), ())
SERVER = "autograder.sandbox.server"
PATIENCE_S = 300


@dataclass
class Workers:
    """The address of a scheduler, and its workers: the nannies that were started."""

    address: str
    nannies: list[psutil.Process]

    def processes(self) -> list[psutil.Process]:
        """Return the processes that run submissions, one below each nanny."""
        return [child for nanny in self.nannies for child in nanny.children() if "spawn_main" in command_of(child)]


def sandboxes_of(worker: psutil.Process) -> list[psutil.Process]:
    """Return the warm servers below a worker, without the programs that shut them in."""
    below = worker.children(recursive=True)
    return [process for process in below if SERVER in command_of(process) and process.name() != "bwrap"]


def runs_a_submission(worker: psutil.Process) -> bool:
    return any(server.children() for server in sandboxes_of(worker))


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """A scheduler and two workers of one thread, as the guide starts them."""
    folder = tmp_path_factory.mktemp("cluster")
    file, log = folder / "scheduler.json", folder / "dask.log"
    here = ("--host", "127.0.0.1", "--no-dashboard")
    with ExitStack() as stack:

        def start(*line: str | Path) -> psutil.Process:
            output = stack.enter_context(log.open("ab"))
            process = subprocess.Popen([sys.executable, "-m", "dask", *map(str, line)], stdout=output, stderr=output)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return psutil.Process(process.pid)

        start("scheduler", *here, "--port", "0", "--scheduler-file", file)
        wait_until(lambda: file.exists() and file.read_text().endswith("}"), PATIENCE_S)
        address = json.loads(file.read_text())["address"]
        nannies = [
            start("worker", address, *here, "--nthreads", "1", "--local-directory", folder / name) for name in "ab"
        ]
        wait_until(lambda: log.read_text().count("Registered to") == len(nannies), PATIENCE_S)
        yield Workers(address, nannies)


@pytest.mark.deep
@pytest.mark.long("a cluster is started, and a class graded")
def test_two_workers_give_the_verdicts_and_the_gradebook_of_one_machine(
    two_workers: Workers, small_folder: Path, graded_small_class: Path
) -> None:
    run = grade(small_folder, seed=7, scheduler=two_workers.address)
    assert verdicts(run) == verdicts(grade(graded_small_class, seed=7))
    assert gradebook_rows(small_folder) == gradebook_rows(graded_small_class)
    assert [len(sandboxes_of(worker)) for worker in two_workers.processes()] == [1, 1], "one of them had nothing to do"


@pytest.mark.deep
@pytest.mark.long("a worker is killed, and another takes its submission")
def test_a_worker_that_is_killed_while_it_runs_a_submission_loses_nothing(
    two_workers: Workers, small_folder: Path
) -> None:
    hand_in_with(small_folder, "slow", "import time; time.sleep(2)")
    workers = two_workers.processes()
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(grade, small_folder, student="slow", limits=Limits(), scheduler=two_workers.address)
        wait_until(lambda: any(map(runs_a_submission, workers)), PATIENCE_S)
        busy = next(worker for worker in workers if runs_a_submission(worker))
        left = [busy, *sandboxes_of(busy)]
        busy.kill()
        assert points(run.result()) == {"slow": 20}
    _, alive = psutil.wait_procs(left, timeout=20)
    assert not alive, "a killed worker left its sandbox behind"


@pytest.fixture
def local_cluster() -> Iterator[Callable[[int], LocalCluster]]:
    """Start a cluster of so many workers in this process; what it sends goes over a socket all the same."""
    with ExitStack() as stack:

        def start(workers: int) -> LocalCluster:
            options: dict[str, Any] = {"processes": False, "protocol": "tcp", "dashboard_address": ":0"}
            return stack.enter_context(LocalCluster(n_workers=workers, threads_per_worker=1, **options))

        yield start
    for free in cluster._free.values():
        while not free.empty():
            free.get().close()


def test_a_worker_runs_a_program_in_its_sandbox_and_returns_the_result(
    local_cluster: Callable[[int], LocalCluster],
) -> None:
    address = local_cluster(1).scheduler_address
    with cluster_workers(address, QUICK, isolated=True) as sandboxes:
        assert sandboxes.run(PROGRAM).result(timeout=60) == RunResult({"a": CellResult("1\n", "")}, {})


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (ClusterError("the worker has another Python"), ClusterError, "^the worker has another Python$"),
        (NoSandbox("there is no bwrap"), NoSandbox, "^there is no bwrap$"),
        (ImportError("no torch"), ClusterError, "^a worker of tcp://.* cannot run autograder: ImportError: no torch$"),
        (KilledWorker("run", SimpleNamespace(address="tcp://10.0.0.6"), 3), KilledWorker, "all those workers died"),
        (FutureCancelledError("run", "scheduler-connection-lost"), ClusterError, "the same command goes on from here$"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_on_a_worker_is_reported_in_one_line(
    local_cluster: Callable[[int], LocalCluster],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    kind: type[Exception],
    says: str,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(cluster, "run_here", fail)
    with (
        cluster_workers(local_cluster(1).scheduler_address, QUICK, isolated=True) as sandboxes,
        pytest.raises(kind, match=says),
    ):
        sandboxes.run(PROGRAM).result(timeout=60)


def test_a_worker_with_other_versions_is_refused_and_named(local_cluster: Callable[[int], LocalCluster]) -> None:
    client = local_cluster(1).get_client()
    says = r"the worker tcp://\S+ has Python 3\.\d+, and the grader 2\.7: install the same on both"
    with client, pytest.raises(ClusterError, match=says):
        client.submit(run_here, PROGRAM, QUICK, {"Python": "2.7"}, True).result(timeout=60)


def test_a_cluster_without_workers_says_how_to_start_some(
    local_cluster: Callable[[int], LocalCluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE_S", 0.2)
    address = local_cluster(0).scheduler_address
    with (
        pytest.raises(ClusterError, match="has no workers: start some with `dask worker tcp://"),
        cluster_workers(address, QUICK, isolated=True),
    ):
        pass


def test_a_scheduler_that_has_gone_ends_the_run(
    local_cluster: Callable[[int], LocalCluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 1.0)
    local = local_cluster(1)
    with cluster_workers(local.scheduler_address, QUICK, isolated=True) as sandboxes:
        local.close()
        with pytest.raises(ClusterError, match="went away; what was graded is kept"):
            sandboxes.run(PROGRAM).result(timeout=60)


@pytest.mark.deep
@pytest.mark.long("nobody answers until the patience ends")
def test_a_scheduler_that_nobody_answers_for_is_one_line(small_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    done = in_process("grade", "--scheduler", address, cwd=small_folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"autograder: no dask scheduler answers at {address}: ")
    assert done.stderr.count("\n") == 1
