"""Limits of student code, and whether this process grades it."""

import _thread
import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType

# The signals of wall time and of time on the processor, by their clocks; Windows has neither.
HAS_CLOCKS = hasattr(signal, "setitimer")
ALARMS = {signal.ITIMER_REAL: signal.SIGALRM, signal.ITIMER_PROF: signal.SIGPROF} if HAS_CLOCKS else {}
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


@contextlib.contextmanager
def time_limit(wall_s: float, processor_s: float = 0.0) -> Iterator[None]:
    """Leave the block by ``OutOfTime`` when its wall time or its time on the processor is over; 0 sets no limit.

    The error ends here. Without alarms, as on Windows, a thread keeps the wall time, and a long operation outside
    Python, such as a library's, is left only when it ends. In any thread but the main one, which alone receives both,
    the block runs without a limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if not ALARMS:
        with _kept_by_a_thread(wall_s):
            yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    before = {clock: signal.signal(alarm, stop) for clock, alarm in ALARMS.items()}
    try:
        signal.setitimer(signal.ITIMER_REAL, wall_s)
        signal.setitimer(signal.ITIMER_PROF, processor_s)
        yield
    except OutOfTime:
        pass  # also where it rang between the block's end and ours
    finally:
        for clock, handler in before.items():
            signal.setitimer(clock, 0)
            signal.signal(ALARMS[clock], handler)


@contextlib.contextmanager
def _kept_by_a_thread(wall_s: float) -> Iterator[None]:
    """Leave the block by ``OutOfTime`` when its wall time is over, without alarms: a thread interrupts the main one."""
    if not wall_s:
        yield
        return
    lock, begun, runs, rang = threading.Lock(), False, True, False
    before = signal.getsignal(signal.SIGINT)

    def ring() -> None:
        nonlocal rang
        with lock:
            if runs:
                rang = True
                _thread.interrupt_main()

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal rang
        if rang:
            rang = False
            if begun:  # starting a thread takes time, too, and the block has not begun
                raise OutOfTime
        elif callable(before):  # Ctrl-C, or the notebook's button
            before(number, frame)

    clock = threading.Timer(wall_s, ring)
    clock.daemon = True
    signal.signal(signal.SIGINT, stop)
    clock.start()
    try:
        begun = True
        yield
    except OutOfTime:
        pass
    finally:
        with contextlib.suppress(OutOfTime):
            with lock:
                runs = False
            while rang:  # between the block's end and ours, and on its way
                time.sleep(0)
        clock.cancel()
        signal.signal(signal.SIGINT, before if before is not None else signal.default_int_handler)
