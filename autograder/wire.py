"""Messages between the grader and the sandbox: one frame for each, with sizes capped before anything is read.

A frame is two unsigned 32-bit lengths, a JSON header and a safetensors body. Nothing is ever unpickled. The grader
trusts no byte from the sandbox: anything but a frame of this form is a ``WireError``.
"""

import io
import json
import math
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder import arrays, pytorch
from autograder.arrays import Array, NDArray
from autograder.checks import Observation, Raised, Sample
from autograder.observe import MAX_TEXT, Answer

# Commands of the grader to the server: a program follows, or end the one that runs.
RUN, STOP = b"R", b"K"
LENGTHS = struct.Struct(">II")
MAX_HEADER_BYTES = 1 << 20
MAX_BODY_BYTES = 16 << 20
MAX_REQUEST_BYTES = 64 << 20
MAX_OBSERVATIONS = 200  # in an answer; each is weighed against every known mistake
MAX_ARRAYS_BYTES = 64 << 10  # that say which arrays a body holds
KINDS = {"observed", "error", "timeout", "memory", "crash", "missing", "invalid"}


class WireError(Exception):
    """The other side did not send a valid frame."""


class Late(WireError):
    """The other side did not send its frame in time."""


def send(connection: socket.socket, header: dict[str, Any], body: bytes = b"", deadline: float | None = None) -> None:
    """Send one frame; the deadline is a moment of ``time.monotonic()`` by which the other side must have taken it.

    Raises:
        Late: the deadline passed.
        OSError: the connection ended.
    """
    connection.settimeout(None if deadline is None else max(0.01, deadline - time.monotonic()))
    try:
        connection.sendall(frame(header, body))
    except TimeoutError as error:
        raise Late("it did not read in time") from error
    finally:
        connection.settimeout(None)


