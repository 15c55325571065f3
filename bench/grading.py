"""How long a class takes to grade: stock nbgrader, otter-grader and `autograder grade`, one after the other in one run.

    python -m bench.grading                                  60 submissions, each graded by all four
    python -m bench.grading --class 200 --sample 30          the others grade 30 of the 200, scaled and said so

Every grader gets the same files and has its own defaults. nbgrader: a course folder without our configuration.
otter-grader: one test for each check, `otter run` for each submission; it knows no time limit, so each gets the one
below. Ours: with the sandbox, two workers.

Prints a table and adds to _build/bench/grading.json what was measured, by size of the class. Wall and CPU time are in
seconds, the latter of all processes; memory in bytes: of the largest process by resident size, and of all together
with shared pages counted once. Let nothing else run on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import site
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil
from nbgrader.api import Gradebook, MissingEntry
from rich.table import Table

from autograder.checks import checks_of
from autograder.console import print_table, progress
from autograder.course import Course, chapters_of
from bench import BUILD
from bench.mixed_class import HONEST, Work, mixed_class

RESULTS = BUILD / "grading.json"
WORKERS = 2
BIN = Path(sys.executable).parent
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
SAMPLE_EVERY_S = 0.5
OTTER_S = 150
OTTER = "otter-grader[grading]>=6,<8"
PLAIN_CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "course"\n'


@dataclass
class Usage:
    """What some commands used, one after the other."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    largest_process_bytes: int = 0
    all_processes_bytes: int = 0


@dataclass(frozen=True)
class Measured:
    """One grader and a class.

    Attributes:
        submissions: how many it was given.
        usage: for these.
        marks: by student; None where it has none.
        load: of the machine in the minute before, in processes.
        note: why there is no figure.
    """

    grader: str
    submissions: int = 0
    usage: Usage = field(default_factory=Usage)
    marks: Mapping[str, float | None] = field(default_factory=dict)
    load: float = 0.0
    note: str = ""


def run(line: Sequence[str | Path], usage: Usage, log: Path, timeout_s: float | None = None, **options: Any) -> None:
    """Run a command, add what it and its descendants used, and append what they say to a file."""
    started = time.perf_counter()
    with log.open("ab") as said:
        process = subprocess.Popen(list(map(str, line)), stdout=said, stderr=subprocess.STDOUT, **options)
    ended, seen = threading.Event(), Usage()
    watching = threading.Thread(target=_watch, args=(process.pid, seen, ended, timeout_s))
    watching.start()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    watching.join()
    usage.wall_s += time.perf_counter() - started
    # A process that is killed with its namespace is never waited for: of it the last look counts.
    usage.cpu_s += max(used.ru_utime + used.ru_stime, seen.cpu_s)
    usage.all_processes_bytes = max(usage.all_processes_bytes, seen.all_processes_bytes)
    largest = max(used.ru_maxrss << 10, seen.largest_process_bytes)
    usage.largest_process_bytes = max(usage.largest_process_bytes, largest)


def _watch(pid: int, seen: Usage, ended: threading.Event, timeout_s: float | None) -> None:
    """Look at a process and its descendants again and again, and end them when their time is over."""
    started = time.perf_counter()
    while not ended.wait(SAMPLE_EVERY_S):
        with suppress(psutil.Error):
            root = psutil.Process(pid)
            family = [root, *root.children(recursive=True)]
            looks = [found for found in map(look, family) if found is not None]
            seen.cpu_s = max(seen.cpu_s, sum(cpu_s for cpu_s, _, _ in looks))
            seen.largest_process_bytes = max(seen.largest_process_bytes, 0, *(rss for _, rss, _ in looks))
            seen.all_processes_bytes = max(seen.all_processes_bytes, sum(pss for _, _, pss in looks))
            if timeout_s is not None and time.perf_counter() - started > timeout_s:
                for process in family:
                    with suppress(psutil.Error):
                        process.kill()


