"""Ways to a page: labels, a sitemap, and a page for wrong addresses."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain

LOST = "404"  # the name that hosts of static sites look for


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


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", add_labels)
    app.connect("html-collect-pages", lost_page)
    app.connect("build-finished", write_maps)
