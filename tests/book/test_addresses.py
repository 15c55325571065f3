"""Ways to a page: the map of the site, the page for wrong addresses, filters, and the book without a network."""

from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from book import addresses
from solutions.deploy.demo_markup import PHOTOGRAPHS
from tests.book.built_pages import read
from tests.book.conftest import ADDRESSES, CHAPTER
from tests.book.visits import PAGES
from tests.conftest import serve

BASE = ADDRESSES["BOOK_URL"]


def test_the_map_lists_every_page_and_robots_are_told_of_it(site: Path) -> None:
    places = [place.text for place in ElementTree.parse(site / "sitemap.xml").iter() if place.tag.endswith("}loc")]
    assert sorted(places) == sorted(BASE + name for name in PAGES)
    assert f"Sitemap: {BASE}sitemap.xml" in (site / "robots.txt").read_text(encoding="utf-8")


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


def test_the_worker_caches_the_whole_book_and_no_file_that_readers_never_open(site: Path) -> None:
    worker = (site / addresses.WORKER).read_text(encoding="utf-8")
    fetched = [f"_static/demo/{name}" for name in ("demo.js", "weights.safetensors", *PHOTOGRAPHS.values())]
    fetched += [f"_static/widgets/{name}" for name in ("activations.bin", "preparation-lying.jpg", "training-run.json")]
    for name in [*PAGES, "_static/course.js", "_static/course.css", "searchindex.js", *fetched]:
        assert f'"{name}"' in worker
    for name in ("fontawesome.js", "social-card.png", "404.html", ".js.map"):
        assert name not in worker


@pytest.mark.long("a reader stays five seconds before anything is cached")
def test_a_page_that_was_not_opened_can_be_read_when_the_network_is_gone(page: Page, site: Path) -> None:
    with serve(site) as address:
        page.goto(address + "chapters/index.html")
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.goto(address + CHAPTER)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Layers")
    expect(page.locator(".exercise-card").first).to_be_visible()
    page.locator("[data-widget=activations]").scroll_into_view_if_needed()
    expect(page.locator("[data-widget=activations]")).to_have_attribute("data-ready", "")


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


def test_letters_link_to_the_glossarys_terms_and_words_of_a_definition_find_theirs(page: Page, address: str) -> None:
    page.goto(f"{address}chapters/glossary.html")
    terms = [term[0].upper() for term in page.locator("dl.glossary > dt").all_inner_texts()]
    letters = page.get_by_role("navigation", name="Terms by letter").get_by_role("link")
    assert letters.all_inner_texts() == sorted(set(terms))
    last = letters.last
    last.click()
    term = page.locator(f"dt{last.get_attribute('href')}")
    expect(term).to_be_in_viewport()
    assert term.inner_text()[0].upper() == last.inner_text()
    page.get_by_label("Filter").fill("share of the examples")
    assert 0 < page.locator("dl.glossary > dt:visible").count() < len(terms)
