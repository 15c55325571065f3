"""Where the time of `autograder grade` goes, stage by stage.

    python -m bench.stages                 60 submissions
    python -m bench.stages --class 200

Grades the class of `bench.grading` with one sandbox, and nothing beside it, so that every second belongs to one stage:

    start    Python, its libraries and the warm server, once for the class
    read     the submission, what an earlier run recorded of it, and its answers into the instructor's notebook
    fork     into the walls and out of them again
    cells    the student's cells
    checks   each check in a process of its own
    expect   what the reference and the known mistakes answer, each once for the class
    judge    the answers, into verdicts
    write    the log, the gradebook and the notebook
    rest     what is none of these

`autograder grade` itself does the rest while the sandboxes run, so it takes less. Prints a table and writes
_build/bench/stages.json and stages.svg. Wall time in seconds; let nothing else run on the machine.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.table import Table

from autograder.console import print_table
from autograder.course import Course
from autograder.expectations import live
from autograder.instructor.course.folder import CourseFolder, Submission
from autograder.instructor.gradebook.writer import CourseGradebook
from autograder.instructor.grading import pipeline
from autograder.instructor.grading.workers import Sandboxes
from autograder.palette import COLOURS, STYLE
from autograder.sandbox import Cell, Limits, Program, RunResult, Sandbox, wire
from bench import BUILD
from bench.grading import Bench
from bench.machine import machine

RESULTS, PICTURE = BUILD / "stages.json", BUILD / "stages.svg"
# In the order of the work, each with its colour and, where another stage has the same one, a pattern.
STAGES = {
    "start": ("line", ""),
    "read": ("gold", ""),
    "fork": ("blue", "///"),
    "cells": ("blue", ""),
    "checks": ("green", ""),
    "expect": ("orange", "///"),
    "judge": ("orange", ""),
    "write": ("purple", ""),
    "rest": ("quiet", ""),
}
# Which of the grader's functions are a stage. Of one within another the inner one counts.
FUNCTIONS: Sequence[tuple[Any, str, str]] = (
    (Submission, "read", "read"),
    (pipeline, "digest_of", "read"),
    (pipeline, "earlier_record", "read"),
    (pipeline, "prepare", "read"),
    (live, "observe", "expect"),
    (pipeline, "conclude", "judge"),
    (pipeline, "grade_unreadable", "judge"),
    (pipeline, "write_log", "write"),
    (CourseGradebook, "write", "write"),
)
# Runs before the cells of a submission: its frame says that the submission's process is there.
THERE = Cell("bench-there", "")
FIRST = Program((Cell("bench-first", "import torch.optim"),), ())  # what the server imports only where it is used

Seconds = Mapping[str, float]


class Clock:
    """Gives every second from its beginning on to one stage of one submission, or of the class.

    Attributes:
        seconds: by student, "" for the class, and stage.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._whose, self._stages, self._since = "", ["rest"], time.perf_counter()

    def tick(self) -> None:
        """Count what has passed for the stage that is under way."""
        now = time.perf_counter()
        self.seconds[self._whose][self._stages[-1]] += now - self._since
        self._since = now

    def turn_to(self, stage: str) -> None:
        """End the stage that is under way and begin another in its place."""
        self.tick()
        self._stages[-1] = stage

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the block as a stage, but what is another one in it as that."""
        self.tick()
        self._stages.append(name)
        try:
            yield
        finally:
            self.tick()
            self._stages.pop()

    def timed(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        """Return a function whose calls are a stage; to read a submission begins the count for it."""

        @wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            if isinstance(arguments[0], Submission) and stage == "read":
                self.tick()
                self._whose = arguments[0].student
            with self.stage(stage):
                return function(*arguments, **named)

        return timed

    def receive(self, *arguments: Any, **named: Any) -> tuple[dict[str, Any], bytes]:
        """Receive a frame of the sandbox, and turn to the stage that it begins."""
        try:
            header, body = RECEIVE(*arguments, **named)
        except Exception:
            self.turn_to("fork")  # it has ended, or will be ended
            raise
        begun = {THERE.id: "cells"}.get(header.get("cell", "")) or ("checks" if header.get("ready") is True else "")
        if begun or "end" in header:
            self.turn_to(begun or "fork")
        return header, body

    @contextmanager
    def one_at_a_time(self, _: int, limits: Limits, *, isolated: bool, hidden: Sequence[Path]) -> Iterator[Sandboxes]:
        """Give a sandbox that runs a program to its end before anything else goes on."""
        with Sandbox(limits, isolated=isolated, hidden=hidden) as sandbox:
            with self.stage("start"):
                sandbox.run(FIRST)

            def run(program: Program) -> Future[RunResult]:
                done: Future[RunResult] = Future()
                with self.stage("fork"), patch.object(wire, "receive", self.receive):
                    done.set_result(sandbox.run(replace(program, cells=(THERE, *program.cells))))
                return done

            yield Sandboxes(run, lambda: 1)


RECEIVE = wire.receive


def grade_by_stage(folder: Path, began: float, found: Path) -> None:
    """Grade a class in this process, which has been started for it, and write the seconds as JSON.

    Args:
        folder: the course folder.
        began: when the process was started, as ``time.time()`` tells it.
        found: where to write.
    """
    start_s = time.time() - began
    os.chdir(folder)
    here, clock = CourseFolder.here(), Clock()
    with ExitStack() as patches:
        for owner, name, stage in FUNCTIONS:
            patches.enter_context(patch.object(owner, name, clock.timed(getattr(owner, name), stage)))
        patches.enter_context(patch.object(pipeline, "local_sandboxes", clock.one_at_a_time))
        pipeline.grade_class(here, Course.installed(), pipeline.GradeRequest(here.chosen(None), workers=1, seed=1))
    clock.tick()
    clock.seconds[""]["start"] += start_s
    found.write_text(json.dumps(clock.seconds), encoding="utf-8")


def measure(bench: Bench) -> dict[str, Seconds]:
    """Grade the class of a bench and return the seconds by student, "" for the class, and stage."""
    folder, found = bench.hand_in(bench.work), bench.folder / "stages.json"
    process = multiprocessing.get_context("spawn").Process(target=grade_by_stage, args=(folder, time.time(), found))
    with patch.dict(os.environ, bench.environment()):
        process.start()
    process.join()
    seconds: dict[str, Seconds] = json.loads(found.read_text(encoding="utf-8"))
    return seconds


def summary(seconds: Mapping[str, Seconds]) -> dict[str, Seconds]:
    """Return the seconds by stage: of the class, of a submission on average, and of the submission in the middle."""
    alone = sorted((one for whose, one in seconds.items() if whose), key=lambda one: sum(one.values()))
    whole = {stage: sum(one.get(stage, 0.0) for one in seconds.values()) for stage in STAGES}
    mean = {stage: value / len(alone) for stage, value in whole.items()}
    # Of the fifth around the median the mean: a single one would tell of its own cells alone.
    middle = alone[len(alone) * 2 // 5 : -(-len(alone) * 3 // 5)]
    median = {stage: statistics.mean(one.get(stage, 0.0) for one in middle) for stage in STAGES}
    return {"class": whole, "mean": mean, "median": median}


def draw(found: Mapping[str, Seconds], submissions: int, path: Path) -> None:
    """Draw the mean and the median submission as a bar each, stage beside stage."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 2.8), layout="constrained")
        axes = figure.subplots()
        names = {"median": "the median submission", "mean": "the mean of all"}
        ends = dict.fromkeys(names, 0.0)
        for stage, (colour, hatch) in STAGES.items():
            widths = [found[name][stage] for name in names]
            bars = axes.barh([*names.values()], widths, left=[*ends.values()], color=COLOURS[colour], label=stage)
            for bar in bars:
                bar.set(hatch=hatch, edgecolor=COLOURS["ground"])
            ends = {name: ends[name] + found[name][stage] for name in names}
        axes.set_xlabel("seconds of a submission")
        axes.set_title(f"Where the time goes, one of {submissions} submissions after the other")
        axes.grid(axis="y", visible=False)
        figure.legend(loc="outside lower center", ncols=len(STAGES), handlelength=1, columnspacing=1)
        figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Measure, print the table, write the JSON and draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--class", type=int, default=60, dest="size", metavar="N", help="submissions, 60 if left out")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    host = machine(("torch", "nbgrader"))
    with tempfile.TemporaryDirectory(dir=BUILD) as temporary:
        bench = Bench(options.size, Path(temporary))
        seconds = measure(bench)
    found = summary(seconds)
    table = Table("stage", box=None, pad_edge=False, title=f"{options.size} submissions, load {host['load']:.1f}")
    for column in ("class s", "%", "mean s", "median s"):
        table.add_column(column, justify="right")
    whole = sum(found["class"].values())
    for stage in STAGES:
        of_class, mean, median = (found[name][stage] for name in ("class", "mean", "median"))
        table.add_row(stage, f"{of_class:.1f}", f"{of_class / whole:.0%}", f"{mean:.3f}", f"{median:.3f}")
    table.add_row("together", f"{whole:.1f}", "", *(f"{sum(found[name].values()):.3f}" for name in ("mean", "median")))
    print_table(table)
    kinds = {one.student: {"assignment": one.assignment, "kind": one.kind} for one in bench.work}
    rows = [{"student": whose, **kinds.get(whose, {}), "seconds": one} for whose, one in seconds.items()]
    entry = {"machine": host, "submissions": options.size, **found, "each": rows}
    RESULTS.write_text(json.dumps(entry, indent=1) + "\n", encoding="utf-8")
    draw(found, options.size, PICTURE)
    print(f"written to {RESULTS} and {PICTURE}")


if __name__ == "__main__":
    main()
