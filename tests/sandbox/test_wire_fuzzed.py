"""Whatever a student's process writes to the grader, the grader refuses it or judges it, and takes little memory."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import struct
import threading

import pytest
import torch
from hypothesis import strategies as st

from autograder import arrays
from autograder.checks import Raised, Sample, checks_of
from autograder.course import Course
from autograder.expectations.live import LiveExpectations
from autograder.judge import judge
from autograder.observe import seed_of
from autograder.sandbox import Cell, Limits, PlannedCheck, Program, _Collector, wire
from autograder.verdicts import Answer
from tests.fuzzing import fuzz

MEBIBYTE = 1 << 20
texts = st.text(max_size=40) | st.sampled_from(["\ud800", "\x00", "\x1b[2J", "observed", "error", "output", "rows"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))
shapes = st.lists(st.integers(0, 4), max_size=4)
tensors = st.builds(
    lambda shape, dtype: torch.ones(shape).to(getattr(torch, dtype)), shapes, st.sampled_from(sorted(arrays.DTYPES))
)
observed = st.one_of(
    tensors,
    tensors.map(Sample),
    st.builds(Raised, texts, texts, texts, texts),
    scalars.filter(lambda value: not isinstance(value, int) or abs(value) < 1 << 60),
)
names = st.sampled_from(["output", "output for a transposed x", "error"]) | texts
answers = st.builds(
    Answer, st.sampled_from(sorted(wire.KINDS)), st.dictionaries(names, observed, max_size=4), texts, st.floats(0, 9)
)
LIVE = LiveExpectations(Course.installed())
CHECK = next(check for check in checks_of("layers", "Flatten") if check.name == "rows")
PLANNED = PlannedCheck(CHECK.room, CHECK.exercise, CHECK.name, seed_of(1, CHECK))
ASKED = [wire.frame({"cell": "layers-Flatten", "stdout": ""}), wire.frame({"ready": True})]
PROGRAM = Program((Cell("layers-Flatten", ""),), (PLANNED,))


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """A frame that is right, or nearly so, or only looks like one."""
    header, body = wire.pack_answer(draw(answers))
    of_a_check = {"exercise": CHECK.exercise, "check": CHECK.name, "answer": header}
    of_a_cell = {"cell": "layers-Flatten", "stdout": draw(texts), "error": draw(texts)}
    header = draw(st.sampled_from([header, of_a_check, of_a_check, of_a_cell, of_a_cell, {"ready": True}, {"end": 1}]))
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


def judged(answer: Answer) -> None:
    judge([CHECK], [answer], [PLANNED.seed], LIVE)


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


@pytest.mark.deep
@pytest.mark.long("a fuzzer takes all the time that it is given")
def test_whatever_comes_over_the_wire_is_refused_or_judged() -> None:
    def holds(sent: list[bytes]) -> None:
        data = b"".join(sent)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            sender = threading.Thread(target=lambda: (theirs.sendall(data), theirs.shutdown(socket.SHUT_WR)))
            sender.start()
            collected = _Collector(PROGRAM)
            ended = collected.read_all(ours, Limits(cell_s=2, check_s=2, total_s=5))
            ours.close()
            with contextlib.suppress(OSError):
                sender.join()
        result = collected.result(ended, 1)
        judged(result.answers[CHECK.exercise, CHECK.name])
        for cell in result.cells.values():
            (cell.stdout + cell.error).encode()
        with contextlib.suppress(wire.WireError):
            for header, body in wire.frames(data):
                with contextlib.suppress(wire.WireError):
                    judged(wire.unpack_answer(header, body))

    before = peak_bytes()
    opening = st.sampled_from([[], ASKED])
    assert fuzz(holds, st.builds(list.__add__, opening, st.lists(frames() | st.binary(max_size=60), max_size=5)))
    assert peak_bytes() < before + 256 * MEBIBYTE
