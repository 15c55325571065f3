"""Visit a page once and note everything about it that the tests of reading judge."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.axe import OF_COLOURS, violations
from tests.conftest import ROOT, SCREENSHOTS

WIDTHS = (1440, 768, 360)
# axe looks at both themes and both widths, and in a deep run at the colours of the other two pairs: it is most of a
# visit's time.
STARTS = {"light": 1440, "dark": 360}
SEARCH = "search.html?q=Linear"
PAGES = [f"chapters/{path.stem}.html" for path in sorted((ROOT / "chapters").glob("*.md"))]
PRINTED = [name for name in PAGES if re.match(r"chapters/[1-6]-", name)]  # their lines are looked for on paper

UNFOLD = """() => {
  dispatchEvent(new Event("beforeprint"));
  for (const details of document.querySelectorAll("details")) details.open = true;
}"""
# Widgets start when they come near the screen.
START_WIDGETS = """async () => {
  for (const widget of document.querySelectorAll("[data-widget]")) {
    widget.scrollIntoView();
    while (!("ready" in widget.dataset)) await new Promise(requestAnimationFrame);
  }
  scrollTo(0, 0);
}"""
# By how much the page moved under the reader's eyes while it loaded and widgets came: the sum of all shifts, which is
# more than the worst seconds that Cumulative Layout Shift counts.
SHIFTED = """() => new Promise((done) => {
  let sum = 0;
  const add = (list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  };
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 100);
})"""
# What is wider than its place, and would have to be scrolled to.
CUT = """() => [...document.querySelectorAll("article *")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1
    && getComputedStyle(one).overflowX !== "visible")
  .map((one) => `${one.scrollWidth} > ${one.clientWidth}: ${one.outerHTML.slice(0, 120)}`)"""
# What side notes and captions cover, on a wide screen; Firefox is asked the same.
MEETING = Path(__file__).with_name("meeting.js").read_text(encoding="utf-8")
# Words in a figure that are smaller than twelve pixels as they are shown; a screen can be some pixels narrower.
TINY = """() => [...document.querySelectorAll(".bd-article .figure svg")].flatMap((svg) => {
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  return [...svg.querySelectorAll("text, tspan")].filter((one) => one.textContent.trim() && scale)
    .map((one) => [scale * parseFloat(getComputedStyle(one).fontSize), one.textContent])
    .filter(([size]) => size < 11.5).map(([size, words]) => `${size.toFixed(1)}: ${words}`);
})"""
SIDES = ("top", "right", "bottom", "left")
PAPER = 718  # CSS pixels between the margins of an A4 page, 1 cm each


@dataclass
class Visit:
    """Observations of a page in one theme."""

    name: str
    colours: str
    address: str
    complaints: list[str] = field(default_factory=list)  # of the console, and requests that failed
    requested: list[str] = field(default_factory=list)  # until the page stood still, before the reader scrolls
    theme: str = ""
    shifted: float = 0.0
    meeting: list[str] = field(default_factory=list)
    wider: list[str] = field(default_factory=list)  # widths of the window that the page exceeds, and by how many pixels
    tiny: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)  # axe's objections, with all unfolded
    cut: list[str] = field(default_factory=list)

    def picture(self, kind: str) -> Path:
        """Return where a picture of the page is kept, for people to look at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        return SCREENSHOTS / f"{Path(urlsplit(self.name).path).stem}-{kind}"


@cache
def visit(browser: Browser, address: str, name: str, colours: str, thorough: bool) -> Visit:
    """Open a page as a reader who prefers these colours, and look at it in each width.

    A thorough visit stores pictures, and shows axe the page's colours in the other theme's width as well.
    """
    seen = Visit(name, colours, address)
    # Code that is unfolded fades in, and what is half there has no contrast: this reader wants no motion.
    size = {"width": STARTS[colours], "height": 900}
    options: Any = {"color_scheme": colours, "viewport": size, "reduced_motion": "reduce"}
    with browser.new_page(**options) as page:
        listen(page, seen)
        page.goto(address + name, wait_until="networkidle")
        page.wait_for_function("document.documentElement.dataset.theme !== 'auto'")
        seen.theme = page.evaluate("document.documentElement.dataset.theme")
        requested = list(seen.requested)
        page.evaluate(START_WIDGETS)
        seen.shifted = page.evaluate(SHIFTED)
        if colours == "light":
            seen.meeting = page.evaluate(MEETING)
            if name in PRINTED:  # before anything is unfolded: printing has to unfold the page by itself
                page.pdf(path=seen.picture("print.pdf"), format="A4", margin=dict.fromkeys(SIDES, "1cm"))
        page.evaluate(UNFOLD)
        seen.violations = violations(page)
        for width in sorted(WIDTHS, key=lambda width: abs(width - STARTS[colours])):
            page.set_viewport_size({"width": width, "height": 900})
            if over := page.evaluate("document.documentElement.scrollWidth") - width:
                seen.wider.append(f"{width} by {over}")
            if width == min(WIDTHS):
                seen.tiny = page.evaluate(TINY)
            if thorough and width in set(STARTS.values()) - {STARTS[colours]}:
                seen.violations += violations(page, OF_COLOURS)
            if thorough and (colours == "light" or width == STARTS[colours]):
                page.screenshot(path=seen.picture(f"{width}-{colours}.jpeg"), full_page=True, type="jpeg", quality=60)
        if colours == "light":
            page.set_viewport_size({"width": PAPER, "height": 900})
            page.emulate_media(media="print")
            seen.cut = page.evaluate(CUT)
        seen.requested = requested
    return seen


def listen(page: Page, seen: Visit) -> None:
    page.on("console", lambda message: note(seen, message.type != "log", message.text))
    page.on("pageerror", lambda error: note(seen, True, str(error)))
    page.on("requestfailed", lambda request: note(seen, True, f"failed: {request.url}"))
    page.on("response", lambda answer: note(seen, answer.status > 399, f"{answer.status}: {answer.url}"))
    page.on("request", lambda request: seen.requested.append(request.url))


def note(seen: Visit, wrong: bool, complaint: str) -> None:
    if wrong:
        seen.complaints.append(complaint)
