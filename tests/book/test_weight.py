"""What a page costs its reader: bytes and requests."""

import gzip
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from tests.book.pages import pages
from tests.book.visits import Visit

BUDGET = 500_000  # bytes as they are sent, without the demo
REQUESTS = 30
COMPRESSED_ALREADY = {".woff2", ".png", ".jpg", ".jpeg"}


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
    assert any(one.article.select(".math > svg") for one in pages(site))
    loaded = [str(tag) for one in pages(site) for tag in one.soup.select("script[src], link[href]")]
    assert not [tag for tag in loaded if "mathjax" in tag.lower()]
