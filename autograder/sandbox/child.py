"""The fork of one submission: it runs the cells, then each check in a fork of its own."""

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Mapping
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any

from autograder import wire
from autograder.checks import Check, checks_of
from autograder.observe import Answer, observe
from autograder.sandbox import hidden_checks, isolation, patches
from autograder.sandbox.cells import names_of, new_module, run_cell
from autograder.sandbox.limits import ALARMS, Limits, be_graded, time_limit
from autograder.sandbox.program import MAX_TIMEOUTS, PlannedCheck, SentCheck, read_plan, read_request

GRACE_S = 0.5
TIMEOUT, CRASH = "it did not end in time", "it ended the whole process"
NO_PROCESS = "the cells left so many processes behind that no check could be started"


def run(limits: Limits, results: socket.socket, *, isolated: bool) -> None:
    """Receive and run cells, then checks; send each result as a frame, and at last the end.

    While the cells run, nothing in this process knows which checks will come and with which seeds; while a visible
    check runs, nothing in it knows the hidden ones. ``isolated`` says that all processes that this one can see and end
    are the submission's.
    """
    be_graded()
    request, _ = wire.receive(results, max_header_bytes=wire.MAX_REQUEST_BYTES)
    cells = read_request(request)
    module = new_module("__main__")
    put_back_builtins = patches.keep_builtins()
    with patches.PutBack():
        for cell in cells:
            with time_limit(limits.cell_s, limits.cell_processor_s):
                outcome = run_cell(cell, module, put_back_builtins)
            wire.send(results, {"cell": cell.id, "stdout": outcome.stdout, "error": outcome.error})
    if isolated:
        go_on_alone()
    names = names_of(module)
    sources = {cell.id: cell.source for cell in cells}
    sent: dict[str, Any] = {"__name__": "sent"}
    timeouts: dict[str, int] = {}

    def run_plan(plan: Mapping[str, Any]) -> None:
        for planned in read_plan(plan):
            if isinstance(planned, SentCheck):
                run_check(sent_check(planned, sent, module, sources), planned, names, limits, results)
            elif timeouts.get(planned.exercise, 0) >= MAX_TIMEOUTS:
                answer = Answer("timeout", {}, f"not tried: two checks of {planned.exercise} did not end in time")
                send_answer(results, planned, answer)
            elif run_check(find_check(planned), planned, names, limits, results) == "timeout":
                timeouts[planned.exercise] = timeouts.get(planned.exercise, 0) + 1

    wire.send(results, {"ready": True})
    visible, code = wire.receive(results)
    exec(compile(code, "<sent>", "exec", dont_inherit=True), sent)
    run_plan(visible)
    wire.send(results, {"ready": True})
    hidden, code = wire.receive(results)
    if code:
        hidden_checks.load_code(code)
    run_plan(hidden)
    wire.send(results, {"end": True})


def go_on_alone() -> None:
    """Continue in a fork, which has this thread only, and end all other processes of the submission."""
    end_all_others()  # they can be so many that no further one could be started
    before = os.getpid()
    if os.fork():
        while True:
            signal.pause()
    end_all_others()
    while os.getppid() == before:  # until the last of its threads has ended
        time.sleep(0.0005)


def end_all_others() -> None:
    """End all processes of the submission but this one."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def find_check(planned: PlannedCheck) -> Check:
    return next(check for check in checks_of(planned.room, planned.exercise) if check.name == planned.name)


def sent_check(planned: SentCheck, sent: Mapping[str, Any], module: ModuleType, sources: Mapping[str, str]) -> Check:
    """Return a call of the code that was sent as a check without points."""

    call = partial(sent["observations"], module, sources, **planned.arguments)
    return Check(planned.room, planned.exercise, planned.name, "", 0, False, lambda names, rng: call())


def run_check(
    check: Check, planned: PlannedCheck, names: SimpleNamespace, limits: Limits, results: socket.socket
) -> str:
    """Observe in a fork, and ensure that one frame is sent; return the kind of answer if it is known here."""
    started = time.perf_counter()
    try:
        pid = os.fork()
    except OSError:
        send_answer(results, planned, Answer("crash", {}, NO_PROCESS))
        return "crash"
    if pid == 0:
        try:
            isolation.die_with_parent()
            os.setpgid(0, 0)
            _observe_and_send(check, planned, names, limits, results)
            os._exit(0)
        finally:
            os._exit(1)
    status = wait_or_kill(pid, limits.check_s + GRACE_S)
    if status == 0:
        return ""
    answer = answer_of_death(status, time.perf_counter() - started)
    send_answer(results, planned, answer)
    return answer.kind


def wait_or_kill(pid: int, seconds: float) -> int:
    """Return the wait status of a child; a child that does not end by itself, such as a stopped one, has timed out."""
    if not hasattr(os, "pidfd_open"):  # not Linux: only a student's own work runs there
        return os.waitpid(pid, 0)[1]
    descriptor = os.pidfd_open(pid)
    ended = select.select([descriptor], [], [], seconds)[0]
    os.close(descriptor)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # with what it started and left behind
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return status if ended else int(signal.SIGALRM)


def _observe_and_send(
    check: Check, planned: PlannedCheck, names: SimpleNamespace, limits: Limits, results: socket.socket
) -> None:
    # The default action of these alarms ends the process: a handler of the student's cannot interfere.
    clocks = ((signal.ITIMER_REAL, limits.check_s), (signal.ITIMER_PROF, limits.check_processor_s))
    for clock, seconds in clocks:
        signal.signal(ALARMS[clock], signal.SIG_DFL)
        signal.setitimer(clock, seconds)
    answer = observe(check, names, planned.seed)
    for clock, _ in clocks:
        signal.setitimer(clock, 0)
    send_answer(results, planned, answer)


def answer_of_death(status: int, duration_s: float) -> Answer:
    """Return the answer to a check whose process ended with this wait status."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number in (*ALARMS.values(), signal.SIGXCPU):
            return Answer("timeout", {}, TIMEOUT, duration_s)
        return Answer("crash", {}, f"{CRASH} ({isolation.signal_name(number)})", duration_s)
    return Answer("crash", {}, f"{CRASH} (exit status {os.waitstatus_to_exitcode(status)})", duration_s)


def send_answer(results: socket.socket, planned: PlannedCheck, answer: Answer) -> None:
    wire.send(results, *pack_answer_to(planned, answer))


def pack_answer_to(planned: PlannedCheck, answer: Answer) -> tuple[dict[str, Any], bytes]:
    """Return an answer as header and body, or an invalid one if it cannot be packed or is too large for a frame."""
    try:
        header, body = wire.pack_answer(answer)
    except Exception:
        header, body = wire.pack_answer(Answer("invalid", {}, "it gave no valid answer", answer.duration_s))
    if len(body) > wire.MAX_BODY_BYTES:
        header, body = wire.pack_answer(Answer("invalid", {}, "its answer is too large", answer.duration_s))
    return {"exercise": planned.exercise, "check": planned.name, "answer": header}, body
