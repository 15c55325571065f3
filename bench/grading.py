"""Time the grading of a class by `autograder grade` and, on request, by stock nbgrader.

    python -m bench.grading                         classes of 20, 120, 300 and 1,000
    python -m bench.grading --write                 for the book: the same four, in data/grading.json
    python -m bench.grading --class 60 --stock      the same class by nbgrader, too

Both graders get the same files and have their own defaults. Ours: with the sandbox, two workers; afterwards
`autograder grade --dry-run` on the unchanged class. nbgrader: a course folder without our configuration.

Prints a table and writes _build/bench/grading.json. Wall and CPU time are in seconds, the latter of all processes;
memory in bytes, of all processes together with shared pages counted once. Let nothing else run on the machine.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat import NotebookNode
from rich.table import Table

from autograder.console import print_table
from autograder.course import Course, chapters_of
from autograder.exercises import exercises_of
from autograder.instructor.authoring.right_answers import right_answers
from autograder.notebooks.fill import exercise_cells, fill
from autograder.notebooks.graft import read_notebook
from bench import BUILD, machine, write
from solutions.data import DATA

RESULTS, SHOWN = BUILD / "grading.json", DATA / "grading.json"
LOG = BUILD / "grading.log"
SIZES = (20, 120, 300, 1000)
WORKERS = 2
BIN = Path(sys.executable).parent
SAMPLE_EVERY_S = 0.5
Submissions = Mapping[Path, str]  # each notebook's text, by where it is handed in below a course folder
PLAIN_CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "course"\n'

# Of twenty submissions. Classes of different sizes differ in nothing else.
MIXTURE = ["right"] * 8 + ["wrong"] * 6 + ["untouched"] * 2 + ["slow"] * 2 + ["broken"] * 2

# New sources for the first exercise's cell; all other exercises have right answers.
SLOW = (
    "{cell}\nimport time\ntime.sleep(5)\n",
    "{cell}\nwhile True:\n    pass\n",
    "def {name}(*arguments, **named):\n    while True:\n        pass\n",
)
BROKEN = (
    "{cell}\n)\n",
    "{cell}\nimport os\nos._exit(1)\n",
    "",  # half a file
)


# --- the class: right, wrong, untouched, slow and broken work over all chapters, the same at each call


def mixed_class(size: int, course: Course, released: Path) -> Submissions:
    """Return a class in a fixed random order, each student with one chapter's notebook of a released course.

    They hand in the course's reference, right answers and known mistakes.
    """
    chapters = chapters_of(course)
    work = []
    for kind, count in kinds_in(size).items():
        for first, chapter in enumerate(chapters):
            path = released / "release" / chapter.assignment / f"{chapter.assignment}.ipynb"
            variants = _variants(kind, chapter.room, course, read_notebook(path))
            for turn, _ in enumerate(range(first, count, len(chapters))):
                work.append((chapter.assignment, variants[(first + turn) % len(variants)]))
    random.Random(0).shuffle(work)
    return {
        Path("submitted", f"s{at:03}", assignment, f"{assignment}.ipynb"): text
        for at, (assignment, text) in enumerate(work, start=1)
    }


def kinds_in(size: int) -> Counter[str]:
    """Return the number of submissions of each kind in a class."""
    return Counter(MIXTURE[at % len(MIXTURE)] for at in range(size))


def _variants(kind: str, room: str, course: Course, notebook: NotebookNode) -> list[str]:
    """Return the variants of a kind of work in a room, each as a notebook's text."""
    if kind == "untouched":
        return [nbformat.writes(notebook)]
    if kind in ("slow", "broken"):
        filled = fill(notebook, _answers(room, course.source(room))).notebook
        return [_spoilt(filled, change) for change in (SLOW if kind == "slow" else BROKEN)]
    if kind == "right":
        # Answers that import the course's own package are left out: no student can.
        texts = [answer.source for answer in right_answers(course, room)]
        sources = [text for text in texts if f"from {course.package}" not in text]
        sources.append(_answers(room, course.source(room)))
    else:
        sources = [_answers(room, mistake.apply(course.source(room))) for mistake in course.mistakes(room)]
    return [nbformat.writes(fill(notebook, source).notebook) for source in sources]


def _answers(room: str, source: str) -> str:
    return "\n\n\n".join(exercise.source for exercise in exercises_of(room, source))


