"""The wire: what was sent arrives, and bytes of any other kind are refused without harm."""

from __future__ import annotations

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

from autograder.checks import Raised, Sample
from autograder.judge import same
from autograder.sandbox import wire
from autograder.verdicts import Answer

ANSWER = Answer(
    "observed",
    {
        "output": torch.arange(6.0).reshape(2, 3),
        "drawn": Sample(torch.zeros(5, dtype=torch.float64)),
        "error": Raised("ValueError", "ü <b>", "x = 1"),
        "empty": torch.zeros(0, 784),
        "yes": True,
        "count": 3,
        "share": float("nan"),
        "text": "shape (5, 3)",
        "none": None,
    },
    "detail",
    0.25,
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
    "change", [{"kind": "pass"}, {"detail": 3}, {"duration_s": "soon"}, {"observations": [["x", {"is": "object"}]]}]
)
def test_a_header_with_a_wrong_field_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(wire.WireError):
        wire.unpack_answer({**HEADER, **change}, BODY)
