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
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.table import Table

from autograder.console import print_table, progress
from bench import BUILD, ROOT
from bench.machine import machine

RESULTS = BUILD / "waits.json"
ASSIGNMENT = "2-layers"
PHOTO = ROOT / "book" / "screenshot-light.png"
PYTHON, AUTOGRADER = sys.executable, Path(sys.executable).with_name("autograder")

Command = Callable[[], float]


def timed(line: Sequence[str | Path], folder: Path = ROOT) -> float:
    """Run a command and return the seconds that it took.

    Raises:
        CalledProcessError: the command failed.
    """
    began = time.monotonic()
    subprocess.run([*map(str, line)], cwd=folder, capture_output=True, check=True)
    return time.monotonic() - began


def of_a_course(folder: Path) -> dict[str, Command]:
    """Return the commands of instructor and student, in the order of a first day."""
    course = folder / "course"
    released, filled = course / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", folder / "filled.ipynb"

    def begin() -> float:
        shutil.rmtree(course, ignore_errors=True)
        return timed([AUTOGRADER, "init", course])

    def fill() -> float:
        filled.unlink(missing_ok=True)
        return timed([AUTOGRADER, "fill", released, ROOT / "solutions" / "layers.py", filled])

    def grade() -> float:
        timed([PYTHON, "-m", "sample_class", course])
        return timed([AUTOGRADER, "grade"], course)

    return {
        "init": begin,
        "release of a chapter": lambda: timed([AUTOGRADER, "release", ASSIGNMENT, "--force"], course),
        "fill": fill,
        "check NOTEBOOK": lambda: timed([AUTOGRADER, "check", filled]),
        "progress": lambda: timed([AUTOGRADER, "progress"], released.parent),
        "grade, ten submissions": grade,
    }


def of_the_classifier(folder: Path) -> dict[str, Command]:
    train = (PYTHON, "-m", "solutions", "train", "--force", "--out", folder / "runs", "--name", "wait")
    return {
        "predict": lambda: timed([PYTHON, "-m", "solutions", "predict", PHOTO]),
        "train": lambda: timed(train),
        "train, best": lambda: timed([*train, "--recipe", "best"]),
    }


def of_the_book(folder: Path) -> dict[str, Command]:
    return {"book, nothing changed": lambda: timed(["make", "book"])}


GROUPS = {"course": of_a_course, "classifier": of_the_classifier, "book": of_the_book}


def measured(commands: Mapping[str, Command], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each command in each round.

    Raises:
        CalledProcessError: a command failed.
    """
    found: dict[str, list[float]] = {name: [] for name in commands}
    with progress("commands", rounds * len(commands), quiet=False) as step:
        for _ in range(rounds):
            for name, command in commands.items():
                found[name].append(command())
                step(name)
    return found


def main() -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="these groups of commands")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="3 if left out")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    host = machine(["torch", "nbgrader"])
    with tempfile.TemporaryDirectory() as temporary:
        groups = [GROUPS[name](Path(temporary)) for name in options.only]
        found = measured({name: command for group in groups for name, command in group.items()}, options.rounds)
    table = Table("command", "s", "least", "most", title="Until a command has ended")
    for name, seconds in found.items():
        table.add_row(name, *(f"{of(seconds):.2f}" for of in (statistics.median, min, max)))
    print_table(table)
    RESULTS.write_text(json.dumps({"machine": host, "commands": found}, indent=1) + "\n", encoding="utf-8")
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()
