"""What axe-core objects to in a page, by WCAG 2.2 AA and its own best practices."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page

from tests.conftest import ROOT

AXE = ROOT / "book" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
VIOLATIONS = """async (asked) => {
  const found = await axe.run(document, { runOnly: asked, resultTypes: ["violations"], preload: false });
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`));
}"""


def violations(page: Page, asked: list[str] = TAGS) -> list[str]:
    """Return a line for each place that axe objects to, by some of its tags or rules."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.evaluate(VIOLATIONS, asked)


@contextmanager
def on_a_telephone(browser: Browser, scheme: str) -> Iterator[BrowserContext]:
    """Give a narrow window, light or dark, into which axe may come where the page itself would not let it in."""
    with browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        bypass_csp=True,
        viewport={"width": 360, "height": 800},
    ) as context:
        yield context
