"""Run a student's own program in a child process where the system cannot fork: Windows.

The child runs this module. It reads the program from a folder, and writes there a frame for each cell and each check:
its results are known however it ends.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

from autograder import wire
from autograder.checks import Check
from autograder.observe import Answer, observe
from autograder.sandbox import CellResult, Collector, Limits, Program, RunResult, hidden_checks, limits
from autograder.sandbox.cells import names_of, new_module, run_cell
from autograder.sandbox.child import TIMEOUT, find_check, pack_answer_to
from autograder.sandbox.program import MAX_TIMEOUTS, pack_plan, read_plan, read_request

START_S = 120.0
GRACE_S = 5.0  # over the limit of a cell or a check, which ends what runs by itself where Python runs it
LOOK_S = 0.05
REQUEST, WRITTEN = "request.json", "frames"


def run_without_fork(program: Program, within: Limits | None = None) -> RunResult:
    """Run cells and checks in a child without walls, and end it if it stalls; of the limits, only times count."""
    within = within or Limits()
    request = json.dumps({**program.request(), **pack_plan(program.checks), "limits": asdict(within)})
    nothing = subprocess.DEVNULL
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        written = Path(folder) / WRITTEN
        written.touch()
        (Path(folder) / REQUEST).write_text(request, encoding="utf-8")
        line = [sys.executable, "-m", "autograder.sandbox.without_fork", folder]
        child = subprocess.Popen(line, stdin=nothing, stdout=nothing, stderr=nothing)
        try:
            in_time = _wait(child, written, within)
        finally:
            child.kill()
            child.wait()
        return _result(program, written.read_bytes(), in_time)


def _wait(child: subprocess.Popen[bytes], written: Path, within: Limits) -> bool:
    """Wait for the child; return whether it ended within its time, and each cell and check within theirs."""
    patience_s = max(within.cell_s, within.check_s) + GRACE_S
    end = time.monotonic() + START_S + within.total_s
    size, last_frame = 0, time.monotonic() + START_S  # it has yet to import the modules of the checks
    while child.poll() is None:
        now = time.monotonic()
        if written.stat().st_size > size:
            size, last_frame = written.stat().st_size, now
        if now > min(last_frame + patience_s, end):
            return False
        time.sleep(LOOK_S)
    return True


def _result(program: Program, written: bytes, in_time: bool) -> RunResult:
    """Return the child's results, with an outcome for each check that never answered."""
    collected = Collector(program)
    with contextlib.suppress(wire.WireError):  # it was ended while it wrote
        for header, body in wire.frames(written):
            if "cell" in header:
                collected.cells[header["cell"]] = CellResult(header["stdout"], header["error"])
            elif "answer" in header:
                key = header["exercise"], header["check"]
                collected.answers[key] = wire.answer_or_invalid(header["answer"], body)
    return collected.result("crash" if in_time else "timeout")


def main() -> None:
    """Run the program in the folder of the command line, and write the results there."""
    folder = Path(sys.argv[1])
    request = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
    within = Limits(**request["limits"])
    limits.be_graded()
    checks = [(planned, find_check(planned)) for planned in read_plan(request)]  # they import what a cell may wait for
    hidden_checks.import_each(hidden_checks.preload(tuple({planned.room for planned, _ in checks})))
    module = new_module("__main__")
    with (folder / WRITTEN).open("ab", buffering=0) as file:
        file.write(wire.frame({"started": True}))
        for cell in read_request(request):
            with limits.time_limit(within.cell_s, within.cell_processor_s):
                outcome = run_cell(cell, module)
            file.write(wire.frame({"cell": cell.id, "stdout": outcome.stdout, "error": outcome.error}))
        names, timeouts = names_of(module), dict[str, int]()
        for planned, check in checks:
            if timeouts.get(planned.exercise, 0) < MAX_TIMEOUTS:
                answer = _answer(check, names, planned.seed, within)
            else:
                answer = Answer("timeout", {}, f"not tried: two checks of {planned.exercise} did not end in time")
            timeouts[planned.exercise] = timeouts.get(planned.exercise, 0) + (answer.kind == "timeout")
            file.write(wire.frame(*pack_answer_to(planned, answer)))


def _answer(check: Check, names: SimpleNamespace, seed: int, within: Limits) -> Answer:
    with limits.time_limit(within.check_s, within.check_processor_s):
        return observe(check, names, seed)
    return Answer("timeout", {}, TIMEOUT)


if __name__ == "__main__":
    try:
        main()
    finally:
        os._exit(0)  # to take the modules down one by one takes half a second
