"""Ways to a page: the page for wrong addresses, and filters."""

from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Page, expect

from tests.book.built_pages import read
from tests.book.conftest import ADDRESSES

BASE = ADDRESSES["BOOK_URL"]


def test_the_page_for_wrong_addresses_finds_its_styles_and_the_way_back_from_any_depth(site: Path) -> None:
    lost = read(site / "404.html").soup
    base = lost.select("base, link")[0]
    assert base.name == "base"
    tags = lost.select("a, link, script, form")
    places = [tag.get("href") or tag.get("src") or tag.get("action") for tag in tags]
    whole = [urljoin(str(base["href"]), str(place)) for place in places if place]
    own = [urlsplit(url).path.lstrip("/") for url in whole if url.startswith(BASE)]
    assert "chapters/index.html" in own and "search.html" in own
    assert [name for name in own if name and not name.startswith("downloads/") and not (site / name).exists()] == []


def test_known_mistakes_are_filtered_by_their_words_and_an_empty_filter_shows_all(page: Page, address: str) -> None:
    page.goto(f"{address}chapters/known-mistakes.html")
    rows = page.locator("table.known-mistakes tbody tr")
    field = page.get_by_label("Filter")
    field.fill("flatten contiguous")
    expect(rows.locator("visible=true").first).to_contain_text("contiguous")
    status = page.locator(".filter").get_by_role("status")
    expect(status).to_have_text(f"{rows.locator('visible=true').count()} of {rows.count()}")
    assert page.locator("h2:visible").all_inner_texts() == ["2 · Layers"]
    field.fill("")
    expect(status).to_have_text("")
    assert page.locator(".filtered:visible").count() == page.locator(".filtered").count()


def test_the_glossary_is_filtered_by_words_of_a_definition(page: Page, address: str) -> None:
    page.goto(f"{address}chapters/glossary.html")
    terms = page.locator("dl.glossary > dt")
    page.get_by_label("Filter").fill("share of the examples")
    assert 0 < page.locator("dl.glossary > dt:visible").count() < terms.count()