def look(process: psutil.Process) -> tuple[float, int, int] | None:
    """Return a process's time with that of those it waited for, and its memory with all and its share of shared pages.

    None where it has just ended.
    """
    with suppress(psutil.Error):
        memory = process.memory_full_info()
        return sum(process.cpu_times()[:4]), memory.rss, memory.pss
    return None


class Bench:
    """Grades one class with each grader, each in a course folder of its own."""

    def __init__(self, size: int, folder: Path) -> None:
        self.course = Course.installed()
        self.released = released_course()
        self.work = mixed_class(size, self.course, self.released)
        self.folder = folder
        self.home = folder / "home"  # so that no settings of a user's own apply
        self.home.mkdir()
        self.log = BUILD / "grading.log"

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": str(self.home), **more}

    def hand_in(self, work: Sequence[Work]) -> Path:
        folder = self.folder / f"course-{len(list(self.folder.iterdir()))}"
        shutil.copytree(self.released, folder)
        for submission in work:
            submission.write(folder)
        return folder

    def stock(self, work: Sequence[Work], **more: str) -> tuple[Usage, Mapping[str, float | None]]:
        """Grade with nbgrader as it is without our configuration."""
        folder, usage = self.hand_in(work), Usage()
        (folder / "nbgrader_config.py").write_text(PLAIN_CONFIG, encoding="utf-8")
        with watched(folder, "autograded/*/*/*.ipynb", len(work)):
            for assignment in sorted({submission.assignment for submission in work}):
                line: list[str | Path] = [BIN / "nbgrader", "autograde", assignment]
                run(line, usage, self.log, cwd=folder, env=self.environment(**more))
        return usage, marks_in(folder, work)

    def ours(self, work: Sequence[Work]) -> tuple[Usage, Mapping[str, float | None]]:
        """Grade with `autograder grade`."""
        folder = self.hand_in(work)
        usage = self.grade(folder, len(work), "--workers", str(WORKERS), "--seed", "1")
        return usage, marks_in(folder, work)

    def grade(self, folder: Path, submissions: int, *options: str) -> Usage:
        """Run `autograder grade` in a course folder and return what it used."""
        usage = Usage()
        with watched(folder, "autograded/*/*/*.ipynb", submissions):
            run([BIN / "autograder", "grade", *options], usage, self.log, cwd=folder, env=self.environment())
        return usage

    def otter(self, work: Sequence[Work]) -> tuple[Usage, Mapping[str, float | None]]:
        """Grade with otter-grader in an environment of its own that sees this one's packages."""
        otter, usage = otter_environment(self.log) / "otter", Usage()
        folder = self.hand_in(work)
        results = {submission.student: folder / "results" / submission.student for submission in work}
        autograders = {
            assignment: self._otter_autograder(otter, assignment, room, folder)
            for assignment, room in ((chapter.assignment, chapter.room) for chapter in chapters_of(self.course))
        }
        environment = self.environment() | {"PATH": f"{otter.parent}{os.pathsep}{os.environ['PATH']}"}
        with watched(folder, "results/*/results.json", len(work)):
            for submission in work:
                results[submission.student].mkdir(parents=True)
                notebook = (
                    folder / "submitted" / submission.student / submission.assignment / f"{submission.assignment}.ipynb"
                )
                options = ("--no-logo", "-a", autograders[submission.assignment], "-o", results[submission.student])
                run([otter, "run", *options, notebook], usage, self.log, OTTER_S, cwd=folder, env=environment)
        return usage, {student: otter_mark(path / "results.json") for student, path in results.items()}

    def _otter_autograder(self, otter: Path, assignment: str, room: str, folder: Path) -> Path:
        """Write a test for each check, of the points that nbgrader's cell has, and zip them with otter's command."""
        tests = folder / "otter" / assignment / "tests"
        tests.mkdir(parents=True)
        for check in checks_of(room):
            (tests / f"{check.id}.py").write_text(OTTER_TEST.format(check=check), encoding="utf-8")
        path = tests.parent / "autograder.zip"
        options = ("-t", tests, "-o", path, "--no-environment")
        subprocess.run([otter, "generate", *options], cwd=tests.parent, check=True, capture_output=True)
        return path


