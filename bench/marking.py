"""How long those who mark together wait: a question with all its answers, one answer, and a save.

    python -m bench.marking                    300 answers, five markers at once
    python -m bench.marking --answers 2000

Runs `autograder mark` in a course folder that is made for it. Prints a table and writes _build/bench/marking.json.
Times are seconds of wall time, medians; a save is timed while all markers mark.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from autograder.instructor.marking.client import MarkingClient
from rich.table import Table

from autograder.console import print_table
from bench import BUILD
from bench.machine import machine
from sample_class.written import grade_written

RUNS = 5
ASSIGNMENT = "2-layers"
MARKERS = ("ann", "bob", "eve", "jim", "sue")
PARAGRAPH = "Each layer multiplies the variance by the same factor, so it grows with the depth. " * 15
RESULTS = BUILD / "marking.json"
AUTOGRADER = (sys.executable, "-m", "autograder.instructor.cli")


def seconds(action: Callable[[], object]) -> float:
    """Return the time of an action."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def course(folder: Path, answers: int) -> None:
    """Make a course folder in which so many students have answered the written question."""
    subprocess.run([*AUTOGRADER, "init", folder], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*AUTOGRADER, "release", ASSIGNMENT], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    grade_written(folder, ASSIGNMENT, {f"s{at:05}": f"Answer {at}. {PARAGRAPH}" for at in range(answers)})
    (folder / "markers.csv").write_text("\n".join(["marker", *MARKERS, ""]), encoding="utf-8")


def rows(folder: Path) -> list[dict[str, object]]:
    """Serve the page, and measure what is asked of it."""
    line = [*AUTOGRADER, "mark", ASSIGNMENT, "--port", "0"]
    with subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            printed, last = "", ""
            while not last.startswith("marking at"):
                last = server.stdout.readline()
                assert last, "the server ended"
                printed += last
            tokens = dict(re.findall(r"^token of (.+): (\S+)$", printed, re.MULTILINE))
            clients = {name: MarkingClient(last.split()[-1], token) for name, token in tokens.items()}
            return list(map(as_row, measured(clients).items()))
        finally:
            server.terminate()


def measured(clients: dict[str, MarkingClient]) -> dict[str, list[float]]:
    """Return the times of each thing that is asked."""
    instructor = clients.pop("instructor")
    address = instructor.questions()[0]["address"]
    pages = {"all answers": address, "overview": "/overview"}
    pages["one answer"] = f"/answers/{instructor.entries(address)[0]['id']}"
    found = {name: [seconds(partial(instructor.page, page)) for _ in range(RUNS)] for name, page in pages.items()}

    def mark(client: MarkingClient) -> list[float]:
        times = []
        for entry in client.entries(address):
            answer = client.answer(entry["id"])
            times.append(seconds(partial(client.save, answer, 3, "Say what you assume.")))
        return times

    with ThreadPoolExecutor(len(clients)) as pool:
        found["a save"] = [one for times in pool.map(mark, clients.values()) for one in times]
    return found


def as_row(one: tuple[str, list[float]]) -> dict[str, object]:
    return {"what": one[0], "s": statistics.median(one[1]), "longest": max(one[1]), "times": len(one[1])}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--answers", type=int, default=300, help="to the question (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        course(Path(place) / "course", options.answers)
        found = rows(Path(place) / "course")
    table = Table("opened, or done", "median, s", "longest, s", "times", title=f"{options.answers} answers")
    for row in found:
        table.add_row(str(row["what"]), f"{row['s']:.3f}", f"{row['longest']:.3f}", str(row["times"]))
    print_table(table)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    result = {"answers": options.answers, "machine": machine(["nbgrader", "tornado", "sqlalchemy"]), "measured": found}
    RESULTS.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
