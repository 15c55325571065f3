"""IDX files: the format, and how much of a file is read."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solutions.data.idx import parse_idx, to_idx
from solutions.errors import DataError


@given(st.sampled_from([(0,), (7,), (0, 28, 28), (2, 28, 28)]), st.integers(0, 255))
def test_an_array_survives_the_format(shape: tuple[int, ...], value: int) -> None:
    array = np.full(shape, value, np.uint8)
    np.testing.assert_array_equal(parse_idx(to_idx(array), Path("file")), array)


@given(st.data())
def test_a_changed_byte_or_a_cut_in_the_header_is_noticed(draw: st.DataObject) -> None:
    """Every header but the right one is refused; a byte changed in the values is for the checksum to find."""
    content = bytearray(to_idx(np.zeros((2, 28, 28), np.uint8)))
    if draw.draw(st.booleans()):
        content = content[: draw.draw(st.integers(0, len(content) - 1))]
    else:
        content[draw.draw(st.integers(0, 15))] ^= draw.draw(st.integers(1, 255))
    with pytest.raises(DataError, match=r"^file: .*; fetch the file again$"):
        parse_idx(bytes(content), Path("file"))


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        array = parse_idx(content, Path("file"))
    except DataError:
        return
    assert to_idx(array) == content


def test_an_array_is_the_content_and_read_only() -> None:
    content = to_idx(np.array([1, 2, 3], np.uint8))
    array = parse_idx(content, Path("labels"))
    assert np.shares_memory(array, np.frombuffer(content, np.uint8))
    assert not array.flags.writeable
