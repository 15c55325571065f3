"""What a reader sees whose line is so slow that the book's typefaces come after the page."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from tests.book.visits import SHIFTED
from tests.conftest import serve


@pytest.mark.parametrize("name", ["index", "2-layers"])
def test_a_page_stands_still_when_its_typefaces_come_late(browser: Browser, site: Path, name: str) -> None:
    held: list[Route] = []
    with (
        serve(site) as address,
        browser.new_context(viewport={"width": 360, "height": 740}, service_workers="block") as context,
    ):
        page = context.new_page()
        page.route("**/*.woff2", lambda route: held.append(route))
        page.goto(f"{address}chapters/{name}.html", wait_until="domcontentloaded")
        page.wait_for_timeout(300)  # longer than a browser waits before it shows the text
        assert held
        for typeface in held:
            typeface.continue_()
        page.unroute_all()
        page.evaluate("document.fonts.ready.then(() => null)")
        assert page.evaluate(SHIFTED) < 0.05


def test_a_first_screen_is_set_in_the_books_own_faces(browser: Browser, site: Path) -> None:
    """The question, the text, titles and code: each face is asked for before a style sheet names it."""
    with serve(site) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}chapters/2-layers.html", wait_until="networkidle")
        faces = page.evaluate(
            "[...document.fonts].filter((one) => one.status === 'loaded').map((one) => `${one.family} ${one.style}`)"
        )
    assert {face.replace('"', "") for face in faces} >= {
        "Source Serif normal", "Source Serif italic", "Source Sans normal", "Source Code normal",
    }  # fmt: skip
