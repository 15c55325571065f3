"""A receipt is a function of the bytes alone, and is read out in groups."""

from __future__ import annotations

import hashlib
import re

from hypothesis import given
from hypothesis import strategies as st

from autograder.receipts import receipt_from, receipt_of


@given(st.binary(max_size=100))
def test_it_is_the_beginning_of_the_files_sha_256(content: bytes) -> None:
    assert re.fullmatch(r"[0-9a-f]{4}(-[0-9a-f]{4}){3}", receipt_of(content))
    assert hashlib.sha256(content).hexdigest().startswith(receipt_of(content).replace("-", ""))
    assert receipt_of(content) == receipt_from(hashlib.sha256(content).hexdigest())


def test_one_byte_makes_another() -> None:
    assert receipt_of(b"one") != receipt_of(b"one\n")
