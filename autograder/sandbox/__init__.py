"""Run student code behind walls, and collect its observations: the grader's side of the sandbox."""

from __future__ import annotations

import contextlib
import itertools
import select
import socket
import subprocess
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Self

from autograder import wire
from autograder.course import Course, NoCourse
from autograder.observe import Answer
from autograder.sandbox import hidden_checks, isolation
from autograder.sandbox.isolation import NoSandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.program import Cell, CellResult, PlannedCheck, Program, RunResult, pack_plan

__all__ = ["Cell", "CellResult", "Limits", "NoSandbox", "PlannedCheck", "Program", "RunResult", "Sandbox"]

START_S = (60.0, 180.0)  # a server that hangs as it starts is replaced, once: nobody need be watching
GRACE_S = 5.0  # beyond a limit, on a busy machine
END_S = 120.0  # for the end of a submission that has been told to end
TWICE = "it was answered twice, so the check's own answer is unknown"
SILENT = "its process ended without an answer"
_numbers = itertools.count()


class _HangsAsItStarts(NoSandbox):
    """A server was not ready in time."""


class Sandbox:
    """A warm server, started when it is first needed, that runs one program at a time.

    Args:
        limits: what each program may use.
        isolated: False only for work that the grader trusts, such as one's own.
        one_submission: True if this machine is a container with one submission: another user is then wall enough.
    """

    def __init__(self, limits: Limits | None = None, *, isolated: bool = True, one_submission: bool = False) -> None:
        self.limits = limits or Limits()
        self.isolated = isolated
        self.one_submission = one_submission
        self.hidden = _course_folder()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._is_ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, program: Program) -> RunResult:
        """Run a program and return its results, whatever it did.

        Raises:
            NoSandbox: isolation is asked for and cannot be had.
        """
        if self._is_ready and self._process is not None and self._process.poll() is not None:
            self.close()  # it ended while it was idle, as where the machine ran out of memory
        control = self._make_ready()
        collected, ended = self._exchange(control, program, self.limits)
        status, too_much_memory = self._finish(control, patience_s=GRACE_S if ended == "crash" else 0.0)
        return collected.result("memory" if too_much_memory else ended, status)

    def _exchange(self, control: socket.socket, program: Program, limits: Limits) -> tuple[Collector, str]:
        results, sender = socket.socketpair()
        with results:
            collected = Collector(program)
            with sender:
                header = {
                    "limits": asdict(limits),
                    "imports": hidden_checks.preload(program.rooms) if program.rooms else (),
                }
                try:
                    socket.send_fds(control, [wire.RUN], [sender.fileno()])
                    wire.send(control, header)
                except OSError:
                    return collected, "crash"  # the server has gone
            try:
                wire.send(results, program.request(), deadline=time.monotonic() + limits.total_s)
            except wire.Late:
                return collected, "timeout"
            except OSError:
                pass  # it ended before it read its cells, which reading tells
            return collected, collected.read_all(results, limits)

    def start(self) -> socket.socket:
        """Start the server if none runs, and return its socket at once: it imports while its owner goes on.

        Raises:
            NoSandbox: isolation is asked for and cannot be had.
        """
        if self._control is not None:
            return self._control
        wall = self._wall()
        control, inherited = socket.socketpair()
        server = [str(isolation.interpreter()), "-m", "autograder.sandbox.server", wall]
        server += [str(isolation.unique_uid(next(_numbers))), str(inherited.fileno()), *map(str, self.hidden)]
        with inherited:
            self._process = subprocess.Popen(
                isolation.command(server, self.hidden) if wall == "bubblewrap" else server,
                pass_fds=[inherited.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=isolation.ENVIRONMENT if wall in ("landlock", isolation.OTHER_USER) else None,
                start_new_session=True,  # or else Ctrl-C, which a terminal sends to all of a group, ends it, too
            )
        self._control = control
        with contextlib.suppress(OSError):  # it has ended already; waiting for it tells why
            wire.send(control, {"imports": hidden_checks.preload(), "checks": dict(hidden_checks.visible_texts())})
        return control

    def _make_ready(self) -> socket.socket:
        *earlier, last = START_S
        for patience_s in earlier:
            with contextlib.suppress(_HangsAsItStarts):
                return self._wait_until_ready(patience_s)
        return self._wait_until_ready(last)

    def _wait_until_ready(self, patience_s: float) -> socket.socket:
        control = self.start()
        if self._is_ready:
            return control
        process = self._process
        assert process is not None
        try:
            wire.receive(control, time.monotonic() + patience_s)
            # Walls that cannot be built would look like a class whose work has crashed: try them on an empty program.
            patient = replace(self.limits, cell_s=patience_s, total_s=patience_s)  # the machine can be busy
            _, ended = self._exchange(control, Program((), ()), patient)
            self._finish(control, patience_s=GRACE_S)
            if ended != "end":
                raise wire.Late(ended) if ended == "timeout" else wire.WireError(ended)
        except (EOFError, OSError, wire.WireError) as error:
            reason = _last_words(process)
            self.close()
            kind = _HangsAsItStarts if isinstance(error, wire.Late) else NoSandbox
            raise kind(f"the sandbox did not start: {reason} (autograder doctor says more)") from error
        self._is_ready = True
        return control

    def _wall(self) -> str:
        if not self.isolated:
            return "trusted"
        if self.one_submission:
            isolation.require_other_user(self.hidden)
            return isolation.OTHER_USER
        return isolation.mechanism()

    def _finish(self, control: socket.socket, patience_s: float) -> tuple[int | None, bool]:
        """Wait until the server is free again; return the submission's exit status, and whether memory ended it.

        A submission that has not ended by itself within the patience is killed. If the server is gone, the next
        program starts another.
        """
        try:
            if not select.select([control], [], [], patience_s)[0]:
                control.sendall(wire.STOP)
            header, _ = wire.receive(control, time.monotonic() + END_S)
            return int(header["status"]), bool(header["memory"])
        except (EOFError, OSError, wire.WireError):
            self.close()
            return None, False

    def close(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=GRACE_S if self._is_ready else 0.0)
            self._process.kill()
            self._process.wait()
            if self._process.stderr is not None:
                self._process.stderr.close()
        self._control, self._process, self._is_ready = None, None, False


def _course_folder() -> list[Path]:
    """Return what student code must not see even if the interpreter's folders contain it."""
    try:
        return [Course.announced().folder]
    except NoCourse:
        return []


def _last_words(process: subprocess.Popen[bytes]) -> str:
    """End a server that did not start, and return the last line that it printed."""
    process.kill()
    try:
        _, errors = process.communicate()
    except ValueError:  # it was closed already, as by another thread that gives up
        errors = b""
    last = next(iter(reversed(errors.decode(errors="replace").strip().splitlines())), "it said nothing")
    if "autograder" in last and ("ModuleNotFoundError" in last or "FileNotFoundError" in last):
        checkout = Path(__file__).resolve().parents[2]
        return f"it does not find autograder, which is in {checkout}: install that checkout, pip install -e {checkout}"
    return last


class Collector:
    """Collects the frames of one run: asks for the checks when their time comes, and accepts one answer to each."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.cells: dict[str, CellResult] = {}
        self.answers: dict[tuple[str, str], Answer] = {}
        self.asked: set[tuple[str, str]] = set()
        self.closed: set[tuple[str, str]] = set()  # when hidden checks are asked: a program that knows them has no say
        self.questions = [program.asked(hidden=True), program.asked(hidden=False)]
        self.last_frame = time.monotonic()

    def read_all(self, connection: socket.socket, limits: Limits) -> str:
        """Read frames until the program announces its end, and return how the reading ended."""
        last = time.monotonic() + limits.total_s
        patience_s = 2 * max(limits.cell_s, limits.check_s) + GRACE_S  # a watch may stop it for half of the time
        while True:
            try:
                deadline = min(last, time.monotonic() + patience_s)
                header, body = wire.receive(connection, deadline)
                if "end" in header:
                    return "end"
                if "ready" in header:
                    self._ask(connection, deadline)
                else:
                    self._take(header, body)
            except (EOFError, BrokenPipeError, ConnectionResetError):
                return "crash"
            except wire.Late:
                return "timeout"
            except wire.WireError:
                return "invalid"

    def _ask(self, connection: socket.socket, deadline: float) -> None:
        """Ask for the visible checks when the cells have ended, and for the hidden ones when these have ended, too."""
        if not self.questions or len(self.cells) < len(self.program.cells):
            raise wire.WireError("it asked for checks too early, or once too often")
        for silent in self.asked - self.answers.keys():
            self.answers[silent] = Answer("crash", {}, SILENT)
        checks, hidden = self.questions.pop(), not self.questions
        self.closed |= self.asked
        self.asked |= {(check.exercise, check.name) for check in checks}
        self.last_frame = time.monotonic()
        rooms = tuple(sorted({check.room for check in checks}))
        code = self.program.code.encode() if not hidden else hidden_checks.code_of_all(rooms) if rooms else b""
        wire.send(connection, pack_plan(checks), code, deadline)

    def _take(self, header: dict[str, Any], body: bytes) -> None:
        known_cells = {cell.id for cell in self.program.cells}
        texts = {name: value for name, value in header.items() if isinstance(value, str)}
        if "cell" in texts:
            if texts["cell"] in known_cells and "stdout" in texts:
                result = CellResult(wire.whole(texts["stdout"]), wire.whole(texts.get("error", "")))
                self.cells.setdefault(texts["cell"], result)
            return
        key = (texts.get("exercise", ""), texts.get("check", ""))
        if key not in self.asked or not isinstance(header.get("answer"), dict):
            raise wire.WireError("it answered a check that was not asked for")
        if key in self.closed:
            return
        answer = wire.answer_or_invalid(header["answer"], body)
        waited_s, self.last_frame = time.monotonic() - self.last_frame, time.monotonic()
        answer = replace(answer, duration_s=min(answer.duration_s, waited_s))  # its own word is not believed
        self.answers[key] = Answer("invalid", {}, TWICE) if key in self.answers else answer

    def result(self, ended: str, status: int | None = None) -> RunResult:
        """Return all results, with an outcome for each check that never answered."""
        unfinished = next((cell.id for cell in self.program.cells if cell.id not in self.cells), None)
        where = f"the cell {unfinished}" if unfinished else "a check before this one"
        lost = {
            "timeout": Answer("timeout", {}, f"{where} did not end in time"),
            "invalid": Answer("invalid", {}, "it gave no valid answer"),
            "memory": Answer("memory", {}, "all its processes together took more memory than they may"),
        }.get(ended, Answer("crash", {}, f"{where} ended the whole process" + _how(status)))
        complete = {
            (check.exercise, check.name): self.answers.get((check.exercise, check.name), lost)
            for check in self.program.checks
        }
        return RunResult(self.cells, complete)


def _how(status: int | None) -> str:
    """Return an exit status, as shells count it, in words."""
    if not status:
        return ""
    name = isolation.signal_name(status - 128)
    return f" ({name or f'exit status {status}'})"
