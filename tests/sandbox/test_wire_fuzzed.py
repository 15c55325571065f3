"""Whatever a student's process writes to the grader, the grader refuses it or judges it, and takes little memory."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import struct
import threading
import time

import pytest
import torch
from hypothesis import strategies as st

from autograder.checks import Raised, Sample, checks_of
from autograder.course import Course
from autograder.expectations.live import LiveExpectations
from autograder.judge import judge
from autograder.observe import seed_of
from autograder.sandbox import wire
from autograder.verdicts import Answer
from tests.fuzzing import fuzz

MEBIBYTE = 1 << 20
texts = st.text(max_size=40) | st.sampled_from(["\ud800", "\x00", "\x1b[2J", "observed", "error", "output", "rows"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))
shapes = st.lists(st.integers(0, 4), max_size=4)
tensors = st.builds(lambda shape, dtype: torch.ones(shape).to(dtype), shapes, st.sampled_from([*wire.DTYPES]))
observed = st.one_of(
    tensors,
    tensors.map(Sample),
    st.builds(Raised, texts, texts, texts),
    scalars.filter(lambda value: not isinstance(value, int) or abs(value) < 1 << 60),
)
names = st.sampled_from(["output", "output for a transposed x", "error"]) | texts
answers = st.builds(
    Answer, st.sampled_from(sorted(wire.KINDS)), st.dictionaries(names, observed, max_size=4), texts, st.floats(0, 9)
)
LIVE = LiveExpectations(Course.installed())
CHECK = next(check for check in checks_of("layers", "Flatten") if check.name == "rows")


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """A frame that is right, or nearly so, or only looks like one."""
    header, body = wire.pack_answer(draw(answers))
    said: object = header
    if draw(st.integers(0, 5)) == 0:
        said = draw(values)
    elif draw(st.integers(0, 2)) == 0:
        said = header | {draw(st.sampled_from(sorted(header))): draw(values)}
    text = json.dumps(said).encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 2)) == 0:
        body = draw(changed(body))
    if draw(st.integers(0, 5)) == 0:
        text = draw(changed(text))
    lengths = struct.pack(">II", len(text), len(body))
    if draw(st.integers(0, 5)) == 0:
        lengths = struct.pack(">II", draw(st.integers(0, 2**32 - 1)), draw(st.integers(0, 2**32 - 1)))
    return lengths + text + body


@st.composite
def changed(draw: st.DrawFn, data: bytes | None = None) -> bytes:
    """Bytes of which some were changed, left out or put in between."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=9)) + data[at + draw(st.integers(0, 9)) :]
    return data


def judged(header: dict[str, object], body: bytes) -> None:
    """Judge an answer, if it is one."""
    with contextlib.suppress(wire.WireError):
        judge([CHECK], [wire.unpack_answer(header, body)], [seed_of(1, CHECK)], LIVE)


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


@pytest.mark.deep
@pytest.mark.long("a fuzzer takes all the time that it is given")
def test_whatever_comes_over_the_wire_is_refused_or_judged() -> None:
    def holds(sent: list[bytes]) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            data = b"".join(sent)
            sender = threading.Thread(target=lambda: (theirs.sendall(data), theirs.shutdown(socket.SHUT_WR)))
            sender.start()
            with contextlib.suppress(wire.WireError, EOFError):
                while True:
                    judged(*wire.receive(ours, time.monotonic() + 5))
            ours.close()
            with contextlib.suppress(OSError):
                sender.join()
        with contextlib.suppress(wire.WireError):
            for header, body in wire.frames(data):
                judged(header, body)

    before = peak_bytes()
    assert fuzz(holds, st.lists(frames() | st.binary(max_size=60), max_size=3))
    assert peak_bytes() < before + 256 * MEBIBYTE
