"""Requests as texts: what a student may write, and what is no request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.instructor.requests.form import MAX_BYTES, MAX_REASON, NoRequest, Request, parse_request

ASKED = Request("ada", "2-layers", "Linear.affine_map", "3f9a-0c27-e1b4-88d2", "It is right.\n\ncheck: twice, please")


def test_what_a_request_says_is_read_as_it_was_written() -> None:
    assert parse_request(ASKED.lines().encode()) == ASKED


def test_a_mail_is_read_that_quotes_the_lines_and_says_more_before_them() -> None:
    mail = "Dear all,\r\n> Student: ada\r\n> Assignment:2-layers\r\n> CHECK : Flatten.rows\r\nreason: why\r\nAda\r\n"
    assert parse_request(b"\xef\xbb\xbf" + mail.encode()) == Request("ada", "2-layers", "Flatten.rows", "", "why\nAda")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no line “assignment: …”"),
        (b"assignment: 2-layers\n", "no line “check: …”"),
        (b"reason: all\nassignment: 2-layers\ncheck: a\n", "no line “assignment: …”"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"x" * (MAX_BYTES + 1), "more than 64 KiB"),
    ],
)
def test_what_is_no_request_says_why(content: bytes, why: str) -> None:
    with pytest.raises(NoRequest, match=why):
        parse_request(content)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_junk_is_a_request_or_none_and_no_other_error(junk: bytes) -> None:
    for content in (junk, ASKED.lines().encode() + junk):
        try:
            assert len(parse_request(content).reason) <= MAX_REASON
        except NoRequest as error:
            assert str(error)
