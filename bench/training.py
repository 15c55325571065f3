"""How long an epoch takes, in each of the ways that a Python programmer would think of, and in ours.

    python -m bench.training                                  all ways, with one thread and with two, three rounds
    python -m bench.training --device cuda                    the same on a graphics card
    python -m bench.training --sample --rounds 1 --only jax reference      to see that it works

An epoch: 60,000 images in batches of 32, plain gradient descent, dropout 0.2, then one pass of validation over the
10,000 test images, as in the original notebook. The accuracy only shows that a way learns; nothing is chosen by it.
Each way runs in a process of its own, the ways of a round one after the other; what is told is the median over the
rounds. `bench/ways` says what each way does and what is timed.

Prints a table for each number of threads, and writes _build/bench/training.json and the figure beside it. Read the
ratios rather than the seconds, and let nothing else run on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl
import psutil
from rich.table import Table

from autograder.console import print_table, progress
from autograder.palette import STYLE
from bench import BUILD, ROOT
from bench.machine import machine
from bench.ways import BASELINE, LIMIT, WAYS, Task, flop
from solutions import data
from solutions.accelerate.device import choose_device
from solutions.data.idx import to_idx
from solutions.errors import WrongUse
from solutions.runs.figures import training_speeds

RESULTS = BUILD / "training.json"
LIBRARIES = ("torch", "numpy", "scikit-learn", "jax")
LOOK_EVERY_S = 0.5
MEDIANS = ("train_s", "validate_s", "cpu_s", "startup_s", "peak_bytes", "device_peak_bytes", "accuracy")


@dataclass
class Row:
    """One way with some threads: medians over the rounds.

    Attributes:
        train_s: wall time of an epoch of training.
        validate_s: and of the pass of validation after it.
        cpu_s: processor time of both, with the workers'.
        startup_s: what the first epoch took longer than the second, from the end of the imports.
        peak_bytes: most memory of the process, and of the processes that it started what they do not share with it.
        device_peak_bytes: most memory on the card; None where there is none, or it cannot be told.
        accuracy: on the validation images after the first epoch, as a share.
        device: what computed.
        ratio: how many times as fast as the original notebook, training and validation together.
        share: operations in the matrix products of an epoch by the time of training, as a share of the rate at which
            the products alone are computed.
        note: why there are no figures.
        rounds: what each round found.
    """

    way: str
    title: str
    threads: int
    train_s: float | None = None
    validate_s: float | None = None
    cpu_s: float | None = None
    startup_s: float | None = None
    peak_bytes: float | None = None
    device_peak_bytes: float | None = None
    accuracy: float | None = None
    device: str = ""
    ratio: float | None = None
    share: float | None = None
    note: str = ""
    rounds: list[dict[str, Any]] = field(default_factory=list)

    @property
    def epoch_s(self) -> float | None:
        return None if self.train_s is None or self.validate_s is None else self.train_s + self.validate_s

    def summarize(self) -> None:
        """Take the medians of the rounds, or the note of one that failed."""
        self.note = next((found["note"] for found in self.rounds if "note" in found), "")
        if not self.note:
            self.device = self.rounds[0]["device"]
            for name in MEDIANS:
                values = [found[name] for found in self.rounds]
                setattr(self, name, None if None in values else statistics.median(values))


def run(way: str, task: Task, threads: int, log: Path) -> dict[str, Any]:
    """Measure a way in a fresh interpreter with so many threads; what it says goes to the end of a file."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NPROC")  # the last one is JAX's
    # A compiler's cache would make the second round's start-up look free.
    environment = {**os.environ, **dict.fromkeys(names, str(threads)), "TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1"}
    line = [sys.executable, "-m", "bench.ways", way, json.dumps(asdict(task))]
    with log.open("ab") as said:
        process = subprocess.Popen(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=said)
        try:
            of_others = peak_of_children(process)
        except BaseException:
            process.kill()
            raise
        output, _ = process.communicate()
    if process.returncode != 0:
        return {"note": f"failed, see {log}"}
    found = json.loads(output.splitlines()[-1])
    return found if "note" in found else {**found, "peak_bytes": found["peak_bytes"] + of_others}


