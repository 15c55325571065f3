"""The page for teachers agrees with the chapters."""

import re

import pytest

from book.chapters import MEETINGS, chapters, facts, formatted
from book.opening import outcomes_of
from tests.book.built_pages import COURSE


def test_the_term_has_every_chapter_in_order_and_no_week_takes_two_hours_at_home() -> None:
    text = (COURSE.chapters / "teaching.md").read_text(encoding="utf-8").partition("(term)=")[2]
    rows = re.findall(r"^\| \d+ \|.*$", text.partition("(intensive)=")[0], re.MULTILINE)
    weeks = [re.findall(r"\(([\w-]+)\.md\)", row.split("|")[3]) for row in rows]
    assert len(weeks) == MEETINGS
    stems = [stem for week in weeks for stem in week if stem[0].isdigit()]
    assert stems == sorted(stems)
    for chapter in chapters():
        assert chapter.minutes < 120 * stems.count(chapter.assignment)


def test_a_chapter_without_an_outcome_is_named() -> None:
    with pytest.raises(LookupError, match=r"2-layers, .*left out"):
        outcomes_of("1-approximation: Something.")


def test_a_fact_is_formatted_as_the_page_asks_and_an_unknown_fact_or_format_is_refused() -> None:
    assert formatted("points:.1f") == f"{facts()['points']}.0"
    with pytest.raises(LookupError, match=r"unknown fact .ours.; the facts are exercises, "):
        formatted("ours:d")
    with pytest.raises(ValueError, match="format code 'd'"):
        formatted("term hours:d")
