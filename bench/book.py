"""How long the book takes to build: from nothing, with nothing changed, and after an edit of one chapter's text.

    python -m bench.book

Works on a copy of the course in a temporary folder. Prints a table and writes _build/bench/book.json. Times are seconds
on the clock, and seconds of processor time of the build and its kernels.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from autograder.console import print_table

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "_build" / "bench" / "book.json"
EDITED = Path("chapters", "2-layers.md")
BUILD = [sys.executable, "-m", "book.build", "--warningiserror", "--nitpick", "."]


@dataclass(frozen=True)
class Timing:
    build: str
    wall_s: float
    processor_s: float


def processor_s() -> float:
    """Return the processor time of all processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(build: str, course: Path) -> Timing:
    started, before = time.perf_counter(), processor_s()
    done = subprocess.run(BUILD, cwd=course, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return Timing(build, time.perf_counter() - started, processor_s() - before)


def copied(target: Path) -> Path:
    """Copy what the book is made of: what git keeps, or would."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for path in filter(None, listed.split("\0")):
        if (ROOT / path).exists():  # and has not been deleted since
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, target / path)
    (target / "book" / "node_modules").symlink_to(ROOT / "book" / "node_modules")
    return target


def measured() -> list[Timing]:
    with tempfile.TemporaryDirectory() as folder:
        course = copied(Path(folder) / "course")
        timings = [timed("from nothing", course), timed("nothing changed", course)]
        chapter = course / EDITED
        chapter.write_text(f"{chapter.read_text(encoding='utf-8')}\nOne more sentence.\n", encoding="utf-8")
        return [*timings, timed("one text edited", course)]


def main() -> None:
    timings = measured()
    table = Table("build", "wall, s", "processor, s")
    for timing in timings:
        table.add_row(timing.build, f"{timing.wall_s:.1f}", f"{timing.processor_s:.1f}")
    print_table(table)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(timing) for timing in timings], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