def peak_of_children(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process, and return the most memory that those which it started had for themselves, in bytes."""
    peak = 0
    while True:
        with suppress(psutil.Error):
            children = psutil.Process(process.pid).children(recursive=True)
            peak = max(peak, sum(child.memory_full_info().uss for child in children))
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_EVERY_S)
            return peak


def measured(names: Sequence[str], task: Task, threads: Sequence[int], rounds: int, log: Path) -> list[Row]:
    """Measure each way with each number of threads in each round."""
    rows = [Row(name, WAYS[name].title, count) for count in threads for name in names]
    with progress("Training", rounds * len(rows), quiet=False) as step:
        for _ in range(rounds):
            for row in rows:
                if not (row.rounds and "note" in row.rounds[-1]):  # what failed once need not be tried again
                    row.rounds.append(run(row.way, task, row.threads, log))
                step(row.title)
    for row in rows:
        row.summarize()
    return rows


def compare(rows: Sequence[Row], images: int, batch_size: int) -> None:
    """Compare the rows of the same number of threads with the notebook's and with the limit's."""
    whole_batches = images - images % batch_size
    for count in {row.threads for row in rows}:
        same = {row.way: row for row in rows if row.threads == count}
        epochs = {way: row.epoch_s for way, row in same.items() if row.epoch_s is not None}
        rates = {
            way: flop(whole_batches if way == LIMIT else images) / row.train_s
            for way, row in same.items()
            if row.train_s
        }
        for way, epoch_s in epochs.items():
            if BASELINE in epochs:
                same[way].ratio = epochs[BASELINE] / epoch_s
            if LIMIT in rates:
                same[way].share = rates[way] / rates[LIMIT]


def unpacked(dataset: data.Dataset, root: Path) -> Path:
    """Write the four files, unpacked, where torchvision looks for them below a root; return the root."""
    arrays = (dataset.train_images, dataset.train_labels, dataset.test_images, dataset.test_labels)
    folder = root / data.TORCHVISION
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(data.FILES, arrays, strict=True):
        (folder / name).write_bytes(to_idx(array))
    return root


def table_of(rows: Sequence[Row], threads: int, on_card: bool) -> Table:
    """Return the table of one number of threads, the slowest way first, and those without figures last."""
    table = Table(box=None, pad_edge=False, title=f"threads: {threads}", title_justify="left")
    memory = ["peak MB", "card MB"] if on_card else ["peak MB"]
    seconds = ["train s", "validate s", "epoch s", "CPU s", "start-up s"]
    table.add_column("way")
    for column in (*seconds, *memory, "accuracy", "share", "× the notebook"):
        table.add_column(column, justify="right")
    for row in sorted((row for row in rows if row.threads == threads), key=lambda row: -(row.epoch_s or 0)):
        peaks = [row.peak_bytes, row.device_peak_bytes][: len(memory)]
        figures = (
            *(shown(value, ".2f") for value in (row.train_s, row.validate_s, row.epoch_s, row.cpu_s)),
            shown(row.startup_s, ".1f"),
            *(shown(peak and peak / 1e6, ".0f") for peak in peaks),
            shown(row.accuracy, ".3f"),
            shown(row.share, ".0%"),
            shown(row.ratio, ".1f"),
        )
        table.add_row(row.title, *figures)
    return table


def shown(value: float | None, style: str) -> str:
    return "–" if value is None else format(value, style)


def report(results: Mapping[str, Any], rows: Sequence[Row], threads: Sequence[int]) -> Iterator[Table | str]:
    """Return what is printed."""
    host, task = results["machine"], results["task"]
    libraries = ", ".join(f"{name} {version}" for name, version in host["libraries"].items())
    yield f"{host['processor']}, {host['cores']} cores, load before {host['load']:.1f}"
    yield f"Python {host['python']}, {libraries}"
    computed = dict.fromkeys(row.device for row in rows if row.device)
    yield (
        f"{task['train_images']:,} images, {task['valid_images']:,} for validation, batches of {task['batch_size']}, "
        f"median of {task['rounds']}, on {', '.join(computed)}\n"
    )
    for count in threads:
        yield table_of(rows, count, task["device"] == "cuda")
        yield ""
    for row in rows:
        if row.note:
            yield f"{row.title}, threads {row.threads}: {row.note}"
    yield "share: of the rate at which the matrix products alone are computed; scikit-learn trains without dropout"


def main() -> None:
    """Measure, print the tables, and write the JSON and the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="3 if left out")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], metavar="N", help="1 2 if left out")
    parser.add_argument("--only", nargs="+", choices=WAYS, default=list(WAYS), metavar="WAY", help=", ".join(WAYS))
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"), default="cpu", help="for PyTorch; JAX uses its own")
    parser.add_argument("--batch-size", type=int, default=32, metavar="N", help="32 if left out")
    parser.add_argument("--sample", action="store_true", help="use the small sample in the repository")
    parser.add_argument("--json", type=Path, default=RESULTS, metavar="FILE", help="the figure goes beside it")
    options = parser.parse_args()
    try:
        choose_device(options.device)
        dataset = data.load(data.SAMPLE_FOLDER if options.sample else None)
    except WrongUse as error:
        parser.error(str(error))
    names = [name for name in WAYS if name in options.only]
    options.json.parent.mkdir(parents=True, exist_ok=True)
    log = options.json.with_suffix(".log")
    log.unlink(missing_ok=True)
    host = machine(LIBRARIES)
    root = unpacked(dataset, options.json.parent / "data")
    task = Task(str(root), options.batch_size, lr=0.005, dropout=0.2, device=options.device)
    rows = measured(names, task, options.threads, options.rounds, log)
    compare(rows, len(dataset.train_labels), task.batch_size)
    settings = {key: value for key, value in asdict(task).items() if key != "root"}
    sizes = {"train_images": len(dataset.train_labels), "valid_images": len(dataset.test_labels)}
    results = {
        "machine": host,
        "task": {**settings, **sizes, "rounds": options.rounds, "flop_per_step": flop(options.batch_size)},
        "rows": [{**asdict(row), "epoch_s": row.epoch_s} for row in rows],
    }
    for each in report(results, rows, options.threads):
        if isinstance(each, Table):
            print_table(each)
        else:
            print(each)
    options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    written = f"written to {options.json}"
    if any(row.ratio is not None for row in rows):
        figure = options.json.with_suffix(".svg")
        with mpl.rc_context(STYLE):
            training_speeds(results).savefig(figure)
        written += f" and {figure}"
    print(written)


if __name__ == "__main__":
    main()
