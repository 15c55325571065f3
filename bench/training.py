"""Time an epoch of training in the usual ways of Python and in ours.

    python -m bench.training                                  all ways, with one thread and with two, three rounds
    python -m bench.training --sample --rounds 1 --only jax reference      to see that it works

An epoch: 60,000 images in batches of 32, plain gradient descent, dropout 0.2, then one pass of validation over the
10,000 test images, as in the original notebook. The accuracy only shows that a way learns; nothing is chosen by it.
Each way runs in a process of its own, the ways of a round one after the other; the figures are medians over the rounds.

Prints a table, and writes _build/bench/training.json, or with --write data/speed.json for the book. Read the ratios
rather than the seconds, and let nothing else run on the machine.
"""

import argparse
import os
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from autograder.console import print_table, progress
from bench import BUILD, full_set, machine, write
from bench.ways import BATCH, DROPOUT, RATE, WAYS
from solutions.data import DATA, FILES, SAMPLE_FOLDER, TORCHVISION, Dataset, load
from solutions.data.idx import unpack
from solutions.errors import WrongUse

THREADS = (1, 2)
OF_LIBRARIES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NPROC")  # the last one is JAX's


def measure(name: str, folder: Path) -> dict[str, Any]:
    """Train for two epochs, the second one timed.

    Returns:
        train_s, epoch_s: wall time of the second epoch, without and with the pass of validation. accuracy: after the
        first epoch. Or note alone: what is missing on this machine.
    """
    try:
        train, validate = WAYS[name][0](load(folder))
    except ModuleNotFoundError as missing:
        return {"note": f"{missing.name} is not installed"}
    except WrongUse as error:
        return {"note": str(error)}
    train()
    accuracy = validate()
    started = time.perf_counter()
    train()
    train_s = time.perf_counter() - started
    validate()
    return {"train_s": train_s, "epoch_s": time.perf_counter() - started, "accuracy": accuracy}


def measured(names: list[str], data: Dataset, rounds: int) -> list[dict[str, Any]]:
    """Measure each way with each number of threads in each round, in an interpreter of its own; return the medians."""
    folder = BUILD / "data" / TORCHVISION  # unpacked, where torchvision looks for them below a root
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in zip(FILES, data.files, strict=True):
        (folder / name).write_bytes(unpack(file.path))
    results_of: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    with progress("Training", rounds * len(THREADS) * len(names), quiet=False) as step:
        for _ in range(rounds):
            for threads in THREADS:
                os.environ |= dict.fromkeys(OF_LIBRARIES, str(threads))
                for name in names:
                    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                        results_of[threads, name].append(pool.submit(measure, name, folder).result())
                    step(name)
    rows = []
    for (threads, name), results in results_of.items():
        row = {"way": name, "title": WAYS[name][1], "threads": threads, "note": results[0].get("note", "")}
        for key in ("train_s", "epoch_s", "accuracy"):
            values = [result[key] for result in results if result.get(key) is not None]
            row[key] = median(values) if values else None
        rows.append(row)
    return rows


def table_of(rows: list[dict[str, Any]]) -> Table:
    """Return a table with the slowest way first, for each number of threads."""
    table = Table("threads", "way", "train s", "epoch s", "accuracy", "× the notebook", box=None, pad_edge=False)
    baselines = {row["threads"]: row["epoch_s"] for row in rows if row["way"] == "notebook"}
    for row in sorted(rows, key=lambda row: (row["threads"], -(row["epoch_s"] or 0))):
        baseline = baselines.get(row["threads"])
        ratio = f"{baseline / row['epoch_s']:.1f}" if baseline and row["epoch_s"] else row["note"]
        numbers = ["–" if row[key] is None else f"{row[key]:.3f}" for key in ("train_s", "epoch_s", "accuracy")]
        table.add_row(str(row["threads"]), row["title"], *numbers, ratio)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="3 if left out")
    parser.add_argument("--only", nargs="+", choices=WAYS, default=list(WAYS), metavar="WAY", help=", ".join(WAYS))
    parser.add_argument("--sample", action="store_true", help="use the small sample in the repository")
    parser.add_argument("--write", action="store_true", help="show the figures in the book: data/speed.json")
    options = parser.parse_args()
    data = load(SAMPLE_FOLDER) if options.sample else full_set()
    host = machine("torch", "numpy", "scikit-learn", "jax")
    rows = measured([name for name in WAYS if name in options.only], data, options.rounds)
    print_table(table_of(rows))
    sizes = {"train_images": len(data.train_labels), "valid_images": len(data.test_labels), "rounds": options.rounds}
    results = {"machine": host, "task": {"batch_size": BATCH, "lr": RATE, "dropout": DROPOUT} | sizes, "rows": rows}
    write(DATA / "speed.json" if options.write else BUILD / "training.json", results)


if __name__ == "__main__":
    main()