OTTER_TEST = """from types import SimpleNamespace
from otter.test_files import test_case

OK_FORMAT = False
name = "{check.id}"
points = {check.points}

@test_case(points={check.points}, hidden={check.hidden})
def test_check(env):
    from autograder.student import report_on

    report_on("{check.exercise}", SimpleNamespace(**env), "{check.name}").require()
"""


def otter_environment(log: Path) -> Path:
    """Return the programs' folder of an environment with otter-grader in it, made when it is first needed.

    Raises:
        CalledProcessError: it does not install here.
    """
    folder = BUILD / "otter"
    if not (folder / "bin" / "otter").exists():
        venv.create(folder, with_pip=True, clear=True)
        packages = next(folder.glob("lib/*/site-packages"))
        lines = "; ".join(f"site.addsitedir({path!r})" for path in site.getsitepackages())
        (packages / "course.pth").write_text(f"import site; {lines}\n", encoding="utf-8")
        with log.open("ab") as said:
            pip = (folder / "bin" / "python", "-m", "pip")
            subprocess.run([*pip, "install", "--quiet", OTTER], check=True, stdout=said, stderr=said)
    return folder / "bin"


def otter_mark(path: Path) -> float | None:
    """Return the points in a results file of otter-grader, or None where there is none."""
    if not path.exists():
        return None
    return sum(float(test.get("score") or 0) for test in json.loads(path.read_text(encoding="utf-8"))["tests"])


