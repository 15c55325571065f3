"""How `autograder grade` grows with the class: time and memory, and how long it takes to say that nothing has changed.

    python -m bench.scale                   classes of 20, 120, 300 and 1,000
    python -m bench.scale --class 20 60
    python -m bench.scale --write           for the book: what was measured of these four, in data/grading.json

Grades each class of `bench.grading` with two workers, and then runs `autograder grade --dry-run` on it, unchanged.
Prints a table and adds to _build/bench/scale.json what was measured, by size of the class. Wall and CPU time are in
seconds, the latter of all processes; memory in bytes: of the largest process by resident size, and of all together
with shared pages counted once. Let nothing else run on the machine.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from autograder.console import print_table
from bench import BUILD, ROOT
from bench.grading import WORKERS, Bench, Usage, marks_in
from bench.machine import machine
from bench.mixed_class import kinds_in

RESULTS = BUILD / "scale.json"
SHOWN = ROOT / "data" / "grading.json"
SIZES = (20, 120, 300, 1000)


def measure(size: int) -> dict[str, Any]:
    """Grade a class, then try it dry, and return both as JSON values.

    Raises:
        RuntimeError: the dry run would have changed something, so it was not of an unchanged class.
    """
    host = machine(("torch", "nbgrader"))
    with tempfile.TemporaryDirectory(dir=BUILD) as temporary:
        bench = Bench(size, Path(temporary))
        folder = bench.hand_in(bench.work)
        graded = bench.grade(folder, size, "--workers", str(WORKERS), "--seed", "1")
        told = folder / "unchanged.json"
        dry = bench.grade(folder, size, "--dry-run", "--json", str(told))
        said = json.loads(told.read_text(encoding="utf-8"))
        if said["changes"] or said["run"]["submissions"] != size:
            raise RuntimeError(f"the class of {size} has changed: {said['changes']}")
        lost = sum(mark is None for mark in marks_in(folder, bench.work).values())
    return {"machine": host, "workers": WORKERS, "lost": lost, "grade": asdict(graded), "dry_run": asdict(dry)}


def shown(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the book says of how long classes take to grade, and of what they were made.

    Args:
        found: by size, what `measure` found.
    """
    classes = [
        {"submissions": size, "kinds": dict(sorted(kinds_in(size).items())), "dry_run_s": entry["dry_run"]["wall_s"]}
        | entry["grade"]
        for size, entry in ((size, found[str(size)]) for size in SIZES)
    ]
    return {"machine": found[str(SIZES[-1])]["machine"], "workers": WORKERS, "classes": classes}


def row(size: int, entry: dict[str, Any]) -> list[str]:
    graded, dry = Usage(**entry["grade"]), Usage(**entry["dry_run"])
    seconds = (f"{graded.wall_s:.0f}", f"{graded.wall_s / size:.2f}", f"{graded.cpu_s:.0f}")
    memory = (f"{used / 1e6:.0f}" for used in (graded.largest_process_bytes, graded.all_processes_bytes))
    load = f"{entry['machine']['load']:.1f}"
    return [str(size), *seconds, *memory, f"{dry.wall_s:.1f}", f"{dry.cpu_s:.1f}", str(entry["lost"]), load]


def main() -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--class", type=int, nargs="+", default=SIZES, dest="sizes", metavar="N", help="submissions")
    parser.add_argument("--write", action="store_true", help="keep the four in data/grading.json, for the book")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    table = Table(box=None, pad_edge=False, title=f"autograder grade, {WORKERS} workers", title_justify="left")
    columns = ("class", "wall s", "each", "CPU s", "largest MB", "all MB", "unchanged: wall s", "CPU s", "lost", "load")
    for column in columns:
        table.add_column(column, justify="right")
    for size in options.sizes:
        print(f"{size} submissions", flush=True)
        entry = measure(size)
        table.add_row(*row(size, entry))
        everything = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps(everything | {str(size): entry}, indent=1) + "\n", encoding="utf-8")
    if options.write:
        everything = json.loads(RESULTS.read_text(encoding="utf-8"))
        SHOWN.write_text(json.dumps(shown(everything), indent=1) + "\n", encoding="utf-8")
    print_table(table)
    print("unchanged: `grade --dry-run` of the class once graded; lost: no mark at all; load: of the machine before")
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()
