"""How much sooner two workers of a dask cluster grade a class than one, both on this machine.

    python -m bench.cluster                 60 submissions, three rounds
    python -m bench.cluster --class 200 --rounds 5

Each round grades the class of `bench.grading` with one worker and with two, in turns first, each time in a course
folder and on a cluster of their own: a scheduler, and workers of one thread. Prints medians over the rounds with the
least and the most, and writes _build/bench/cluster.json. Wall time in seconds, of the command alone; CPU time of the
command, of the scheduler, and of the workers with their sandboxes, from when they were there. On a machine with two
cores, what the command and the scheduler use is time that two workers lack. Let nothing else run on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.table import Table

from autograder.console import print_table
from bench.grading import BUILD, Bench, look
from bench.machine import machine

RESULTS = BUILD / "cluster.json"
COUNTS = (1, 2)
START_S = 60.0


@dataclass(frozen=True)
class Graded:
    """What one run took: seconds of wall time, and of processor time of the command, the scheduler and the workers."""

    workers: int
    wall_s: float
    command_s: float
    scheduler_s: float
    workers_s: float


class Cluster:
    """A scheduler and workers, each a process that its command started, with their files in a folder."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.file = folder / "scheduler.json"
        self.scheduler: list[psutil.Process] = []
        self.workers: list[psutil.Process] = []

    @contextmanager
    def running(self, workers: int) -> Iterator[str]:
        """Give the address of the scheduler when so many workers are there, and end everything afterwards.

        Raises:
            TimeoutError: they do not come.
        """
        here, quiet = ("--host", "127.0.0.1"), "--no-dashboard"
        with ExitStack() as stack:
            scheduler = ("scheduler", *here, "--port", "0", quiet, "--scheduler-file", str(self.file))
            self.scheduler = [stack.enter_context(self._started(*scheduler))]
            wait_for(self.file.exists)
            address: str = json.loads(self.file.read_text(encoding="utf-8"))["address"]
            places = [self.folder / f"worker-{at}" for at in range(workers)]
            line = ("worker", address, *here, "--nthreads", "1", quiet, "--local-directory")
            self.workers = [stack.enter_context(self._started(*line, str(place))) for place in places]
            wait_for(lambda: self.log.read_text(encoding="utf-8").count("Registered to") == workers)
            yield address

    @property
    def log(self) -> Path:
        return self.folder / "dask.log"

    @contextmanager
    def _started(self, *line: str) -> Iterator[psutil.Process]:
        with self.log.open("ab") as said:
            command = [sys.executable, "-m", "dask", *line]
            process = subprocess.Popen(command, stdout=said, stderr=said, cwd=self.folder, env=self.environment)
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            try:
                process.wait(START_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(what: Any, seconds: float = START_S) -> None:
    last = time.monotonic() + seconds
    while not what():
        if time.monotonic() > last:
            raise TimeoutError("the cluster does not start")
        time.sleep(0.05)


def processor_s(roots: Sequence[psutil.Process]) -> float:
    """Return the seconds of processor time of some processes, of their descendants and of those they waited for."""
    looks = [look(process) for root in roots for process in (root, *root.children(recursive=True))]
    return sum(found[0] for found in looks if found is not None)


def grade(bench: Bench, workers: int) -> Graded:
    """Grade the class of a bench on a cluster of so many workers."""
    folder = bench.hand_in(bench.work)
    place = bench.folder / "cluster"
    place.mkdir()
    cluster = Cluster(place, bench.environment())
    with cluster.running(workers) as address:
        before = [processor_s(of) for of in (cluster.scheduler, cluster.workers)]
        usage = bench.grade(folder, len(bench.work), "--scheduler", address, "--seed", "1")
        after = [processor_s(of) for of in (cluster.scheduler, cluster.workers)]
    graded = len(list(folder.glob("autograded/*/*/*.ipynb")))
    if graded != len(bench.work):
        raise RuntimeError(f"only {graded} of {len(bench.work)} were graded, see {bench.log}")
    shutil.rmtree(place)
    return Graded(workers, usage.wall_s, usage.cpu_s, *(end - begin for end, begin in zip(after, before, strict=True)))


def ratios(rounds: Sequence[Graded]) -> list[float]:
    """Return for each round how many times as long one worker took as two."""
    wall = {count: [one.wall_s for one in rounds if one.workers == count] for count in COUNTS}
    return [one / two for one, two in zip(*wall.values(), strict=True)]


def spread(values: Sequence[float], digits: int = 0) -> str:
    low, middle, high = (f"{of(values):.{digits}f}" for of in (min, statistics.median, max))
    return f"{middle} ({low} to {high})"


def main() -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--class", type=int, default=60, dest="size", metavar="N", help="submissions, 60 if left out")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    host, rounds = machine(("torch", "nbgrader", "distributed")), list[Graded]()
    with tempfile.TemporaryDirectory(dir=BUILD) as temporary:
        bench = Bench(options.size, Path(temporary))
        for at in range(options.rounds):
            for workers in COUNTS if at % 2 == 0 else COUNTS[::-1]:
                print(f"round {at + 1} of {options.rounds}, workers: {workers}", flush=True)
                rounds.append(grade(bench, workers))
    table = Table(box=None, pad_edge=False, title=f"{options.size} submissions, {os.cpu_count()} cores")
    for column in ("workers", "wall s", "CPU s: command", "scheduler", "workers"):
        table.add_column(column, justify="right")
    for count in COUNTS:
        those = [asdict(one) for one in rounds if one.workers == count]
        names = ("wall_s", "command_s", "scheduler_s", "workers_s")
        table.add_row(str(count), *(spread([one[name] for one in those]) for name in names))
    print_table(table)
    print(f"two workers are {spread(ratios(rounds), 2)} times as fast as one")
    entry = {"machine": host, "submissions": options.size, "ratios": ratios(rounds)}
    RESULTS.write_text(json.dumps(entry | {"rounds": [asdict(one) for one in rounds]}, indent=1) + "\n")
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()
