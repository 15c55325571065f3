"""How long one person waits for a command, from typing it to its end; of `serve`, to its first answer.

    python -m bench.waits                        the commands of this environment
    python -m bench.waits OTHER/.venv/bin        beside those of another version, which take turns with them

Each version makes a course folder of its own and releases one chapter into it, twice: for the second time nothing has
changed. Prints a table, medians over the rounds with the least and the most, and writes _build/bench/waits.json. Wall
time in seconds, and seconds of processor time of the command with what it starts.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from autograder.console import print_table, progress
from bench.machine import machine

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "_build" / "bench" / "waits.json"
HERE = Path(sys.executable).parent
ASSIGNMENT = "2-layers"
PHOTO = ROOT / "book" / "screenshot-light.png"
SERVED = 7997


@dataclass(frozen=True)
class Wait:
    wall_s: float
    processor_s: float


def timed(
    line: Sequence[str | Path], folder: Path, is_done: Callable[[], bool] | None = None, cache: Path | None = None
) -> Wait | None:
    """Run a command to its end, or until something is done and then stop it; None where it fails.

    Args:
        line: the command.
        folder: where it runs.
        is_done: asked again and again, if it is given.
        cache: in the place of the user's.
    """
    environment = os.environ | ({"XDG_CACHE_HOME": str(cache)} if cache else {})
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(
        list(map(str, line)), cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
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
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return None if failed else Wait(wall, used)


def is_served() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{SERVED}/", timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def commands(version: Path, folder: Path) -> dict[str, Callable[[], Wait | None]]:
    """Return the commands of a version, in the order of a first day; `release` comes before those that need it."""
    course, autograder, python = folder / "course", version / "autograder", version / "python"
    cache, release = folder / "cache", [str(autograder), "release", ASSIGNMENT, "--force"]
    root, filled = version.parent.parent, folder / "filled.ipynb"
    notebook = course / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"

    def begin() -> Wait | None:
        shutil.rmtree(course, ignore_errors=True)
        return timed([autograder, "init", course], folder)

    def release_first() -> Wait | None:
        shutil.rmtree(cache, ignore_errors=True)
        return timed(release, course, cache=cache)

    def fill() -> Wait | None:
        filled.unlink(missing_ok=True)
        return timed([autograder, "fill", notebook, root / "solutions" / "layers.py", filled], folder)

    serve: list[str | Path] = [python, "-m", "solutions", "serve", "--no-open", "--port", str(SERVED)]
    return {
        "init": begin,
        "release, first": release_first,
        "release, nothing changed": lambda: timed(release, course, cache=cache),
        "fill": fill,
        "check NOTEBOOK": lambda: timed([autograder, "check", filled], folder),
        "progress": lambda: timed([autograder, "progress"], notebook.parent),
        "predict": lambda: timed([python, "-m", "solutions", "predict", PHOTO], root),
        "serve, to its first answer": lambda: timed(serve, root, is_served),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("others", type=Path, nargs="*", metavar="BIN", help="folder of another version's commands")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args(arguments)
    versions = [*(path.absolute() for path in wanted.others), HERE]
    found: dict[tuple[str, Path], list[Wait]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        of = {version: commands(version, Path(folder) / str(at)) for at, version in enumerate(versions)}
        for at in range(len(versions)):
            (Path(folder) / str(at)).mkdir()
        with progress("commands", wanted.rounds * len(versions) * len(of[HERE]), quiet=False) as step:
            for _ in range(wanted.rounds):
                for name in of[HERE]:
                    for version in versions:
                        if wait := of[version][name]():
                            found[name, version].append(wait)
                        step(name)
    table = Table("command", "version", "wall s", "processor s", "ratio", title="Until a command has ended")
    for (name, version), waits in found.items():
        first, mine = (
            statistics.median(wait.processor_s for wait in found.get((name, one), waits))
            for one in (versions[0], version)
        )
        columns = (
            f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"
            for values in ([wait.wall_s for wait in waits], [wait.processor_s for wait in waits])
        )
        table.add_row(name, str(version.parent.parent), *columns, f"{first / mine:.1f}")
    print_table(table)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"command": name, "version": str(version), "rounds": [asdict(wait) for wait in waits]}
        for (name, version), waits in found.items()
    ]
    RESULTS.write_text(json.dumps({"machine": machine(["torch"]), "rows": rows}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
