"""What a page costs its reader: bytes, requests, and work for the processor."""

import gzip
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from tests.book.visits import Visit

BUDGET = 500_000  # bytes as they are sent, without the demo
REQUESTS = 30
COMPRESSED_ALREADY = {".woff2", ".png", ".jpg", ".jpeg"}
HEAVIEST = "chapters/5-training.html"

WATCH = """
window.seen = { painted: 0, blocked: 0, shifted: 0 };
const watch = (type, see) =>
  new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({ type, buffered: true });
watch("largest-contentful-paint", (entry) => { seen.painted = entry.startTime; });
watch("longtask", (entry) => { seen.blocked += Math.max(0, entry.duration - 50); });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shifted += entry.value; });
"""


@cache
def sent(path: Path) -> int:
    """Return the bytes of a file as a web server sends them."""
    content = path.read_bytes()
    return len(content if path.suffix in COMPRESSED_ALREADY else gzip.compress(content, mtime=0))


def weights(urls: Iterable[str], site: Path) -> Counter[str]:
    """Return the bytes of each kind of file among these addresses."""
    found: Counter[str] = Counter()
    for path in {urlsplit(url).path for url in urls}:
        found[Path(path).suffix] += sent(site / path.removeprefix("/"))
    return found


def asked(visited: Visit) -> list[str]:
    """Return the addresses that a page cannot do without: no demo, and not the pages that a search quotes."""
    own, *others = visited.requested
    return [own, *(url for url in others if url.startswith("http") and not re.search(r"/demo/|\.html$", url))]


def test_a_page_without_its_demo_weighs_less_than_half_a_megabyte(visited: Visit, site: Path) -> None:
    found = weights(asked(visited), site)
    assert found[".woff2"] > 0
    assert found.total() < BUDGET, found


def test_a_page_is_whole_after_few_requests(visited: Visit) -> None:
    assert len(asked(visited)) == len(set(asked(visited)))
    assert len(asked(visited)) <= REQUESTS


def test_a_page_loads_nothing_to_show_formulas(site: Path) -> None:
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    assert any('<span class="math"><svg' in page for page in pages)
    assert not [tag for page in pages for tag in re.findall("<(?:script|link)[^>]*>", page) if "mathjax" in tag.lower()]


def test_the_heaviest_page_is_there_soon_on_a_slow_machine_and_stands_still(browser: Browser, address: str) -> None:
    """A processor slowed down four times, as for a telephone. The bounds leave room for a busy machine."""
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.add_init_script(WATCH)
        devtools = context.new_cdp_session(page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto(address + HEAVIEST, wait_until="networkidle")
        page.wait_for_function("seen.painted > 0")
        seen = page.evaluate("seen")
    assert seen["painted"] < 10_000, seen
    assert seen["blocked"] < 10_000, seen
    assert seen["shifted"] < 0.1, seen
