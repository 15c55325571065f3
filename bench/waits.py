"""How long one person waits for a command, from typing it to its end; of `serve`, to its first answer.

    python -m bench.waits                          three rounds
    python -m bench.waits --before REVISION        beside an earlier version, which takes turns with this one
    python -m bench.waits --only book              one group: course, classifier or book

Course: each version makes a course folder of its own and releases one chapter into it, twice: for the second time
nothing has changed. A student's commands run on that chapter, and `grade` on what the sample class hands in. Prints a
table, medians over the rounds with the least and the most, and writes _build/bench/waits.json. Wall time in seconds,
and seconds of processor time of the command with what it starts. Let nothing else run on the machine.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from autograder.console import print_table, progress
from bench import BUILD, ROOT
from bench.machine import machine
from bench.versions import Version, earlier_version, this_version

RESULTS = BUILD / "waits.json"
ASSIGNMENT = "2-layers"
PHOTO = ROOT / "book" / "screenshot-light.png"
SERVED = 7997


@dataclass(frozen=True)
class Wait:
    wall_s: float
    processor_s: float


Command = Callable[[], Wait]


@dataclass(frozen=True)
class Row:
    """What each round of a command took, one version's."""

    command: str
    version: str
    rounds: Sequence[Wait]

    def median(self, name: str) -> float:
        return statistics.median(getattr(wait, name) for wait in self.rounds)

    def spread(self, name: str) -> str:
        values = [getattr(wait, name) for wait in self.rounds]
        return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def timed(line: Sequence[str | Path], folder: Path, is_done: Callable[[], bool] | None = None, **more: str) -> Wait:
    """Run a command to its end, or until something is done and then stop it.

    Args:
        line: the command.
        folder: where it runs.
        is_done: asked again and again, if it is given.
        **more: of the environment.

    Raises:
        CalledProcessError: the command failed.
    """
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(
        list(map(str, line)), cwd=folder, env=os.environ | more, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if is_done:
        while process.poll() is None and not is_done():
            time.sleep(0.01)
        wall, failed = time.monotonic() - began, process.poll() is not None
        process.terminate()
        process.wait()
    else:
        failed = process.wait() != 0
        wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if failed:
        raise subprocess.CalledProcessError(process.returncode, line)
    return Wait(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def is_served() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{SERVED}/", timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def of_a_course(version: Version, folder: Path) -> dict[str, Command]:
    """Return the commands of instructor and student, in the order of a first day."""
    course, autograder, cache = folder / "course", version.autograder, folder / "cache"
    release: list[str | Path] = [autograder, "release", ASSIGNMENT, "--force"]
    released, filled = course / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", folder / "filled.ipynb"

    def begin() -> Wait:
        for old in (course, cache):
            shutil.rmtree(old, ignore_errors=True)
        return timed([autograder, "init", course], folder)

    def fill() -> Wait:
        filled.unlink(missing_ok=True)
        return timed([autograder, "fill", released, version.folder / "solutions" / "layers.py", filled], folder)

    def grade() -> Wait:
        timed([version.python, "-m", "sample_class", course], version.folder)
        return timed([autograder, "grade"], course)

    return {
        "init": begin,
        "release of a chapter": lambda: timed(release, course, XDG_CACHE_HOME=str(cache)),
        "release, nothing changed": lambda: timed(release, course, XDG_CACHE_HOME=str(cache)),
        "fill": fill,
        "check NOTEBOOK": lambda: timed([autograder, "check", filled], folder),
        "progress": lambda: timed([autograder, "progress"], released.parent),
        "grade, ten submissions": grade,
    }


def of_the_classifier(version: Version, folder: Path) -> dict[str, Command]:
    def solutions(*line: str | Path, until: Callable[[], bool] | None = None) -> Command:
        return lambda: timed([version.python, "-m", "solutions", *line], version.folder, until)

    train = ("train", "--force", "--out", folder / "runs", "--name", "wait")
    return {
        "predict": solutions("predict", PHOTO),
        "serve, to its first answer": solutions("serve", "--no-open", "--port", str(SERVED), until=is_served),
        "train": solutions(*train),
        "train, best": solutions(*train, "--recipe", "best"),
        "train, best, two threads": solutions(*train, "--recipe", "best", "--threads", "2"),
    }


def of_the_book(version: Version, folder: Path) -> dict[str, Command]:
    """Return its builds, each of which begins where the one before it ended."""

    def make() -> Wait:
        return timed(["make", "book"], version.folder, XDG_CACHE_HOME=str(folder / "cache"))

    def from_nothing() -> Wait:
        for old in (version.folder / "_build", folder / "cache"):
            shutil.rmtree(old, ignore_errors=True)
        return make()

    def edited() -> Wait:
        chapter = version.folder / "chapters" / f"{ASSIGNMENT}.md"
        chapter.write_text(f"{chapter.read_text(encoding='utf-8')}\nOne more sentence.\n", encoding="utf-8")
        return make()

    return {"book, from nothing": from_nothing, "book, nothing changed": make, "book, one text edited": edited}


GROUPS = {"course": of_a_course, "classifier": of_the_classifier, "book": of_the_book}


def measured(commands: Mapping[str, Mapping[str, Command]], rounds: int) -> list[Row]:
    """Let versions take turns at each command, the first of one round being the last of the next.

    What an earlier version cannot do has no row of it.

    Args:
        commands: by version, this one last; the same names for each.
        rounds: how many.

    Raises:
        CalledProcessError: this version failed.
    """
    found: dict[tuple[str, str], list[Wait]] = defaultdict(list)
    versions = list(commands)
    names = list(commands[versions[0]])
    with progress("commands", rounds * len(names) * len(versions), quiet=False) as step:
        for number in range(rounds):
            for name in names:
                for version in versions if number % 2 == 0 else versions[::-1]:
                    try:
                        found[name, version].append(commands[version][name]())
                    except subprocess.CalledProcessError:
                        if version == versions[-1]:
                            raise
                    step(name)
    return [Row(*key, found[key]) for key in itertools.product(names, versions) if found[key]]


def table_of(rows: Iterable[Row]) -> Table:
    """Return a line for each command and version, with how many times as fast it is as the first version."""
    table = Table("command", "version", title="Until a command has ended")
    for column in ("wall, s", "×", "processor, s", "×"):
        table.add_column(column, justify="right")
    first: dict[str, Row] = {}
    for row in rows:
        base = first.setdefault(row.command, row)
        columns = []
        for name in ("wall_s", "processor_s"):
            columns += [row.spread(name), f"{base.median(name) / row.median(name):.1f}" if row is not base else ""]
        table.add_row(row.command if row is base else "", row.version, *columns)
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", metavar="REVISION", help="an earlier version, cloned and installed when first used")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="these groups of commands")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="3 if left out")
    options = parser.parse_args(arguments)
    BUILD.mkdir(parents=True, exist_ok=True)
    earlier = [earlier_version(options.before)] if options.before else []
    host = machine(["torch", "nbgrader"])
    with tempfile.TemporaryDirectory() as temporary:
        commands: dict[str, dict[str, Command]] = {}
        for version in (*earlier, this_version(Path(temporary) / "version")):
            folder = Path(temporary) / f"work-{len(commands)}"
            folder.mkdir()
            commands[version.name] = {
                name: command for group in options.only for name, command in GROUPS[group](version, folder).items()
            }
        rows = measured(commands, options.rounds)
    print_table(table_of(rows))
    found: dict[str, Any] = {"machine": host, "rows": [asdict(row) for row in rows]}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()
