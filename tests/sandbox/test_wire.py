"""The wire: what was sent arrives, and bytes of any other kind are refused without harm."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.arrays import PythonNumbers, python_numbers
from autograder.checks import Raised, Sample
from autograder.comparison import same
from autograder.sandbox import Cell, Limits, PlannedCheck, Program, RunResult, _Collector, wire
from autograder.verdicts import Answer
from tests.conftest import ROOT

ANSWER = Answer(
    "observed",
    {
        "output": torch.arange(6.0).reshape(2, 3),
        "drawn": Sample(torch.zeros(5, dtype=torch.float64)),
        "error": Raised("ValueError", "ü <b>", "x = 1"),
        "error of a class of their own": Raised("BadShape", "", "x = 1", "ValueError"),
        "empty": torch.zeros(0, 784),
        "plain": python_numbers([1.5, 2.0], "float16"),
        "yes": True,
        "count": 3,
        "share": float("nan"),
        "text": "shape (5, 3)",
        "none": None,
    },
    "detail",
    0.25,
    "nn.Flatten",
)
HEADER, BODY = wire.pack_answer(ANSWER)


def frame(header: bytes, body: bytes) -> bytes:
    return wire.LENGTHS.pack(len(header), len(body)) + header + body


def read(data: bytes, deadline_s: float = 2.0) -> Answer:
    """Read what the sandbox sent as the grader does."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=lambda: (theirs.sendall(data), theirs.shutdown(socket.SHUT_WR)))
        sender.start()
        try:
            header, body = wire.receive(ours, time.monotonic() + deadline_s)
            return wire.unpack_answer(header, body)
        finally:
            ours.close()
            sender.join()


def test_every_kind_of_observation_arrives_as_it_was_sent() -> None:
    arrived = read(frame(json.dumps(HEADER).encode(), BODY))
    assert arrived.observations.keys() == ANSWER.observations.keys()
    assert all(same(arrived.observations[name], value) for name, value in ANSWER.observations.items())
    assert (arrived.kind, arrived.detail, arrived.duration_s) == ("observed", "detail", 0.25)
    assert arrived.delegated == "nn.Flatten"
    assert isinstance(arrived.observations["plain"], PythonNumbers)


@given(st.binary(max_size=400))
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises((wire.WireError, EOFError)):
        read(data)


@given(st.data())
def test_a_frame_with_changed_bytes_is_an_answer_or_refused(data: st.DataObject) -> None:
    sent = bytearray(frame(json.dumps(HEADER).encode(), BODY))
    for _ in range(data.draw(st.integers(1, 8))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(wire.WireError):
        assert isinstance(read(bytes(sent)), Answer)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_that_is_no_answer_is_refused(value: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.unpack_answer(
            {"observations": value, "kind": "observed", "duration_s": 1, "detail": ""} if value else {}, b""
        )


@pytest.mark.parametrize(
    "lengths", [(wire.MAX_HEADER_BYTES + 1, 0), (2, wire.MAX_BODY_BYTES + 1), (2**32 - 1, 2**32 - 1)]
)
def test_a_frame_over_the_cap_is_refused_before_it_is_read(lengths: tuple[int, int]) -> None:
    tracemalloc.start()
    with pytest.raises(wire.WireError, match="too large"):
        read(wire.LENGTHS.pack(*lengths) + b"{}")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < wire.MAX_HEADER_BYTES


def test_a_frame_that_stops_in_the_middle_is_refused() -> None:
    with pytest.raises(wire.WireError, match="middle"):
        read(frame(json.dumps(HEADER).encode(), BODY)[:-1])


def test_a_frame_that_never_comes_is_late() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(wire.Late):
        wire.receive(ours, time.monotonic() + 0.05)


def test_deeply_nested_json_is_refused() -> None:
    with pytest.raises(wire.WireError):
        read(frame(b"[" * 100_000, b""))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "pass"},
        {"detail": 3},
        {"duration_s": "soon"},
        {"delegated": ["nn.Flatten"]},
        {"observations": [["x", {"is": "object"}]]},
    ],
)
def test_a_header_with_a_wrong_field_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(wire.WireError):
        wire.unpack_answer({**HEADER, **change}, BODY)


