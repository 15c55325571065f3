"""Nodes of the book's own that are one element of HTML."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def add_element(
    app: Sphinx, node: type[nodes.Element], tag: str, css: str = "", begins: str = "", **options: Any
) -> None:
    """Let a node be written as an element of this tag and class, beside its own, that begins with some markup."""

    def visit(translator: HTML5Translator, node: nodes.Element) -> None:
        translator.body.append(translator.starttag(node, tag, "", CLASS=css) + begins)

    def depart(translator: HTML5Translator, node: nodes.Element) -> None:
        translator.body.append(f"</{tag}>\n")

    app.add_node(node, html=(visit, depart), **options)
