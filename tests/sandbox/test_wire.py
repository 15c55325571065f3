"""The wire: frames arrive as they were sent, and other bytes are refused without harm."""

import contextlib
import json
import socket
import threading
import time
import tracemalloc
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder import arrays, wire
from autograder.arrays import PythonNumbers, python_numbers
from autograder.checks import Raised, Sample, checks_of
from autograder.course import Course
from autograder.judge.comparison import same
from autograder.judge.expectations import LiveExpectations
from autograder.judge.judge import judge
from autograder.observe import Answer
from autograder.sandbox import Cell, Collector, Limits, PlannedCheck, Program, RunResult
from tests.commands import ROOT, python
from tests.sandbox.conftest import PROGRAMS

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


def read(data: bytes) -> Answer:
    """Read some bytes of the sandbox, no more than wait in a socket, as the grader does."""
    receiver, sender = socket.socketpair()
    with receiver, sender:
        sender.sendall(data)
        sender.shutdown(socket.SHUT_WR)
        return wire.unpack_answer(*wire.receive(receiver, time.monotonic() + 2))


def test_every_kind_of_observation_arrives_as_it_was_sent() -> None:
    arrived = read(frame(json.dumps(HEADER).encode(), BODY))
    assert arrived.observations.keys() == ANSWER.observations.keys()
    assert all(same(arrived.observations[name], value) for name, value in ANSWER.observations.items())
    assert (arrived.kind, arrived.detail, arrived.duration_s) == ("observed", "detail", 0.25)
    assert arrived.delegated == "nn.Flatten"
    assert isinstance(arrived.observations["plain"], PythonNumbers)


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
    receiver, sender = socket.socketpair()
    with receiver, sender, pytest.raises(wire.Late):
        wire.receive(receiver, time.monotonic() + 0.05)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "pass"},
        {"detail": 3},
        {"duration_s": "soon"},
        {"delegated": ["nn.Flatten"]},
        {"observations": [["x", {"is": "object"}]]},
        {"observations": {}, "kind": ""},
        {"observations": 7},
    ],
)
def test_a_header_with_a_wrong_field_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(wire.WireError):
        wire.unpack_answer({**HEADER, **change}, BODY)


@given(st.text(min_size=1, max_size=9), st.integers(1, 9))
def test_a_long_name_of_what_was_called_is_cut(part: str, more: int) -> None:
    name = (part * wire.MAX_TEXT)[: wire.MAX_TEXT + more]
    assert len(wire.unpack_answer(HEADER | {"delegated": name}, BODY).delegated) == wire.MAX_TEXT


# A whole run, as the grader gathers it

LIVE, SEED = LiveExpectations(Course.installed()), 1
CHECK = next(check for check in checks_of("layers", "Flatten") if check.name == "rows")
PROGRAM = Program((Cell("layers-Linear", ""),), tuple(PlannedCheck("layers", "Flatten", name, 1) for name in "abc"))
CELL = frame(json.dumps({"cell": "layers-Linear", "stdout": "ü", "error": ""}).encode(), b"")
READY = frame(b'{"ready": true}', b"")
END = frame(b'{"end": true}', b"")


def answer_frame(check: str, header: bytes | None = None, body: bytes = BODY) -> bytes:
    packed = json.dumps(HEADER).encode() if header is None else header
    return frame(b'{"exercise": "Flatten", "check": "' + check.encode() + b'", "answer": ' + packed + b"}", body)


def gather(data: bytes) -> RunResult:
    """Gather a run whose submission sends these bytes and ends."""
    receiver, sender = socket.socketpair()

    def send() -> None:
        # A sender that is refused is not read to the end.
        with contextlib.suppress(OSError):
            sender.sendall(data)
            sender.shutdown(socket.SHUT_WR)

    sending = threading.Thread(target=send)
    sending.start()
    with sender:
        with receiver:
            collected = Collector(PROGRAM)
            ended = collected.read_all(receiver, Limits(cell_s=1, check_s=1, total_s=5))
        sending.join()
    return collected.result(ended, 0)


def assert_complete(result: RunResult) -> None:
    """Assert that every check has an answer that can be judged and written down."""
    assert result.answers.keys() == {("Flatten", check) for check in "abc"}
    assert result.cells.keys() <= {"layers-Linear"}
    for answer in result.answers.values():
        assert answer.kind in wire.KINDS
        judge([CHECK], [answer], [SEED], LIVE)
        json.dumps([answer.detail, str(answer.observations)], ensure_ascii=False).encode("utf-8")
        json.dumps(answer.duration_s, allow_nan=False)
    for cell in result.cells.values():
        (cell.stdout + cell.error).encode("utf-8")