def _spoilt(filled: NotebookNode, change: str) -> str:
    """Return a filled notebook's text with another first exercise, or half of it where there is none."""
    notebook = nbformat.from_dict(filled)
    name, cell = next(iter(exercise_cells(notebook).items()))
    cell.source = change.format(cell=cell.source, name=name) if change else cell.source
    text = nbformat.writes(notebook)
    return text if change else text[: len(text) // 2]


# --- the time and memory of grading


@dataclass
class Usage:
    """Time and memory of commands, one after the other."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    all_processes_bytes: int = 0


def run(line: Sequence[str | Path], usage: Usage, **options: Any) -> None:
    """Run a command, add the usage of its whole process tree, and append the output to a file."""
    started = time.perf_counter()
    with LOG.open("ab") as log:
        process = subprocess.Popen([*map(str, line)], stdout=log, stderr=subprocess.STDOUT, **options)
    ended, seen = threading.Event(), Usage()
    watching = threading.Thread(target=_watch, args=(process.pid, seen, ended))
    watching.start()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    watching.join()
    usage.wall_s += time.perf_counter() - started
    # A process that is killed with its namespace is never waited for: of it the last look counts.
    usage.cpu_s += max(used.ru_utime + used.ru_stime, seen.cpu_s)
    usage.all_processes_bytes = max(usage.all_processes_bytes, seen.all_processes_bytes)


def _watch(pid: int, seen: Usage, ended: threading.Event) -> None:
    """Sample a process and its descendants until it ends."""
    while not ended.wait(SAMPLE_EVERY_S):
        with suppress(psutil.Error):
            root = psutil.Process(pid)
            looks = [used for process in (root, *root.children(recursive=True)) if (used := _used_by(process))]
            seen.cpu_s = max(seen.cpu_s, sum(cpu_s for cpu_s, _ in looks))
            seen.all_processes_bytes = max(seen.all_processes_bytes, sum(pss for _, pss in looks))


def _used_by(process: psutil.Process) -> tuple[float, int] | None:
    """Return a process's time, with that of its reaped children, and its memory; None where it has just ended."""
    with suppress(psutil.Error):
        return sum(process.cpu_times()[:4]), process.memory_full_info().pss
    return None


def released_course() -> Path:
    """Return a course folder with all assignments released, made when it is first needed."""
    folder = BUILD / "released"
    if not (folder / "release" / "course.zip").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([BIN / "autograder", "init", folder], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([BIN / "autograder", "release"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


def handed_in(work: Submissions, folder: Path) -> dict[str, Any]:
    """Make a course folder with a class's submissions, and return options for running a command there."""
    shutil.copytree(released_course(), folder)
    for path, text in work.items():
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(text, encoding="utf-8")
    home = folder.with_name("home")  # without a user's own settings
    home.mkdir(exist_ok=True)
    search = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return {"cwd": folder, "env": {**os.environ, "PATH": search, "HOME": str(home)}}


def graded_by_ours(work: Submissions, folder: Path) -> dict[str, Any]:
    """Grade with `autograder grade`; raise RuntimeError where a dry run afterwards would change something."""
    options = handed_in(work, folder)
    graded, dry = Usage(), Usage()
    run([BIN / "autograder", "grade", "--workers", str(WORKERS), "--seed", "1"], graded, **options)
    run([BIN / "autograder", "grade", "--dry-run", "--json", "unchanged.json"], dry, **options)
    dry_run = json.loads((folder / "unchanged.json").read_text(encoding="utf-8"))
    changes = [verdict for verdict in dry_run["verdicts"] if verdict["before"] != verdict["points"]]
    if changes or dry_run["run"]["submissions"] != len(work):
        raise RuntimeError(f"the class has changed: {changes}")
    return asdict(graded) | {"dry_run_s": dry.wall_s}


def graded_by_nbgrader(work: Submissions, folder: Path) -> dict[str, Any]:
    """Grade with nbgrader in its own configuration."""
    options, usage = handed_in(work, folder), Usage()
    (folder / "nbgrader_config.py").write_text(PLAIN_CONFIG, encoding="utf-8")
    for assignment in sorted({path.stem for path in work}):
        run([BIN / "nbgrader", "autograde", assignment], usage, **options)
    return asdict(usage)


def measure(size: int, *, stock: bool) -> dict[str, dict[str, Any]]:
    """Grade a class by each grader in a course folder of its own, and return their usage."""
    work = mixed_class(size, Course.installed(), released_course())
    graders = {"ours": graded_by_ours} | ({"stock nbgrader": graded_by_nbgrader} if stock else {})
    with tempfile.TemporaryDirectory(dir=BUILD) as temporary:
        return {name: grade(work, Path(temporary) / f"course-{at}") for at, (name, grade) in enumerate(graders.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--class", type=int, nargs="+", default=SIZES, dest="sizes", metavar="N", help="submissions")
    parser.add_argument("--stock", action="store_true", help="grade the same classes by stock nbgrader, too")
    parser.add_argument("--write", action="store_true", help="keep what ours took in data/grading.json, for the book")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    host = machine("torch", "nbgrader")
    usages = {}
    for size in options.sizes:
        print(f"{size} submissions", flush=True)
        usages[size] = measure(size, stock=options.stock)
    table = Table("class", "grader", box=None, pad_edge=False)
    for column in ("wall s", "each", "CPU s", "all MB", "unchanged: wall s"):
        table.add_column(column, justify="right")
    for size, graders in usages.items():
        for grader, used in graders.items():
            seconds = (f"{used['wall_s']:.0f}", f"{used['wall_s'] / size:.2f}", f"{used['cpu_s']:.0f}")
            dry = f"{used['dry_run_s']:.1f}" if "dry_run_s" in used else ""
            table.add_row(str(size), grader, *seconds, f"{used['all_processes_bytes'] / 1e6:.0f}", dry)
    print_table(table)
    write(RESULTS, {"machine": host, "classes": usages})
    print(f"what the graders said: {LOG}")
    if options.write:
        classes = [
            {"submissions": size, "kinds": dict(sorted(kinds_in(size).items())), **graders["ours"]}
            for size, graders in usages.items()
        ]
        write(SHOWN, {"machine": host, "workers": WORKERS, "classes": classes})


if __name__ == "__main__":
    main()
