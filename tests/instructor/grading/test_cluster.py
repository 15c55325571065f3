"""Grading on the workers of a dask cluster: the marks of a run on one machine, whatever happens to the workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
import pytest
import torch

import autograder as package
from autograder.instructor.grading.cluster import cluster_workers, pack_result, unpack_result
from autograder.instructor.grading.workers import ClusterError
from autograder.sandbox import Cell, CellResult, Limits, Program, RunResult
from autograder.verdicts import Answer
from tests.commands import autograder
from tests.instructor.conftest import (
    ASSIGNMENT,
    ONCE,
    QUICK,
    grade,
    gradebook_rows,
    notebook_of,
    points,
    record_of,
    submitted,
    verdicts,
)

PROGRAM = Program((Cell("a", "print(1)"),), ())
SERVER = "autograder.sandbox.server"
KILL_THE_WORKER = """
import os, signal
above = os.getpid()
while b"spawn_main" not in open(f"/proc/{above}/cmdline", "rb").read():
    above = int(open(f"/proc/{above}/stat").read().rsplit(")", 1)[1].split()[1])
os.kill(above, signal.SIGKILL)
"""
HOSTILE = {
    "exits": "import os\nos._exit(0)",
    "kills": "import os, signal\nos.kill(-1, signal.SIGKILL)",
    "forks": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
}


@dataclass
class Worker:
    """A `dask worker`: the nanny that was started, and the process under it that runs submissions."""

    nanny: psutil.Process

    @property
    def process(self) -> psutil.Process | None:
        children = [child for child in self.nanny.children() if "spawn_main" in command_of(child)]
        return children[0] if children else None

    @property
    def sandboxes(self) -> list[psutil.Process]:
        """The warm servers under this worker."""
        if self.process is None:
            return []
        found = self.process.children(recursive=True)
        return [child for child in found if is_server(child)]

    def runs_a_submission(self) -> bool:
        with suppress(psutil.NoSuchProcess):  # one that has ended meanwhile
            return any(is_server(server) and server.children() for server in self.sandboxes)
        return False


def is_server(process: psutil.Process) -> bool:
    """Whether a process is a sandbox's warm server, and not what shuts it in; not where it has ended."""
    try:
        return process.name() != "bwrap" and SERVER in command_of(process)
    except psutil.NoSuchProcess:
        return False


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


@dataclass
class Cluster:
    """A scheduler and workers, each a process that was started by its command."""

    folder: Path
    scheduler: subprocess.Popen[bytes]

    @property
    def file(self) -> Path:
        return self.folder / "scheduler.json"

    @property
    def address(self) -> str:
        return str(json.loads(self.file.read_text())["address"])

    @contextmanager
    def workers(self, *names: str, **environment: str) -> Iterator[list[Worker]]:
        """Start workers, give them when they are there, and end them."""
        nannies = [dask(self.folder, name, *self._options(name), **environment) for name in names]
        try:
            for name in names:
                until(lambda name=name: "Registered to" in (self.folder / f"{name}.log").read_text())
            yield [Worker(psutil.Process(nanny.pid)) for nanny in nannies]
        finally:
            for nanny in nannies:
                end(nanny)

    def _options(self, name: str) -> list[str]:
        options = ["worker", "--scheduler-file", self.file, "--name", name, "--nthreads", "1", "--no-dashboard"]
        return [*map(str, options), "--host", "127.0.0.1", "--local-directory", str(self.folder / name)]


