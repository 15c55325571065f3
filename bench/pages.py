"""What pages of the book cost a reader with a telephone: time until something is there, what moves, what is sent.

    python -m bench.pages                                the site in _build/html
    python -m bench.pages OTHER/_build/html _build/html  two builds beside each other

A window of 360 by 740, a processor slowed down four times, 1.6 Mbit/s and 150 ms to the server and back, which is what
Lighthouse takes for a telephone; nothing is kept from an earlier visit. Text is sent compressed, as web servers do.
The sites take turns in each round. Prints a table, medians over the rounds with the least and the most, and writes
_build/bench/pages.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, sync_playwright
from rich.table import Table

from autograder.console import print_table, progress
from bench import BUILD, ROOT

RESULTS = BUILD / "pages.json"
PAGES = ["chapters/index.html", *(f"chapters/{name}.html" for name in ("1-approximation", "2-layers", "5-training"))]
WINDOW = {"width": 360, "height": 740}
SLOWED = 4
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
COMPRESSED_ALREADY = {".woff2", ".png", ".jpg", ".jpeg"}
MEASURES = {  # the heading, and how the number is written
    "first": ("first paint (ms)", ",.0f"),
    "largest": ("largest paint (ms)", ",.0f"),
    "blocked": ("blocked (ms)", ",.0f"),
    "shifted": ("layout shift", ".3f"),
    "kilobytes": ("sent (kB)", ".0f"),
    "requests": ("requests", ".0f"),
}
WATCH = """
window.seen = { first: 0, largest: 0, blocked: 0, shifted: 0 };
const watch = (type, see) =>
  new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({ type, buffered: true });
watch("paint", (entry) => { if (entry.name === "first-contentful-paint") seen.first = entry.startTime; });
watch("largest-contentful-paint", (entry) => { seen.largest = entry.startTime; });
watch("longtask", (entry) => { seen.blocked += Math.max(0, entry.duration - 50); });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shifted += entry.value; });
"""


class Compressing(SimpleHTTPRequestHandler):
    """Sends what is text compressed."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content, compress = path.read_bytes(), path.suffix not in COMPRESSED_ALREADY
        content = gzip.compress(content) if compress else content
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(content)))
        if compress:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Say nothing: the table is for who reads."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressing, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def measure(browser: Browser, address: str) -> dict[str, float]:
    """Return what a page costs somebody who has never been there."""
    with browser.new_context(viewport=WINDOW, service_workers="block") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.add_init_script(WATCH)
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", NETWORK)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        sent: list[float] = []
        devtools.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
        page.goto(address, wait_until="networkidle", timeout=120_000)
        page.wait_for_function("seen.largest > 0")
        seen: dict[str, float] = page.evaluate("seen")
    return seen | {"kilobytes": sum(sent) / 1000, "requests": float(len(sent))}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sites", type=Path, nargs="*", default=[ROOT / "_build" / "html"], metavar="SITE")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args(arguments)
    found: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        rounds = [(page, site) for _ in range(wanted.rounds) for page in PAGES for site in wanted.sites]
        with progress("pages", len(rounds), quiet=False) as step:
            for page, site in rounds:
                with served(site) as address:
                    found[page, str(site)].append(measure(browser, address + page))
                step(page)
        browser.close()
    table = Table("page", "site", *(heading for heading, _ in MEASURES.values()), title="Pages on a telephone")
    for (page, site), times in found.items():
        cells = []
        for name, (_, form) in MEASURES.items():
            least, median, most = (
                format(pick(one[name] for one in times), form) for pick in (min, statistics.median, max)
            )
            cells.append(median if least == most else f"{median} ({least} to {most})")
        table.add_row(Path(page).stem, site, *cells)
    print_table(table)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"page": page, "site": site, "rounds": times} for (page, site), times in found.items()]
    RESULTS.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
