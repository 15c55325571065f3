"""What leads to a page and what stays where none is: a map for search engines, a page for addresses that lead nowhere,
and a worker that keeps the book readable without a network.
"""

import hashlib
import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from book import BOOK

LOST = "404"  # the name that hosts of static sites look for
WORKER = "service-worker.js"  # at the top: it serves what lies beside it and below
KEPT = {".html", ".js", ".css", ".woff2", ".svg", ".json", ".png"}
# Maps of scripts are for those who write them, and these files for pages that no reader opens.
LEFT_OUT = (
    "_static/vendor/fontawesome/webfonts/fa-brands",
    "_static/scripts/fontawesome.js",
    "_static/social-card.png",
    *("downloads/", f"{LOST}.html", WORKER),
)


def lost_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page of which a host says that there is none; it may be shown at any depth, so it needs an address."""
    if app.config.html_baseurl:
        yield LOST, {"title": "No such page", "base": app.config.html_baseurl}, "lost.html"


def write_maps(app: Sphinx, error: Exception | None) -> None:
    """Write sitemap.xml and robots.txt into a site that has an address."""
    if error or app.builder.format != "html" or not app.config.html_baseurl:
        return
    site, base = Path(app.outdir), app.config.html_baseurl
    places = "".join(f"<url><loc>{escape(base + name)}.html</loc></url>\n" for name in sorted(app.env.found_docs))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    (site / "sitemap.xml").write_text(f"{head}{places}</urlset>\n", encoding="utf-8")
    (site / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n", encoding="utf-8")


def write_worker(app: Sphinx, error: Exception | None) -> None:
    """Write the worker with the list of what it keeps; its text changes with any of them, and then it is taken anew."""
    if error or app.builder.format != "html":
        return
    site = Path(app.outdir)
    named = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*")) if path.suffix in KEPT}
    kept = {name: path for name, path in named.items() if not name.startswith(LEFT_OUT)}
    digests = b"".join(hashlib.sha256(path.read_bytes()).digest() for path in kept.values())
    text = (BOOK / "templates" / WORKER).read_text(encoding="utf-8")
    text = text.replace("{{ digest }}", hashlib.sha256(digests).hexdigest()[:16])
    (site / WORKER).write_text(text.replace("{{ names }}", json.dumps([*kept])), encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.connect("html-collect-pages", lost_page)
    app.connect("build-finished", write_maps)
    app.connect("build-finished", write_worker, priority=900)  # after all who change files of the site
