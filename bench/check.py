"""How long a student waits: `check()` on each exercise, the card, and `autograder check`, after imports.

    python -m bench.check

Everything runs on the recorded expectations, as on a student's machine, with the reference and with a known mistake in
each exercise. Prints a table and writes _build/bench/check.json. Times are seconds of wall time, the median of five.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import nbformat
import torch
from rich.table import Table

import autograder.expectations.recorded
from autograder.checks import rooms
from autograder.console import print_table
from autograder.course import Course, chapters_of
from autograder.expectations.recorded import record
from autograder.instructor.releasing.source import source_notebook, without_solutions
from autograder.notebooks.check import progress_of_notebook, runner
from autograder.notebooks.fill import fill
from autograder.student import report_on
from bench import BUILD

RUNS = 5
RESULTS = BUILD / "check.json"


def seconds(action: Callable[[], object]) -> float:
    """Return the median time of an action."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def rows(course: Course, folder: Path) -> list[dict[str, object]]:
    """Measure each exercise in a notebook, and each notebook from a terminal."""
    found: list[dict[str, object]] = []
    for room in rooms():
        record(course, room, folder)
        for exercise in course.exercises(room):
            mistake = next(mistake for mistake in course.mistakes(room) if mistake.exercise == exercise.name)
            for what, names in (("right", course.names(room)), ("wrong", course.mistaken_names(room, mistake))):
                found.append(
                    {"what": f"check({exercise.name})", "answer": what, "s": seconds(looked_at(exercise.name, names))}
                )
    with runner() as run:
        for chapter in chapters_of(course):
            path = folder / f"{chapter.assignment}.ipynb"
            released = without_solutions(source_notebook(chapter, course))
            nbformat.write(released, folder / f"{chapter.room}.ipynb")
            answers = "\n\n\n".join(exercise.source for exercise in course.exercises(chapter.room))
            nbformat.write(fill(released, answers).notebook, path)
            progress_of_notebook(path, run)  # the server is warm from here on
            found.append(
                {
                    "what": f"autograder check {path.name}",
                    "answer": "right",
                    "s": seconds(lambda path=path: progress_of_notebook(path, run)),  # type: ignore[misc]
                }
            )
    return found


def looked_at(exercise: str, names: SimpleNamespace) -> Callable[[], object]:
    return lambda: report_on(exercise, names)._repr_html_()


def main() -> None:
    """Print the table and write the JSON."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with mock.patch.object(autograder.expectations.recorded, "FOLDER", folder):
            found = rows(Course.installed(), folder)
    table = Table(box=None, pad_edge=False)
    for column in ("what", "answer", "seconds"):
        table.add_column(column, justify="right" if column == "seconds" else "left")
    for row in found:
        table.add_row(str(row["what"]), str(row["answer"]), f"{row['s']:.3f}")
    print_table(table)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"slowest: {max(float(str(row['s'])) for row in found):.3f} s; written to {RESULTS}")


if __name__ == "__main__":
    main()