def dask(folder: Path, name: str, *line: str, **environment: str) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("w") as log:
        command = [sys.executable, "-m", "dask", *line]
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=os.environ | environment)


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def until(what: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@contextmanager
def scheduler_in(folder: Path) -> Iterator[Cluster]:
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", "scheduler.json")
    # One death of a worker is forgiven rather than three, so that a submission that kills them is found out sooner.
    forgiven = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    cluster = Cluster(folder, dask(folder, "scheduler", "scheduler", *options, **forgiven))
    try:
        until(cluster.file.exists)
        yield cluster
    finally:
        end(cluster.scheduler)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with scheduler_in(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="module")
def two(cluster: Cluster) -> Iterator[list[Worker]]:
    with cluster.workers("one", "two") as workers:
        yield workers


def hand_in_with(folder: Path, student: str, code: str) -> None:
    """Hand in right work whose first answer runs ``code`` as well."""
    notebook = notebook_of(folder, "ada")
    first = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution"))
    first.source += f"\n{code}\n"
    nbformat.write(notebook, submitted(folder, student))


@pytest.mark.long("a cluster is started")
def test_a_cluster_gives_the_verdicts_and_the_gradebook_of_one_machine(
    cluster: Cluster, two: list[Worker], small_folder: Path, graded_small_class: Path
) -> None:
    run = grade(small_folder, seed=7, scheduler=cluster.address)
    assert verdicts(run) == verdicts(grade(graded_small_class, seed=7))
    assert gradebook_rows(small_folder) == gradebook_rows(graded_small_class)
    assert [len(worker.sandboxes) for worker in two] == [1, 1], "a worker had nothing to do, or two sandboxes"


@pytest.mark.deep
def test_what_a_cluster_graded_stands_when_one_machine_goes_on(
    cluster: Cluster, two: list[Worker], small_folder: Path
) -> None:
    grade(small_folder, student="right", scheduler=cluster.address)
    run = grade(small_folder)
    assert [one.submission.student for one in run.graded if one.reused] == ["right"]
    assert points(run) == ONCE


@pytest.mark.long("a cluster of which one worker is killed, and a class")
def test_a_worker_that_is_killed_while_it_runs_a_submission_loses_nothing(
    cluster: Cluster, two: list[Worker], small_folder: Path
) -> None:
    hand_in_with(small_folder, "slow", "import time; time.sleep(2)")
    seen: list[Worker] = []

    def is_run() -> bool:
        seen.extend(worker for worker in two if worker.runs_a_submission())
        return bool(seen)

    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(grade, small_folder, student="slow", limits=Limits(), scheduler=cluster.address)
        until(is_run)
        busy = seen[0]
        left = [busy.process, *busy.sandboxes]
        busy.process.kill()
        assert points(run.result()) == {"slow": 20}
    psutil.wait_procs(left, timeout=20)
    assert not any(process.is_running() for process in left), "a killed worker left its sandbox behind"


@pytest.mark.deep
@pytest.mark.long("workers are waited for")
def test_a_worker_that_is_killed_together_with_its_nanny_loses_nothing(
    cluster: Cluster, two: list[Worker], small_folder: Path
) -> None:
    for number in range(3):
        hand_in_with(small_folder, f"slow-{number}", "import time; time.sleep(2)")
    with cluster.workers("third") as (third,), ThreadPoolExecutor(1) as pool:
        run = pool.submit(grade, small_folder, limits=Limits(), scheduler=cluster.address)
        until(third.runs_a_submission)
        worker = third.process
        third.nanny.kill()
        worker.kill()
        assert points(run.result()) == ONCE | {f"slow-{number}": 20 for number in range(3)}


@pytest.mark.long("fork bombs run to their limit")
def test_hostile_work_does_no_harm_to_the_worker_that_runs_it(
    cluster: Cluster, two: list[Worker], small_folder: Path
) -> None:
    until(lambda: all(worker.process for worker in two))
    before = [worker.process for worker in two]
    for student, code in HOSTILE.items():
        hand_in_with(small_folder, student, code)
    run = grade(small_folder, scheduler=cluster.address)
    assert {student: points(run)[student] for student in ONCE} == ONCE
    assert not any(verdict["outcome"] == "pass" for verdict in record_of(small_folder, "exits")["verdicts"])
    assert [worker.process for worker in two] == before


@pytest.mark.deep
@pytest.mark.long("workers are started again and again")
def test_work_that_ends_every_worker_is_a_crash_and_stops_nobody_elses(
    cluster: Cluster, two: list[Worker], small_folder: Path
) -> None:
    hand_in_with(small_folder, "killer", KILL_THE_WORKER)
    run = grade(small_folder, isolated=False, scheduler=cluster.address)
    assert points(run) == ONCE | {"killer": 0}
    verdicts = record_of(small_folder, "killer")["verdicts"]
    assert {verdict["outcome"] for verdict in verdicts} == {"crash"}
    assert "it ended every worker that ran it" in verdicts[0]["message"]


@contextmanager
def grading(folder: Path, address: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command in the background, and give it when it has graded a first submission."""
    line = [sys.executable, "-m", "autograder.instructor.cli", "grade", ASSIGNMENT, "--scheduler", address]
    with subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as grader:
        try:
            until(lambda: any((folder / "autograded").glob("*/*/*.ipynb")))
            yield grader
        finally:
            grader.kill()


@pytest.mark.deep
@pytest.mark.long("two runs over a class")
def test_a_killed_grader_goes_on_where_it_was(cluster: Cluster, two: list[Worker], small_folder: Path) -> None:
    with grading(small_folder, cluster.address) as grader:
        grader.send_signal(signal.SIGKILL)
    done = autograder("grade", ASSIGNMENT, "--scheduler", cluster.address, cwd=small_folder)
    assert done.returncode == 0, done.stderr
    assert "unchanged)" in done.stdout
    assert sum(score or 0 for score in gradebook_rows(small_folder).values()) == sum(ONCE.values())


@pytest.mark.deep
@pytest.mark.long("nobody answers until the patience ends")
def test_a_scheduler_that_nobody_answers_for_is_one_line(small_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    done = autograder("grade", "--scheduler", address, cwd=small_folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"autograder: no dask scheduler answers at {address}: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.deep
@pytest.mark.long("the scheduler is waited for")
def test_a_scheduler_that_goes_away_is_one_line_and_what_was_graded_is_kept(tmp_path: Path, small_folder: Path) -> None:
    hand_in_with(small_folder, "zoe", "import time; time.sleep(3)")
    with (
        scheduler_in(tmp_path) as cluster,
        cluster.workers("only"),
        grading(small_folder, cluster.address) as grader,
    ):
        cluster.scheduler.kill()
        out, err = grader.communicate(timeout=120)
    assert (grader.returncode, out, err.count("\n")) == (1, "", 1), err
    assert "went away; what was graded is kept, and the same command goes on from here" in err
    run = grade(small_folder, limits=Limits())
    assert any(one.reused for one in run.graded)
    assert points(run) == ONCE | {"zoe": 20}


def test_a_cluster_without_workers_says_how_to_start_some(tmp_path: Path) -> None:
    with (
        scheduler_in(tmp_path) as cluster,
        cluster_workers(cluster.address, QUICK, isolated=True, patience_s=0.5) as sandboxes,
        pytest.raises(ClusterError, match="has no workers: start some with `dask worker tcp://"),
    ):
        sandboxes.run(PROGRAM).result(timeout=60)


@pytest.mark.deep
@pytest.mark.long("a cluster is started")
def test_a_worker_that_joins_later_is_used(tmp_path: Path) -> None:
    with scheduler_in(tmp_path) as cluster, cluster_workers(cluster.address, QUICK, isolated=True) as sandboxes:
        promise = sandboxes.run(PROGRAM)
        with cluster.workers("late"):
            assert promise.result(timeout=60) == RunResult({"a": CellResult("1\n", "")}, {})


@pytest.mark.deep
@pytest.mark.long("a cluster is started")
def test_a_worker_with_other_code_is_refused_and_named(tmp_path: Path, small_folder: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(Path(package.__file__).parent, other / "autograder")
    with (other / "autograder" / "observe.py").open("a") as file:
        file.write("\nCHANGED = True\n")
    said = r"the worker tcp://\S+ has autograder's code \w+, and the grader \w+: install the same on both"
    with (
        scheduler_in(tmp_path) as cluster,
        cluster.workers("other", PYTHONPATH=str(other)),
        pytest.raises(ClusterError, match=said),
    ):
        grade(small_folder, scheduler=cluster.address)
    assert not any((small_folder / "autograded").iterdir())


def test_a_result_comes_back_from_a_worker_as_it_left_the_sandbox() -> None:
    seen = {"output": torch.arange(6.0).view(2, 3), "nan": float("nan")}
    answers = {
        ("Linear", "affine"): Answer("observed", seen, "", 0.25),
        ("Linear", "dtype"): Answer("timeout", {}, "it did not end in time"),
    }
    cells = {"a": CellResult("é" * 500_000, "NameError: x")}
    result = unpack_result(pack_result(RunResult(cells, answers)))
    assert result.cells == cells
    assert list(result.answers) == list(answers)
    affine = result.answers["Linear", "affine"]
    assert torch.equal(affine.observations["output"], seen["output"])
    assert (affine.kind, affine.duration_s, str(affine.observations["nan"])) == ("observed", 0.25, "nan")
    assert vars(result.answers["Linear", "dtype"]) == vars(answers["Linear", "dtype"])
