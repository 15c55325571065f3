"""The marks of claims in the pages, and the page that lists them all."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from book.claims import entries
from tests.book.built_pages import page as built
from tests.book.built_pages import words
from tests.book.conftest import CHAPTER
from tests.conftest import ROOT


def test_a_first_tap_shows_what_was_tried_and_a_second_follows_the_link(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True) as context:
        page = context.new_page()
        page.goto(address + CHAPTER)
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


def test_each_claim_is_listed_with_what_was_tried_and_where_its_experiment_is(site: Path) -> None:
    listed = built(site, "claims").article
    for number, (name, entry) in enumerate(entries().items(), start=1):
        shown = listed.find(id=f"claim-{name}")
        assert shown, name
        assert shown["value"] == str(number)
        for text in (entry.says, entry.tried, entry.held, entry.opposite, entry.opposite_held):
            assert "".join(text.replace("’", "'").split()) in "".join(words(shown).split())
        path, line = entry.source
        assert (ROOT / path).read_text(encoding="utf-8").splitlines()[line - 1].startswith(("@claim", "def "))