def test_a_whole_stream_is_a_whole_run() -> None:
    result = gather(b"".join([CELL, READY, *map(answer_frame, "abc"), END]))
    assert_complete(result)
    assert {answer.kind for answer in result.answers.values()} == {"observed"}
    assert result.cells["layers-Linear"].stdout == "ü"


def test_a_check_that_is_answered_twice_is_invalid_and_the_others_keep_their_answers() -> None:
    answers = gather(b"".join([CELL, READY, *map(answer_frame, "aabc"), END])).answers
    assert [answers["Flatten", name].kind for name in "abc"] == ["invalid", "observed", "observed"]
    assert "twice" in answers["Flatten", "a"].detail


@pytest.mark.parametrize("early", [answer_frame("a"), READY + CELL], ids=["an answer", "a cell after them"])
def test_what_is_sent_out_of_turn_makes_every_answer_invalid(early: bytes) -> None:
    result = gather(b"".join([early, READY, *map(answer_frame, "abc"), END]))
    assert {answer.kind for answer in result.answers.values()} == {"invalid"}


MARKS = [
    *("cell", "exercise", "check", "answer", "end", "stdout", "observed", "Flatten", "a", "output"),
    "\ud800",
    "\x00",
]
texts = st.text(max_size=40) | st.sampled_from(MARKS)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))
tensors = st.builds(
    lambda shape, dtype: torch.ones(shape).to(getattr(torch, dtype)),
    st.lists(st.integers(0, 4), max_size=4),
    st.sampled_from(sorted(arrays.DTYPES)),
)
observed = st.one_of(
    tensors,
    tensors.map(Sample),
    st.builds(Raised, texts, texts, texts, texts),
    scalars.filter(lambda value: not isinstance(value, int) or abs(value) < 1 << 60),
)
answers = st.builds(
    Answer, st.sampled_from(sorted(wire.KINDS)), st.dictionaries(texts, observed, max_size=4), texts, st.floats(0, 9)
)


@st.composite
def changed(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes of which some were changed, left out or put in between."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=9)) + data[at + draw(st.integers(0, 9)) :]
    return data


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """A frame that is right, or nearly so, or only looks like one."""
    header, body = wire.pack_answer(draw(answers))
    of_a_check = {"exercise": "Flatten", "check": draw(st.sampled_from("abc")), "answer": header}
    of_a_cell = {"cell": "layers-Linear", "stdout": draw(texts), "error": draw(texts)}
    sent: Any = draw(st.sampled_from([header, of_a_check, of_a_check, of_a_cell, {"ready": True}, {"end": True}]))
    match draw(st.sampled_from(["nothing", "nothing", "a value", "all of it", "the body", "the text", "the lengths"])):
        case "a value":
            sent = sent | {draw(st.sampled_from(sorted(sent))): draw(values)}
        case "all of it":
            sent = draw(values)
        case "the body":
            body = draw(changed(body))
        case "the text":
            return frame(draw(changed(json.dumps(sent).encode())), body)
        case "the lengths":
            return draw(st.binary(min_size=8, max_size=8)) + frame(json.dumps(sent).encode(), body)[8:]
    return frame(json.dumps(sent).encode(), body)


@given(st.sampled_from([b"", CELL + READY]), st.lists(frames() | st.binary(max_size=60), max_size=6))
def test_a_run_is_complete_and_judged_whatever_is_sent(opening: bytes, sent: list[bytes]) -> None:
    data = opening + b"".join(sent)
    assert_complete(gather(data))
    with contextlib.suppress(wire.WireError):  # as a student's own check reads it from a file
        for header, body in wire.frames(data):
            with contextlib.suppress(wire.WireError):
                judge([CHECK], [wire.unpack_answer(header, body)], [SEED], LIVE)


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
def test_an_odd_answer_can_be_judged_and_written_down(header: bytes) -> None:
    assert_complete(gather(CELL + READY + answer_frame("a", header, b"") + END))


@pytest.mark.deep
@pytest.mark.long("the largest bodies are read")
def test_the_largest_bodies_take_a_few_times_their_size_of_memory_and_not_more() -> None:
    """Counted for the whole process: tracemalloc misses the memory of torch and safetensors."""
    done = python(PROGRAMS["reads_large_bodies"], cwd=ROOT)
    assert done.returncode == 0, done.stderr
    # Three answers are kept until they are judged, the last as parts, whole and parsed; the sender has as many.
    assert int(done.stdout) < 16 * wire.MAX_BODY_BYTES