@given(st.text(min_size=wire.MAX_TEXT + 1, max_size=wire.MAX_TEXT + 9))
def test_a_long_name_of_what_was_called_is_cut(name: str) -> None:
    assert len(wire.unpack_answer(HEADER | {"delegated": name}, BODY).delegated) == wire.MAX_TEXT


# A whole run, as the grader gathers it

PROGRAM = Program((Cell("layers-Linear", ""),), tuple(PlannedCheck("layers", "Flatten", name, 1) for name in "abc"))
CELL = frame(json.dumps({"cell": "layers-Linear", "stdout": "ü", "error": ""}).encode(), b"")
READY = frame(b'{"ready": true}', b"")
END = frame(b'{"end": true}', b"")


def answer_frame(check: str, header: bytes | None = None, body: bytes = BODY) -> bytes:
    packed = json.dumps(HEADER).encode() if header is None else header
    return frame(b'{"exercise": "Flatten", "check": "' + check.encode() + b'", "answer": ' + packed + b"}", body)


STREAM = [CELL, READY, *(answer_frame(check) for check in "abc"), END]


def gather(data: bytes) -> RunResult:
    """Gather a run whose submission sends these bytes and ends."""
    ours, theirs = socket.socketpair()

    def send() -> None:
        # Who is refused is not read to the end.
        with contextlib.suppress(OSError):
            theirs.sendall(data)
            theirs.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    with theirs:
        with ours:
            collected = _Collector(PROGRAM)
            ended = collected.read_all(ours, Limits(cell_s=1, check_s=1, total_s=5))
        sender.join()
    return collected.result(ended, 0)


def assert_complete(result: RunResult) -> None:
    assert result.answers.keys() == {("Flatten", check) for check in "abc"}
    assert all(isinstance(answer, Answer) and answer.kind in wire.KINDS for answer in result.answers.values())
    assert result.cells.keys() <= {"layers-Linear"}
    for text in [one.detail for one in result.answers.values()] + [one.stdout for one in result.cells.values()]:
        text.encode("utf-8")


def test_a_whole_stream_is_a_whole_run() -> None:
    result = gather(b"".join(STREAM))
    assert_complete(result)
    assert {answer.kind for answer in result.answers.values()} == {"observed"}
    assert result.cells["layers-Linear"].stdout == "ü"


@given(st.binary(max_size=2000))
def test_of_random_bytes_a_run_is_complete_and_has_no_answer(data: bytes) -> None:
    result = gather(data)
    assert_complete(result)
    assert "observed" not in {answer.kind for answer in result.answers.values()}


@given(st.data())
def test_of_a_stream_with_frames_left_out_doubled_cut_and_changed_a_run_is_complete(data: st.DataObject) -> None:
    frames = data.draw(st.lists(st.sampled_from(STREAM), max_size=8))
    sent = bytearray(b"".join(frames))
    for _ in range(data.draw(st.integers(0, 6)) if sent else 0):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    assert_complete(gather(bytes(sent[: data.draw(st.integers(0, len(sent)))])))


@given(st.data())
def test_of_a_body_with_another_header_a_run_is_complete(data: st.DataObject) -> None:
    numbers = st.integers(-1, 2**70) | st.floats() | st.none()
    entry = st.fixed_dictionaries(
        {
            "dtype": st.sampled_from(["F32", "F64", "BOOL", "I64", "BF16", "F8_E4M3", "U64", "F4", "f32", "", 5]),
            "shape": st.lists(numbers, max_size=4),
            "data_offsets": st.lists(numbers, max_size=3),
        }
    )
    header = data.draw(st.dictionaries(st.sampled_from("0123") | st.text(max_size=3), entry, max_size=4))
    text = json.dumps(header).encode() + b" " * data.draw(st.integers(0, 9))
    length = data.draw(st.just(len(text)) | st.integers(0, 2**64 - 1))
    body = struct.pack("<Q", length) + text + bytes(data.draw(st.integers(0, 64)))
    assert_complete(gather(CELL + READY + answer_frame("a", body=body) + answer_frame("b") + END))


