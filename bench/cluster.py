"""How much sooner two workers of a dask cluster grade a class than one, all on this machine.

    python -m bench.cluster                 300 submissions, three rounds
    python -m bench.cluster --class 60 --rounds 1

There are two clusters, one of one worker and one of two, each with a scheduler and workers of one thread. They take
turns at grading the class of `bench.grading`, each time in a course folder of its own. The first round, in which the
workers start their sandboxes, is told and not counted. Prints medians over the others with the least and the most, and
writes _build/bench/cluster.json. Wall time in seconds of `autograder grade`; CPU time of that command, of the
scheduler, and of the workers with their sandboxes. On a machine with two cores, two workers have no more than what
command and scheduler leave them. In a small class much of the time is that in which workers wait: while the command
starts, and while the last submission runs. Let nothing else run on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from rich.table import Table

from autograder.console import print_table
from bench import BUILD
from bench.grading import Bench, look
from bench.machine import machine

RESULTS = BUILD / "cluster.json"
COUNTS = (1, 2)
START_S = 60.0


@dataclass(frozen=True)
class Graded:
    """What one run took: seconds of wall time, and of processor time of the command, the scheduler and the workers."""

    round: int
    workers: int
    wall_s: float
    command_s: float
    scheduler_s: float
    workers_s: float


@dataclass(frozen=True)
class Cluster:
    """A scheduler and its workers, which are there."""

    address: str
    scheduler: psutil.Process
    workers: Sequence[psutil.Process]


@contextmanager
def cluster(workers: int, folder: Path, environment: Mapping[str, str]) -> Iterator[Cluster]:
    """Give a cluster of so many workers, whose files are in a folder, and end it afterwards.

    Raises:
        TimeoutError: it does not start.
    """
    file, log = folder / "scheduler.json", folder / "dask.log"
    here, quiet = ("--host", "127.0.0.1"), "--no-dashboard"
    with ExitStack() as stack:

        def start(*line: str | Path) -> psutil.Process:
            with log.open("ab") as said:
                command = [sys.executable, "-m", "dask", *map(str, line)]
                process = subprocess.Popen(command, stdout=said, stderr=said, cwd=folder, env=environment)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return psutil.Process(process.pid)

        scheduler = start("scheduler", *here, "--port", "0", quiet, "--scheduler-file", file)
        wait_for(file.exists)
        address: str = json.loads(file.read_text(encoding="utf-8"))["address"]
        places = [folder / f"worker-{at}" for at in range(workers)]
        line = ("worker", address, *here, "--nthreads", "1", quiet, "--local-directory")
        started = [start(*line, place) for place in places]
        wait_for(lambda: log.read_text(encoding="utf-8").count("Registered to") == workers)
        yield Cluster(address, scheduler, started)


def wait_for(what: Callable[[], bool]) -> None:
    last = time.monotonic() + START_S
    while not what():
        if time.monotonic() > last:
            raise TimeoutError(f"the cluster did not start in {START_S:.0f} s")
        time.sleep(0.05)


def processor_s(roots: Sequence[psutil.Process]) -> float:
    """Return the seconds of processor time of some processes, of their descendants and of those they waited for."""
    looks = [look(process) for root in roots for process in (root, *root.children(recursive=True))]
    return sum(found[0] for found in looks if found is not None)


def grade(bench: Bench, on: Cluster, number: int) -> Graded:
    """Grade the class of a bench on a cluster.

    Raises:
        RuntimeError: some of it was not graded.
    """
    folder = bench.hand_in(bench.work)
    before = [processor_s(of) for of in ([on.scheduler], on.workers)]
    usage = bench.grade(folder, len(bench.work), "--scheduler", on.address, "--seed", "1")
    after = [processor_s(of) for of in ([on.scheduler], on.workers)]
    graded = len(list(folder.glob("autograded/*/*/*.ipynb")))
    if graded != len(bench.work):
        raise RuntimeError(f"only {graded} of {len(bench.work)} were graded, see {bench.log}")
    used = (end - begin for begin, end in zip(before, after, strict=True))
    return Graded(number, len(on.workers), usage.wall_s, usage.cpu_s, *used)


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
    parser.add_argument("--class", type=int, default=300, dest="size", metavar="N", help="submissions, 300 if left out")
    parser.add_argument("--rounds", type=int, default=3, help="that count, 3 if left out")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    host, rounds = machine(("torch", "nbgrader", "distributed")), list[Graded]()
    with tempfile.TemporaryDirectory(dir=BUILD) as temporary, ExitStack() as stack:
        bench = Bench(options.size, Path(temporary))
        clusters = []
        for workers in COUNTS:
            place = bench.folder / f"cluster-{workers}"
            place.mkdir()
            clusters.append(stack.enter_context(cluster(workers, place, bench.environment())))
        for number in range(options.rounds + 1):
            for one in clusters if number % 2 == 0 else clusters[::-1]:
                print(f"round {number} of {options.rounds}, workers: {len(one.workers)}", flush=True)
                rounds.append(grade(bench, one, number))
    first, counted = [one for one in rounds if one.round == 0], [one for one in rounds if one.round > 0]
    table = Table(box=None, pad_edge=False, title=f"{options.size} submissions, {os.cpu_count()} cores")
    for column in ("workers", "wall s", "CPU s: command", "scheduler", "workers"):
        table.add_column(column, justify="right")
    for count in COUNTS:
        those = [asdict(one) for one in counted if one.workers == count]
        names = ("wall_s", "command_s", "scheduler_s", "workers_s")
        table.add_row(str(count), *(spread([one[name] for one in those]) for name in names))
    print_table(table)
    print(f"two workers are {spread(ratios(counted), 2)} times as fast as one; when they began {ratios(first)[0]:.2f}")
    entry = {"machine": host, "submissions": options.size, "ratios": ratios(counted), "first": ratios(first)[0]}
    RESULTS.write_text(json.dumps(entry | {"rounds": [asdict(one) for one in rounds]}, indent=1) + "\n")
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()
