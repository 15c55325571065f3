"""What a reader sees whose line is so slow that the book's typefaces come after the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.book.visits import PAGES, SHIFTED
from tests.conftest import serve

TELEPHONE = {"width": 360, "height": 740}
HEIGHT = "document.querySelector('.bd-article').getBoundingClientRect().height"


@pytest.fixture(scope="module")
def slow(site: Path) -> Iterator[str]:
    """The site as it is published, at an address of its own."""
    with serve(site) as address:
        yield address


@pytest.fixture
def telephone(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=TELEPHONE, service_workers="block") as context:  # type: ignore[arg-type]
        yield context.new_page()


@pytest.mark.rotates(3)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_still_when_its_typefaces_come_late(telephone: Page, slow: str, name: str) -> None:
    held: list[Route] = []
    telephone.route("**/*.woff2", lambda route: held.append(route))
    telephone.goto(slow + name, wait_until="domcontentloaded")
    telephone.wait_for_timeout(300)  # longer than a browser waits before it shows the text
    assert held
    for typeface in held:
        typeface.continue_()
    telephone.unroute_all()
    telephone.evaluate("document.fonts.ready.then(() => null)")
    assert telephone.evaluate(SHIFTED) < 0.05


def test_what_stands_in_for_a_typeface_takes_its_place_to_a_hundredth(telephone: Page, slow: str, address: str) -> None:
    """Here DejaVu, which Debian has: a chapter is nearly as long in it, and without the scaling a tenth longer."""
    telephone.route("**/*.woff2", lambda route: route.abort())
    telephone.goto(f"{slow}chapters/5-training.html", wait_until="load")
    stands_in = telephone.evaluate(HEIGHT)
    telephone.unroute_all()
    telephone.goto(f"{address}chapters/5-training.html", wait_until="networkidle")
    assert abs(stands_in / telephone.evaluate(HEIGHT) - 1) < 0.01
