"""A link from page to page may name a label: `[the ReLU](1-approximation.md#relu)`. MyST alone knows headings only."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain


def add_labels(app: Sphinx, document: nodes.document) -> None:
    """Put the page's labels among the places that MyST finds by name: line, id and title."""
    domain = app.env.get_domain("std")
    assert isinstance(domain, StandardDomain)
    places = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for label, (docname, anchor, title) in domain.labels.items():
        if docname == app.env.docname:
            places.setdefault(label, (0, anchor, title))


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", add_labels)
