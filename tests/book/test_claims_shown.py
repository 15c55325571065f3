"""The marks of claims in the pages, and the page that lists them all."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from book.claims import entries
from tests.conftest import ROOT

CHAPTER = "chapters/2-layers.html"


def test_a_mark_shows_what_was_tried_to_the_pointer_and_to_the_keyboard(page: Page, address: str) -> None:
    page.goto(address + CHAPTER, wait_until="networkidle")
    mark = page.locator("a.claim").first
    summary = page.locator(f"#{mark.get_attribute('aria-describedby')}")
    expect(summary).to_be_hidden()
    mark.hover()
    expect(summary).to_be_visible()
    expect(summary).to_contain_text("It held in")
    page.keyboard.press("Escape")
    expect(summary).to_be_hidden()
    mark.focus()
    expect(summary).to_be_visible()


def test_a_first_tap_shows_what_was_tried_and_a_second_follows_the_link(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True) as context:
        page = context.new_page()
        page.goto(address + CHAPTER, wait_until="networkidle")
        mark = page.locator("a.claim").first
        mark.tap()
        summary = page.locator(f"#{mark.get_attribute('aria-describedby')}")
        expect(summary).to_be_visible()
        box = summary.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        mark.tap()
        page.wait_for_url("**/claims.html#claim-*")


@pytest.mark.parametrize("name", entries())
def test_a_mark_leads_to_its_entry_which_tells_what_was_tried_and_where_the_experiment_is(
    site: Path, name: str
) -> None:
    entry = entries()[name]
    page = (site / "chapters" / "claims.html").read_text(encoding="utf-8")
    shown = re.sub(r"<[^>]+>|&#x27;", "", page[page.index(f'id="claim-{name}"') :].partition("</li>")[0])
    said = (entry.says, entry.tried, entry.held, entry.opposite, entry.opposite_held)
    assert all(
        re.sub(r"[\s']", "", part) in re.sub(r"\s|&\w+;", "", shown).replace("'", "") for part in map(plain, said)
    )
    path, line = entry.source
    assert (ROOT / path).read_text(encoding="utf-8").splitlines()[line - 1].startswith(("@claim", "def "))


def plain(text: str) -> str:
    return re.sub(r"[<>&\"]", "", text)


def test_claims_are_numbered_through_the_book() -> None:
    assert [entry.number for entry in entries().values()] == list(range(1, len(entries()) + 1))
