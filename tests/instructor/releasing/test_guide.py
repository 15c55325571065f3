"""The README of the students' zip: it says what the book says, and how this course wants work handed in."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from autograder.course import Course
from autograder.instructor.releasing.bundle import guide
from tests.conftest import ROOT

PLAIN = guide(["2-layers", "3-dropout"], Course("solutions"), "", {})


def code_in(text: str) -> list[str]:
    return re.findall(r"```(?:sh|powershell)\n(.*?)```", text, re.DOTALL)


def test_it_gives_the_commands_that_the_book_gives() -> None:
    book = (ROOT / "chapters" / "0-start.md").read_text(encoding="utf-8")
    assert len(code_in(PLAIN)) == 3
    assert [code for code in code_in(PLAIN) if code not in code_in(book)] == []
    assert "whl/cpu" in PLAIN and "check_all()" in PLAIN and "check_all()" in book


def test_it_says_where_and_until_when_to_hand_in_if_the_instructor_did() -> None:
    due = {"2-layers": datetime(2026, 11, 5, 23, 59, tzinfo=ZoneInfo("Europe/Berlin"))}
    course = Course("solutions", "https://book.example/")
    said = guide(["2-layers", "3-dropout"], course, "on the page of the course", due)
    assert "Hand in that copy on the page of the course. Keep its name, and the receipt." in said
    assert "\n   - `2-layers`: until Thursday, 5 November 2026, 23:59 (CET)\n" in said
    assert "3-dropout`: until" not in said
    assert "The book is at https://book.example/. " in said


def test_without_settings_it_leaves_nothing_to_fill_in_and_names_no_book() -> None:
    assert not re.search(r"\{(where|when|book|notebooks)\}|\bbook\b|: until", PLAIN)
    assert "Hand in that copy. Keep its name, and the receipt.\n" in PLAIN
