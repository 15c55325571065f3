"""Sphinx extension of the book: exercise cards, questions, widgets, figures, downloads, glossary, theme, and the rest.

It is plain Sphinx with myst-nb: leaving Jupyter Book would not change it.
"""

from __future__ import annotations

import os
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

BOOK = Path(__file__).resolve().parent
ROOT = BOOK.parent
DATA = ROOT / "data"
PARTS = (
    *("addresses", "assets", "card", "chapters", "claims", "demo", "downloads", "execution", "exercise_cards"),
    *("figures", "glossary", "known_mistakes", "mathematics", "opening", "predict", "sidenotes", "theme", "widgets"),
)


def setup(app: Sphinx) -> dict[str, Any]:
    # Chapters import the `solutions` beside them, whatever package of that name the environment holds.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    for part in PARTS:
        import_module(f"{__name__}.{part}").setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_element(
    app: Sphinx, node: type[nodes.Element], tag: str, css: str = "", begins: str = "", **options: Any
) -> None:
    """Register a node that is written as one HTML element, of this tag and class, beginning with some markup.

    The node's own ``attributes`` are those of the element, too.
    """

    def visit(translator: HTML5Translator, node: nodes.Element) -> None:
        translator.body.append(translator.starttag(node, tag, "", CLASS=css, **node.get("attributes", {})) + begins)

    def depart(translator: HTML5Translator, node: nodes.Element) -> None:
        translator.body.append(f"</{tag}>" if isinstance(node, nodes.Inline) else f"</{tag}>\n")

    app.add_node(node, html=(visit, depart), **options)


def add_tooltips(document: nodes.document, texts: Mapping[str, str]) -> None:
    """Write hidden definitions, by their ids, at the end of a page; links describe themselves by these ids."""
    tooltips = "".join(
        f'<div role="tooltip" class="definition" id="{name}" hidden>{escape(text)}</div>'
        for name, text in texts.items()
    )
    if tooltips:
        document += nodes.raw("", tooltips, format="html")
