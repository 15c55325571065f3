"""Time commands as their user does, from typing them to their end.

    python -m bench.waits                          three rounds
    python -m bench.waits --only classifier        one group: course, classifier or book

Course: a folder with one released chapter; a student's commands run on that chapter, and `grade` on the submissions of
the sample class. Prints a table, medians over the rounds with the least and the most, and writes
_build/bench/waits.json. Wall time in seconds. Let nothing else run on the machine.
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
from pathlib import Path

from rich.table import Table

from autograder.console import print_table, progress
from bench import BUILD, ROOT, machine

RESULTS = BUILD / "waits.json"
TRAIN = "python -m solutions train --force --out runs --name wait"
# Commands in an empty folder, those of instructor and student in the order of a first day; each with an untimed
# preparation.
COMMANDS: dict[str, dict[str, tuple[str, str]]] = {
    "course": {
        "init": ("autograder init course", "rm -rf course"),
        "release of a chapter": ("cd course && autograder release 2-layers --force", ""),
        "fill": (
            "autograder fill course/release/2-layers/2-layers.ipynb $ROOT/solutions/layers.py filled.ipynb",
            "rm -f filled.ipynb",
        ),
        "check NOTEBOOK": ("autograder check filled.ipynb", ""),
        "progress": ("cd course/release/2-layers && autograder progress", ""),
        "grade, ten submissions": ("cd course && autograder grade", "PYTHONPATH=$ROOT python -m sample_class course"),
    },
    "classifier": {
        "predict": ("python -m solutions predict $ROOT/book/screenshot-light.png", ""),
        "train": (TRAIN, ""),
        "train, best": (f"{TRAIN} --recipe best", ""),
    },
    "book": {"book, nothing changed": ("make -C $ROOT book", "")},
}


def run(line: str, folder: Path) -> None:
    """Run a line of the shell in a folder; raise CalledProcessError where it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "ROOT": str(ROOT)}
    subprocess.run(line, shell=True, cwd=folder, env=environment, capture_output=True, check=True)


def main() -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=COMMANDS, default=COMMANDS, help="these groups of commands")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="3 if left out")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    host = machine(["torch", "nbgrader"])
    commands = {name: lines for group in options.only for name, lines in COMMANDS[group].items()}
    times: dict[str, list[float]] = {name: [] for name in commands}
    with (
        tempfile.TemporaryDirectory() as temporary,
        progress("commands", options.rounds * len(commands), quiet=False) as step,
    ):
        for _ in range(options.rounds):
            for name, (line, before) in commands.items():
                run(before, Path(temporary))
                began = time.monotonic()
                run(line, Path(temporary))
                times[name].append(time.monotonic() - began)
                step(name)
    table = Table("command", "s", "least", "most", title="Until a command has ended")
    for name, seconds in times.items():
        table.add_row(name, *(f"{of(seconds):.2f}" for of in (statistics.median, min, max)))
    print_table(table)
    RESULTS.write_text(json.dumps({"machine": host, "commands": times}, indent=1) + "\n", encoding="utf-8")
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()