def released_course() -> Path:
    """Return a course folder with all assignments released, made when it is first needed."""
    folder = BUILD / "released"
    if not (folder / "release" / "course.zip").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([BIN / "autograder", "init", folder], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([BIN / "autograder", "release"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


def marks_in(folder: Path, work: Sequence[Work]) -> dict[str, float | None]:
    """Return the automatic points of each submission in nbgrader's gradebook, None where no notebook came out."""
    found: dict[str, float | None] = {}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        for submission in work:
            graded = (
                folder / "autograded" / submission.student / submission.assignment / f"{submission.assignment}.ipynb"
            )
            try:
                notebooks = gradebook.find_submission(submission.assignment, submission.student).notebooks
            except MissingEntry:
                notebooks = []
            points = [grade.auto_score or 0.0 for notebook in notebooks for grade in notebook.grades]
            found[submission.student] = sum(points) if graded.exists() and points else None
    return found


@contextmanager
def watched(folder: Path, results: str, total: int) -> Iterator[None]:
    """Show on a terminal how many results are there."""
    ended = threading.Event()
    with progress("Grading", total, quiet=False) as step:

        def watch() -> None:
            shown = 0
            while not ended.wait(1):
                there = len(list(folder.glob(results)))
                for _ in range(there - shown):
                    step(folder.name)
                shown = there

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            yield
        finally:
            ended.set()
            watching.join()


Grade = Callable[[Sequence[Work]], tuple[Usage, Mapping[str, float | None]]]


def measure(grader: str, grade: Grade, work: Sequence[Work]) -> Measured:
    """Grade some work and say what it took, or why that cannot be said."""
    print(f"{grader}: {len(work)} submissions", flush=True)
    load = os.getloadavg()[0]
    try:
        usage, marks = grade(work)
    except (subprocess.CalledProcessError, OSError) as error:
        return Measured(grader, note=str(error))
    return Measured(grader, len(work), usage, marks, load)


def differences(work: Sequence[Work], theirs: Measured, ours: Measured) -> list[dict[str, Any]]:
    """Return the honest submissions that two graders give different marks."""
    return [
        {key: getattr(submission, key) for key in ("student", "assignment", "kind", "what")}
        | {theirs.grader: theirs.marks[submission.student], ours.grader: ours.marks[submission.student]}
        for submission in work
        if submission.kind in HONEST
        and submission.student in theirs.marks
        and theirs.marks[submission.student] != ours.marks.get(submission.student)
    ]


def main() -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--class", type=int, default=60, dest="size", metavar="N", help="submissions, 60 if left out")
    parser.add_argument("--sample", type=int, metavar="N", help="let the others grade N of them, drawn by chance")
    names = ("stock", "one-thread", "otter", "ours")
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="these graders only")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as temporary:
        bench = Bench(options.size, Path(temporary))
        sample = bench.work if options.sample is None else random.Random(1).sample(bench.work, options.sample)
        graders: dict[str, tuple[str, Grade, Sequence[Work]]] = {
            "stock": ("stock nbgrader", bench.stock, sample),
            "one-thread": ("stock, one thread", lambda work: bench.stock(work, **ONE_THREAD), sample),
            "otter": ("otter-grader", bench.otter, sample),
            "ours": (f"ours, {WORKERS} workers", bench.ours, bench.work),
        }
        found = {name: measure(*graders[name]) for name in names if name in options.only}
    entry = report(bench.work, found)
    everything = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    everything[str(options.size)] = everything.get(str(options.size), {}) | entry
    RESULTS.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")
    print(f"written to {RESULTS}; what the graders said: {bench.log}")


def report(work: Sequence[Work], found: Mapping[str, Measured]) -> dict[str, Any]:
    """Print the table of one class and return it as JSON values."""
    size, stock, ours = len(work), found.get("stock"), found.get("ours")
    table = Table(box=None, pad_edge=False, title=f"{size} submissions, {os.cpu_count()} cores", title_justify="left")
    for column in ("grader", "graded", "wall s", "CPU s", "ratio", "largest MB", "all MB", "marks", "lost", "load"):
        table.add_column(column, justify="left" if column == "grader" else "right")
    notes = []
    entry: dict[str, Any] = {}
    for name, one in found.items():
        if one.note:
            table.add_row(one.grader, *["–"] * 9)
            notes.append(f"{one.grader}: {one.note}")
            entry[name] = asdict(one)
            continue
        scale = size / one.submissions
        base = stock.usage.wall_s * size / stock.submissions if stock and stock.submissions else None
        differing = differences(work, one, ours) if ours and one is not ours and not ours.note else []
        honest = [each for each in work if each.kind in HONEST and each.student in one.marks]
        lost = sum(mark is None for mark in one.marks.values())
        mark = "" if scale == 1 else "~"
        table.add_row(
            one.grader,
            f"{one.submissions} of {size}",
            f"{mark}{one.usage.wall_s * scale:.0f}",
            f"{mark}{one.usage.cpu_s * scale:.0f}",
            "1" if one is stock else f"{mark}1/{base / (one.usage.wall_s * scale):.1f}" if base else "–",
            f"{one.usage.largest_process_bytes / 1e6:.0f}",
            f"{one.usage.all_processes_bytes / 1e6:.0f}",
            f"{len(honest) - len(differing)}/{len(honest)}" if ours and one is not ours else "",
            str(lost),
            f"{one.load:.1f}",
        )
        if scale != 1:
            notes.append(f"{one.grader}: measured on {one.submissions} drawn by chance, times {scale:.2f}")
        notes += [f"other mark: {json.dumps(difference)}" for difference in differing]
        entry[name] = asdict(one) | {"scaled_wall_s": one.usage.wall_s * scale, "differences": differing}
    print_table(table)
    print("marks: honest submissions whose mark is ours; lost: no mark at all; load: of the machine, just before")
    for note in notes:
        print(note)
    return entry


if __name__ == "__main__":
    main()