def frame(header: dict[str, Any], body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body


def receive(
    connection: socket.socket, deadline: float | None = None, max_header_bytes: int = MAX_HEADER_BYTES
) -> tuple[dict[str, Any], bytes]:
    """Read one frame; the deadline is a moment of ``time.monotonic()`` by which the whole of it must be here.

    Raises:
        EOFError: the connection ended before a frame began.
        Late: the deadline passed.
        WireError: these bytes are not a frame, or too large a one.
    """
    return _next_frame(lambda size: _read(connection, size, deadline), max_header_bytes)


def frames(data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield the frames in ``data``; a header can be as long as a request's.

    Raises:
        WireError: these bytes are not frames, or one is too large.
    """
    stream = io.BytesIO(data)
    while stream.tell() < len(data):
        yield _next_frame(stream.read, MAX_REQUEST_BYTES)


def _next_frame(read: Callable[[int], bytes], max_header_bytes: int) -> tuple[dict[str, Any], bytes]:
    first = read(LENGTHS.size)
    if not first:
        raise EOFError
    if len(first) < LENGTHS.size:
        raise WireError("it ended in the middle of a message")
    header_bytes, body_bytes = LENGTHS.unpack(first)
    if header_bytes > max_header_bytes or body_bytes > MAX_BODY_BYTES:
        raise WireError("its message is too large")
    text, body = read(header_bytes), read(body_bytes)
    if len(text) < header_bytes or len(body) < body_bytes:
        raise WireError("it ended in the middle of a message")
    try:
        header = json.loads(text)
        if rb"\ud" in text.lower():
            # JSON can hold halves of characters, which no file and no gradebook can.
            header = json.loads(json.dumps(header, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise WireError("its message is not JSON") from error
    if not isinstance(header, dict):
        raise WireError("its message is not an object")
    return header, body


def _read(connection: socket.socket, size: int, deadline: float | None) -> bytes:
    parts, missing = [], size
    while missing:
        wait = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not select.select([connection], [], [], wait)[0]:
            raise Late("it gave no answer in time")
        try:
            part = connection.recv(min(missing, 1 << 16))
        except ConnectionError:
            break
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def pack_answer(answer: Answer) -> tuple[dict[str, Any], bytes]:
    """Return an answer as header and body of a frame."""
    numbers: dict[str, Array] = {}
    observations: list[tuple[str, dict[str, Any]]] = []
    for name, value in answer.observations.items():
        if isinstance(value, Sample) or arrays.is_array(value):
            array = value.draws if isinstance(value, Sample) else value
            numbers[str(len(observations))] = array
            packed: dict[str, Any] = {"is": "tensor" if arrays.is_tensor(array) else "array"}
            packed |= {"drawn": True} if isinstance(value, Sample) else {}
            packed |= {"python": True} if isinstance(value, arrays.PythonNumbers) else {}
            packed |= {"dtype": arrays.BITS} if arrays.dtype_name(array) == arrays.BITS else {}
        elif isinstance(value, Raised):
            packed = {"is": "raised", "kind": value.kind, "message": value.message[:MAX_TEXT], "line": value.line[:200]}
            packed |= {"base": value.base} if value.base else {}
        else:
            packed = {"is": "value", "value": value[:MAX_TEXT] if isinstance(value, str) else value}
        observations.append((name, packed))
    body = arrays.to_bytes(numbers) if numbers else b""
    header = {
        "kind": answer.kind,
        "detail": answer.detail[:MAX_TEXT],
        "duration_s": answer.duration_s,
        "delegated": answer.delegated,
        "observations": observations,
    }
    return header, body


def unpack_answer(header: dict[str, Any], body: bytes) -> Answer:
    """Read an answer back, believing nothing; raise WireError if header and body are not such an answer."""
    try:
        if len(header["observations"]) > MAX_OBSERVATIONS or int.from_bytes(body[:8], "little") > MAX_ARRAYS_BYTES:
            raise ValueError("more than any check observes")
        numbers = arrays.from_bytes(body)
        observations = {
            _text(name): _observation(packed, numbers.get(str(at)))
            for at, (name, packed) in enumerate(header["observations"])
        }
        kind, duration_s = header["kind"], float(header["duration_s"])
        if kind not in KINDS:
            raise ValueError(f"no such kind: {kind}")
        if not 0 <= duration_s < math.inf:
            raise ValueError("no such duration")
        return Answer(kind, observations, _text(header["detail"]), duration_s, _text(header.get("delegated", "")))
    except Exception as error:
        # A parser raises errors of any kind for bytes that a student's process wrote.
        raise WireError("it gave no valid answer") from error


def answer_or_invalid(header: dict[str, Any], body: bytes) -> Answer:
    """Read an answer back, or return an invalid one."""
    try:
        return unpack_answer(header, body)
    except WireError as error:
        return Answer("invalid", {}, str(error))


def _observation(packed: dict[str, Any], numbers: NDArray | None) -> Observation:
    if packed["is"] in ("tensor", "array"):
        if numbers is None or arrays.dtype_name(numbers) not in arrays.DTYPES:
            raise ValueError("no array of a known dtype")
        if packed["is"] == "tensor" and not pytorch.is_imported():
            return "a Tensor"  # of a student in a course that has nothing to do with tensors
        array = arrays.tensor_of(numbers, packed.get("dtype", "")) if packed["is"] == "tensor" else numbers.copy()
        if packed.get("python") and isinstance(array, np.ndarray):
            return array.view(arrays.PythonNumbers)
        return Sample(array) if packed.get("drawn") else array
    if packed["is"] == "raised":
        return Raised(
            _text(packed["kind"]), _text(packed["message"]), _text(packed["line"]), _text(packed.get("base", ""))
        )
    value: object = packed["value"]
    if isinstance(value, str):
        return _text(value)
    if value is None or type(value) in (bool, int, float):
        return value  # type: ignore[return-value]
    raise ValueError("no observation")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")
    return whole(value[:MAX_TEXT])


def whole(text: str) -> str:
    """Return a text without halves of characters, which JSON can hold and no file can."""
    return text.encode("utf-8", "replace").decode("utf-8")
