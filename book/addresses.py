"""Ways to a page: labels, and a page for wrong addresses."""

from collections.abc import Iterator
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


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", add_labels)
    app.connect("html-collect-pages", lost_page)
