"""Photograph the built book for the README, and the card that other sites show of a link to it.

The README shows the landing page with its demo, beside a check's verdict on a wrong answer.

Usage: python -m book.pictures SITE

Writes screenshot-light.png, screenshot-dark.png and static/social-card.png into book/.
"""

import io
import sys
from functools import partial
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from book import BOOK, card
from book.pdf import HOST, answer, chromium

LANDING = "chapters/index.html"
CHAPTER, CARD = "chapters/2-layers.html", "#exercise-layers-Flatten"
SIZE = (760, 860)  # CSS pixels of each half
MENU = ".bd-sidebar-primary, .bd-sidebar-secondary, .bd-header-article, .card-done { display: none !important; }"
Colours = Literal["light", "dark"]


def halves(browser: Browser, site: Path, colours: Colours) -> list[np.ndarray]:
    """Return pictures of the landing page and of a wrong answer, as readers who prefer these colours see them."""
    width, height = SIZE
    viewport: ViewportSize = {"width": width, "height": height}
    with browser.new_page(color_scheme=colours, viewport=viewport, device_scale_factor=2) as page:
        page.route(f"{HOST}**", partial(answer, site))
        page.goto(HOST + LANDING, wait_until="networkidle")
        page.add_style_tag(content=MENU)
        page.wait_for_selector(".demo-heard:not(:empty)", state="attached")  # the garment is drawn
        first = page.screenshot()
        page.goto(HOST + CHAPTER, wait_until="networkidle")
        page.add_style_tag(content=MENU)
        page.evaluate(
            """(card) => {
              const attempts = document.querySelector(`${card} .attempts`);
              attempts.open = true;
              attempts.querySelector(".attempt").open = true;
              attempts.scrollIntoView();
            }""",
            CARD,
        )
        return [np.asarray(Image.open(io.BytesIO(shown)).convert("RGB")) for shown in (first, page.screenshot())]


def write_card(browser: Browser, site: Path, path: Path) -> None:
    """Photograph the card, in the typefaces of the book."""
    width, height = card.SIZE
    with browser.new_page(viewport={"width": width, "height": height}) as page:
        page.route(f"{HOST}**", partial(answer, site))
        page.goto(HOST + LANDING, wait_until="load")
        page.evaluate("(svg) => { document.body.innerHTML = svg }", card.card_svg(page.title()))
        page.add_style_tag(content="svg { display: block } text { font-family: var(--sans) }")
        page.evaluate("document.fonts.ready.then(() => null)")
        page.locator("svg").screenshot(path=path)


def write_pictures(site: Path) -> None:
    with sync_playwright() as playwright, chromium(playwright) as browser:
        for colours in get_args(Colours):
            picture = Image.fromarray(np.hstack(halves(browser, site, colours)))
            picture.quantize(256).save(BOOK / f"screenshot-{colours}.png", optimize=True)
        write_card(browser, site, BOOK / "static" / card.CARD)


if __name__ == "__main__":
    write_pictures(Path(sys.argv[1]))
