"""How long one person waits for a command, from typing it to its end.

    python -m bench.waits                          three rounds
    python -m bench.waits --only classifier        one group: course, classifier or book

Course: a folder with one chapter, which is released; a student's commands run on that chapter, and `grade` on what the
sample class hands in. Prints a table, medians over the rounds with the least and the most, and writes
_build/bench/waits.json. Wall time in seconds. Let nothing else run on the machine.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from autograder.console import print_table, progress
from bench import BUILD, ROOT
from bench.machine import machine

RESULTS = BUILD / "waits.json"
ASSIGNMENT = "2-layers"
PHOTO = ROOT / "book" / "screenshot-light.png"
GROUPS = ("course", "classifier", "book")
PYTHON, AUTOGRADER = sys.executable, Path(sys.executable).with_name("autograder")

Line = Sequence[str | Path]


@dataclass(frozen=True)
class Command:
    """A command that somebody waits for, the folder where it is typed, and what comes before it, without the clock."""

    line: Line
    folder: Path = ROOT
    before: Callable[[], object] = lambda: None


def run(line: Line, folder: Path) -> None:
    subprocess.run([*map(str, line)], cwd=folder, capture_output=True, check=True)


def commands(folder: Path) -> dict[str, dict[str, Command]]:
    """Return the commands by group; those of instructor and student in the order of a first day."""
    course, filled = folder / "course", folder / "filled.ipynb"
    released = course / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    train: list[str | Path] = [
        PYTHON,
        "-m",
        "solutions",
        "train",
        "--force",
        "--out",
        folder / "runs",
        "--name",
        "wait",
    ]
    return {
        "course": {
            "init": Command([AUTOGRADER, "init", course], before=lambda: shutil.rmtree(course, ignore_errors=True)),
            "release of a chapter": Command([AUTOGRADER, "release", ASSIGNMENT, "--force"], course),
            "fill": Command(
                [AUTOGRADER, "fill", released, ROOT / "solutions" / "layers.py", filled],
                before=lambda: filled.unlink(missing_ok=True),
            ),
            "check NOTEBOOK": Command([AUTOGRADER, "check", filled]),
            "progress": Command([AUTOGRADER, "progress"], released.parent),
            "grade, ten submissions": Command(
                [AUTOGRADER, "grade"], course, before=lambda: run([PYTHON, "-m", "sample_class", course], ROOT)
            ),
        },
        "classifier": {
            "predict": Command([PYTHON, "-m", "solutions", "predict", PHOTO]),
            "train": Command(train),
            "train, best": Command([*train, "--recipe", "best"]),
        },
        "book": {"book, nothing changed": Command(["make", "book"])},
    }


def main() -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS, help="these groups of commands")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="3 if left out")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    host = machine(["torch", "nbgrader"])
    with tempfile.TemporaryDirectory() as temporary:
        groups = commands(Path(temporary))
        asked = {name: command for group in options.only for name, command in groups[group].items()}
        found: dict[str, list[float]] = {name: [] for name in asked}
        with progress("commands", options.rounds * len(asked), quiet=False) as step:
            for _ in range(options.rounds):
                for name, command in asked.items():
                    command.before()
                    began = time.monotonic()
                    run(command.line, command.folder)
                    found[name].append(time.monotonic() - began)
                    step(name)
    table = Table("command", "s", "least", "most", title="Until a command has ended")
    for name, seconds in found.items():
        table.add_row(name, *(f"{of(seconds):.2f}" for of in (statistics.median, min, max)))
    print_table(table)
    RESULTS.write_text(json.dumps({"machine": host, "commands": found}, indent=1) + "\n", encoding="utf-8")
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()
