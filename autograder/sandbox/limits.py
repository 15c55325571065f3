"""Where student code runs: how long it may, and whether that is for a mark."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

# The signals of wall time and of time on the processor, by their clocks; Windows has neither.
HAS_CLOCKS = hasattr(signal, "setitimer")
ALARMS = {signal.ITIMER_REAL: signal.SIGALRM, signal.ITIMER_PROF: signal.SIGPROF} if HAS_CLOCKS else {}
_graded = False


class OutOfTime(BaseException):
    """Raised in a block that has used up its time; not an Exception, so that ``except Exception`` lets it through."""


def is_graded() -> bool:
    """Whether this process runs a submission for the grader."""
    return _graded


def be_graded() -> None:
    """Let ``check`` do nothing from now on: the grader runs the checks itself."""
    global _graded
    _graded = True


@contextlib.contextmanager
def time_limit(wall_s: float, processor_s: float = 0.0) -> Iterator[None]:
    """Leave the block by ``OutOfTime`` when its wall time or its time on the processor is over; 0 sets no limit.

    The error ends here. Where the system has no alarms, or this is no main thread, which alone is told of them, the
    block runs without a limit.
    """
    if not ALARMS or threading.current_thread() is not threading.main_thread():
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