@given(
    st.dictionaries(
        st.sampled_from(["cell", "exercise", "check", "answer", "end", "stdout", "error", "done"]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.floats()
            | st.integers()
            | st.sampled_from(["layers-Linear", "Flatten", "a", "\ud800"])
            | st.text(max_size=4),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
            max_leaves=6,
        ),
    )
)
def test_of_any_json_object_a_run_is_complete(header: dict[str, Any]) -> None:
    assert_complete(gather(frame(json.dumps(header).encode(), b"") + END))


ODD = {
    "a key twice": b'{"kind": "error", "kind": "observed", "detail": "", "duration_s": 0, "observations": []}',
    "a duration of no end": b'{"kind": "observed", "detail": "", "duration_s": 1e999, "observations": []}',
    "a duration that is no number": b'{"kind": "observed", "detail": "", "duration_s": NaN, "observations": []}',
    "halves of characters": b'{"kind": "error", "detail": "\\ud800", "duration_s": 0, "observations": '
    b'[["\\udfff", {"is": "raised", "kind": "\\ud800", "message": "\\udc00", "line": "\\ud800"}], '
    b'["b", {"is": "value", "value": "\\ud800"}]]}',
    "a number of 5000 digits": b'{"kind": "observed", "detail": "", "duration_s": 0, "observations": '
    b'[["a", {"is": "value", "value": ' + b"9" * 5000 + b"}]]}",
    "a deep nest": b'{"kind": "observed", "detail": "", "duration_s": 0, "observations": '
    + b"[" * 50_000
    + b"]" * 50_000
    + b"}",
}


@pytest.mark.parametrize("header", ODD.values(), ids=ODD)
def test_of_an_odd_answer_nothing_comes_that_cannot_be_written_down(header: bytes) -> None:
    result = gather(CELL + READY + answer_frame("a", header, b"") + END)
    assert_complete(result)
    answer = result.answers["Flatten", "a"]
    json.dumps(answer.duration_s, allow_nan=False)
    json.dumps([str(one) for one in answer.observations.items()], ensure_ascii=False).encode("utf-8")


MEMORY = """
import json, resource, sys
from tests.sandbox.test_wire import CELL, END, READY, answer_frame, gather

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10

gather(CELL + READY + answer_frame("a") + END)
before = peak()
for body in BODIES():
    gather(CELL + READY + b"".join(answer_frame(check, body=body) for check in "abc") + END)
print(peak() - before)
"""
BODIES = """
import struct
def BODIES():
    def body(header, size):
        text = json.dumps(header).encode()
        return struct.pack("<Q", len(text)) + text + bytes(size)
    full = 15 << 20
    yield body({str(at): {"dtype": "F32", "shape": [full // 4], "data_offsets": [0, full]} for at in range(9000)}, full)
    yield body({"0": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, full]}}, full)
    yield body({"0": {"dtype": "F32", "shape": [1 << 20, 0, 1 << 40], "data_offsets": [0, 0]}}, 0)
    yield body({"0": {"dtype": "F32", "shape": [full // 4], "data_offsets": [0, full]}}, full)
    yield struct.pack("<Q", 1 << 40) + bytes(full)
"""


def test_the_largest_bodies_take_a_few_times_their_size_of_memory_and_not_more() -> None:
    """Counted for the whole process: what torch and safetensors take does not show in tracemalloc."""
    line = [sys.executable, "-c", BODIES + MEMORY]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    # Three answers are kept until they are judged, the last as parts, whole and parsed; the sender has as many.
    assert int(done.stdout) < 16 * wire.MAX_BODY_BYTES
