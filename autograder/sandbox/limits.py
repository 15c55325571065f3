"""Limits of student code, and whether this process grades it."""

import _thread
import contextlib
import signal
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import FrameType

# The signals of wall time and of time on the processor, by their clocks; Windows has neither.
HAS_CLOCKS = hasattr(signal, "setitimer")
ALARMS = {signal.ITIMER_REAL: signal.SIGALRM, signal.ITIMER_PROF: signal.SIGPROF} if HAS_CLOCKS else {}
AGAIN_S = 0.01  # until a limit that expired while it was being set expires again
_graded = False


@dataclass(frozen=True)
class Limits:
    """Limits of a submission; memory counts from the warm server's own.

    A cell or a check has so much wall time, and so much time on the processor: the first is long, for a machine that is
    busy with other things, and the second ends a loop without an end soon.
    """

    cell_s: float = 20.0
    cell_processor_s: float = 10.0
    check_s: float = 10.0
    check_processor_s: float = 5.0
    total_s: float = 120.0
    memory_bytes: int = 2 << 30
    file_bytes: int = 64 << 20
    disk_bytes: int = 256 << 20
    disk_files: int = 20_000
    processes: int = 64
    open_files: int = 64


class OutOfTime(BaseException):
    """A block has used up its time; ``except Exception`` lets it through, as it is a BaseException."""


def is_graded() -> bool:
    """Return whether this process runs a submission for the grader."""
    return _graded


def be_graded() -> None:
    """Switch ``check`` off from now on: the grader runs the checks itself."""
    global _graded
    _graded = True


def time_limit(wall_s: float, processor_s: float = 0.0) -> AbstractContextManager[object]:
    """Leave the block by ``OutOfTime`` when its wall time or its time on the processor is over; 0 sets no limit.

    The error ends here. Without alarms, as on Windows, a thread keeps the wall time, and a long operation outside
    Python, such as a library's, is left only when it ends. In any thread but the main one, which alone receives both,
    the block runs without a limit.
    """
    if threading.current_thread() is not threading.main_thread():
        return contextlib.nullcontext()
    return _LimitByAlarms(wall_s, processor_s) if ALARMS else _LimitByThread(wall_s)


class _LimitByAlarms:
    def __init__(self, wall_s: float, processor_s: float) -> None:
        self.seconds = (wall_s, processor_s)

    def __enter__(self) -> None:
        self.has_ended = False
        self.before = {clock: signal.signal(alarm, self.stop) for clock, alarm in ALARMS.items()}
        for clock, seconds in zip(ALARMS, self.seconds, strict=True):
            signal.setitimer(clock, seconds)

    def stop(self, number: int, frame: FrameType | None) -> None:
        if not _is_between(frame):
            raise OutOfTime
        if not self.has_ended:
            signal.setitimer(next(clock for clock, alarm in ALARMS.items() if alarm == number), AGAIN_S)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        self.has_ended = True
        for clock, handler in self.before.items():
            signal.setitimer(clock, 0)
            signal.signal(ALARMS[clock], handler)
        return kind is OutOfTime


class _LimitByThread:
    """A limit without alarms: a thread interrupts the main one."""

    def __init__(self, wall_s: float) -> None:
        self.wall_s = wall_s

    def __enter__(self) -> None:
        self.lock, self.has_ended = threading.Lock(), threading.Event()
        self.rang = self.has_raised = False
        self.before = signal.getsignal(signal.SIGINT)
        signal.signal(signal.SIGINT, self.stop)
        if self.wall_s:
            threading.Thread(target=self.ring, daemon=True).start()

    def ring(self) -> None:
        self.has_ended.wait(self.wall_s)
        while True:
            with self.lock:
                if self.has_ended.is_set() or self.has_raised:
                    return
                self.rang = True
                _thread.interrupt_main()
            self.has_ended.wait(AGAIN_S)

    def stop(self, number: int, frame: FrameType | None) -> None:
        if not self.rang:
            if callable(self.before):  # Ctrl-C, or the notebook's button
                self.before(number, frame)
            return
        self.rang = False
        if not _is_between(frame):
            self.has_raised = True
            raise OutOfTime

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        self.has_ended.set()
        with self.lock:  # from here on it does not ring
            pass
        while self.rang:  # and has not been heard yet
            time.sleep(0)
        signal.signal(signal.SIGINT, self.before if self.before is not None else signal.default_int_handler)
        return kind is OutOfTime


_BETWEEN = {
    end.__code__
    for end in (_LimitByAlarms.__enter__, _LimitByAlarms.__exit__, _LimitByThread.__enter__, _LimitByThread.__exit__)
}


def _is_between(frame: FrameType | None) -> bool:
    """Return whether the interrupted code sets or lifts a limit: an error raised there would escape the block."""
    while frame and frame.f_code not in _BETWEEN:
        frame = frame.f_back
    return frame is not None
