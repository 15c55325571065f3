"""Time an epoch of training in the usual ways of Python and in ours.

    python -m bench.training                                  all ways, with one thread and with two, three rounds
    python -m bench.training --device cuda                    the same on a graphics card
    python -m bench.training --sample --rounds 1 --only jax reference      to see that it works

An epoch: 60,000 images in batches of 32, plain gradient descent, dropout 0.2, then one pass of validation over the
10,000 test images, as in the original notebook. The accuracy only shows that a way learns; nothing is chosen by it.
Each way runs in a process of its own, the ways of a round one after the other; the figures are medians over the rounds.
`bench/ways` documents each way and its timed part.

Prints a table for each number of threads, and writes _build/bench/training.json. Read the ratios rather than the
seconds, and let nothing else run on the machine.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from autograder.console import print_table, progress
from bench import BUILD, ROOT, machine
from bench.ways import BASELINE, WAYS, Task
from solutions import data
from solutions.accelerate.device import choose_device
from solutions.data.idx import unpack
from solutions.errors import WrongUse

RESULTS = BUILD / "training.json"
LIBRARIES = ("torch", "numpy", "scikit-learn", "jax")


def run(way: str, task: Task, threads: int, log: Path) -> dict[str, Any]:
    """Measure a way in a fresh interpreter with a number of threads; its output is appended to a file."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NPROC")  # the last one is JAX's
    line = [sys.executable, "-m", "bench.ways", way, json.dumps(asdict(task))]
    environment = os.environ | dict.fromkeys(names, str(threads))
    with log.open("ab") as output:
        done = subprocess.run(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=output, check=False)
    if done.returncode != 0:
        return {"note": f"failed, see {log}"}
    measurement: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measurement


def measured(names: Sequence[str], task: Task, threads: Sequence[int], rounds: int, log: Path) -> list[dict[str, Any]]:
    """Measure each way with each number of threads in each round.

    Returns:
        For each way and number of threads: train_s and epoch_s, wall time of an epoch of training without and with the
        pass of validation, medians over the rounds; accuracy, a share, on the validation images after the first epoch;
        and note, why there are no figures.
    """
    results_of: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    with progress("Training", rounds * len(threads) * len(names), quiet=False) as step:
        for _ in range(rounds):
            for count in threads:
                for name in names:
                    results_of[count, name].append(run(name, task, count, log))
                    step(WAYS[name][1])
    rows = []
    for (count, name), results in results_of.items():
        row = {"way": name, "title": WAYS[name][1], "threads": count}
        notes = [result["note"] for result in results if "note" in result]
        if notes:
            row |= {"train_s": None, "epoch_s": None, "accuracy": None, "note": notes[0]}
        else:
            row |= {key: statistics.median(result[key] for result in results) for key in ("train_s", "epoch_s")}
            row |= {"accuracy": results[0]["accuracy"], "note": ""}
        rows.append(row)
    return rows


def table_of(rows: Sequence[dict[str, Any]], threads: int) -> Table:
    """Return the table of one number of threads, the slowest way first, and those without figures last."""
    table = Table(box=None, pad_edge=False, title=f"threads: {threads}", title_justify="left")
    table.add_column("way")
    for column in ("train s", "epoch s", "accuracy", "× the notebook"):
        table.add_column(column, justify="right")
    same = sorted((row for row in rows if row["threads"] == threads), key=lambda row: -(row["epoch_s"] or 0))
    baseline = next((row["epoch_s"] for row in same if row["way"] == BASELINE), None)
    for row in same:
        if row["note"]:
            table.add_row(row["title"], "–", "–", "–", row["note"])
            continue
        accuracy = "–" if row["accuracy"] is None else f"{row['accuracy']:.3f}"
        ratio = f"{baseline / row['epoch_s']:.1f}" if baseline else "–"
        table.add_row(row["title"], f"{row['train_s']:.2f}", f"{row['epoch_s']:.2f}", accuracy, ratio)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="3 if left out")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], metavar="N", help="1 2 if left out")
    parser.add_argument("--only", nargs="+", choices=WAYS, default=list(WAYS), metavar="WAY", help=", ".join(WAYS))
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"), default="cpu", help="for PyTorch; JAX uses its own")
    parser.add_argument("--sample", action="store_true", help="use the small sample in the repository")
    options = parser.parse_args()
    try:
        choose_device(options.device)
        dataset = data.load(data.SAMPLE_FOLDER if options.sample else None)
    except WrongUse as error:
        parser.error(str(error))
    BUILD.mkdir(parents=True, exist_ok=True)
    log = RESULTS.with_suffix(".log")
    log.unlink(missing_ok=True)
    host = machine(LIBRARIES)
    # Unpacked, where torchvision looks for them below a root.
    unpacked = BUILD / "data" / data.TORCHVISION
    unpacked.mkdir(parents=True, exist_ok=True)
    for name, file in zip(data.FILES, dataset.files, strict=True):
        (unpacked / name).write_bytes(unpack(file.path))
    task = Task(str(BUILD / "data"), batch_size=32, lr=0.005, dropout=0.2, device=options.device)
    names = [name for name in WAYS if name in options.only]
    rows = measured(names, task, options.threads, options.rounds, log)
    for count in options.threads:
        print_table(table_of(rows, count))
    settings = {key: value for key, value in asdict(task).items() if key != "root"}
    sizes = {"train_images": len(dataset.train_labels), "valid_images": len(dataset.test_labels)}
    results = {"machine": host, "task": {**settings, **sizes, "rounds": options.rounds}, "rows": rows}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()
