"""Say at how many seeds each wrong answer and each known mistake is missed: python -m tests.wrong --seeds 10000"""

import argparse
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import torch
from rich.table import Table

from autograder.checks import rooms
from autograder.console import print_table, progress
from autograder.course import Course
from tests.wrong.misses import misses


def main() -> int:
    """Try every wrong answer at many seeds, print a line for each exercise, and return 1 where any is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--room", action="append", choices=rooms(), help="only this one; may be given several times")
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds, 0 and up")
    options = parser.parse_args()
    exercises = [
        (room, exercise.name, options.seeds)
        for room in options.room or rooms()
        for exercise in Course.installed().exercises(room)
    ]
    table = Table("room", "exercise", "answers", "missed", "seconds")
    missed: list[str] = []
    with (
        progress("exercises", len(exercises), quiet=False) as step,
        ProcessPoolExecutor(
            2, multiprocessing.get_context("fork"), initializer=torch.set_num_threads, initargs=(1,)
        ) as pool,
    ):
        for (room, exercise, seeds), (results, seconds) in zip(exercises, pool.map(tried, exercises), strict=True):
            step(exercise)
            times = sum(map(len, results.values()))
            table.add_row(room, exercise, str(len(results)), f"{times} of {seeds * len(results)}", f"{seconds:.0f}")
            missed += [
                f"{room}: {answer}: missed at {len(at)} of {seeds} seeds, {at[:5]}"
                for answer, at in results.items()
                if at
            ]
    print_table(table)
    for line in missed:
        print(line)
    return int(bool(missed))


def tried(work: tuple[str, str, int]) -> tuple[dict[str, list[int]], float]:
    """Return how the answers of one exercise fared, and how many seconds it took."""
    room, exercise, seeds = work
    started = time.monotonic()
    return misses(room, exercise, range(seeds)), time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
