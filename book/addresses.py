"""Ways to a page: labels, a sitemap, a page for wrong addresses, and a worker that keeps the book readable offline."""

import hashlib
import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain

from book import BOOK

LOST = "404"  # the name that hosts of static sites look for
WORKER = "service-worker.js"  # at the top: it serves what lies beside it and below
# What pages are made of, and what their demo and widgets fetch.
CACHED = {".html", ".js", ".css", ".woff2", ".svg", ".json", ".png", ".jpg", ".bin", ".safetensors"}
# Maps of scripts are for those who write them, and these files for pages that no reader opens.
NOT_CACHED = (
    "_static/vendor/fontawesome/webfonts/fa-brands",
    "_static/scripts/fontawesome.js",
    "_static/social-card.png",
    *("downloads/", f"{LOST}.html", WORKER),
)


def add_labels(app: Sphinx, document: nodes.document) -> None:
    """Let links from other pages name this page's labels: `[the ReLU](1-approximation.md#relu)`.

    MyST alone knows headings only; each place is its line, id and title.
    """
    domain = app.env.get_domain("std")
    assert isinstance(domain, StandardDomain)
    places = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for label, (docname, anchor, title) in domain.labels.items():
        if docname == app.env.docname:
            places.setdefault(label, (0, anchor, title))


def lost_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page for wrong addresses. A host shows it at any depth, so its links start from the book's address."""
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
    """Write the worker with the files that it caches and a digest of them, by which browsers notice a new edition."""
    if error or app.builder.format != "html":
        return
    site = Path(app.outdir)
    named = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*")) if path.suffix in CACHED}
    cached = {name: path for name, path in named.items() if not name.startswith(NOT_CACHED)}
    digests = b"".join(hashlib.sha256(path.read_bytes()).digest() for path in cached.values())
    text = (BOOK / "templates" / WORKER).read_text(encoding="utf-8")
    text = text.replace("{{ digest }}", hashlib.sha256(digests).hexdigest()[:16])
    (site / WORKER).write_text(text.replace("{{ names }}", json.dumps([*cached])), encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", add_labels)
    app.connect("html-collect-pages", lost_page)
    app.connect("build-finished", write_maps)
    app.connect("build-finished", write_worker, priority=900)  # after all who change files of the site
