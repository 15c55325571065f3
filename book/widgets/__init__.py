"""The directive `widget`: something to try in the page; without scripts a still says the same.

A widget is two files of one name in this folder. `hinges.py` has `TITLE` and `still()`, which returns HTML that says
what the widget shows; `hinges.js` has `mount(stage)`, which appends the widget once it is ready; then the still goes.
An optional `write(folder)` writes further files for the page, such as a recording.
"""

import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from book import BOOK
from book.assets import is_stale

WIDGETS = BOOK / "widgets"
FOLDER = "widgets"  # in the site's _static


class widget_figure(nodes.General, nodes.Element):
    """A widget's still and its caption."""


def names() -> list[str]:
    return sorted(path.stem for path in WIDGETS.glob("[a-z]*.py"))


def module(name: str) -> Any:
    return import_module(f"book.widgets.{name}")


class WidgetDirective(SphinxDirective):
    """`{widget} hinges`; its content is the question that the widget answers, and what to try."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in names():
            raise self.error(f"unknown widget {name!r}; the widgets are {', '.join(names())}")
        widget = module(name)
        figure = widget_figure(name=name, still=widget.still(), ids=[f"widget-{name}"])
        figure += nodes.paragraph("", f"Try it · {widget.TITLE}", classes=["card-kicker"])
        self.state.nested_parse(self.content, self.content_offset, figure)
        return [figure]


def visit_widget(translator: HTML5Translator, node: widget_figure) -> None:
    translator.body.append(translator.starttag(node, "section", CLASS="widget", **{"data-widget": node["name"]}))


def depart_widget(translator: HTML5Translator, node: widget_figure) -> None:
    translator.body.append(f'<div class="widget-stage">{node["still"]}</div>\n</section>\n')


def write_widgets(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Copy the modules and their files into the site."""
    folder = Path(app.outdir) / "_static" / FOLDER
    if app.builder.format != "html" or not is_stale(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    for path in WIDGETS.glob("*.js"):
        shutil.copy(path, folder)
    for name in names():
        if hasattr(module(name), "write"):
            module(name).write(folder)
    folder.touch()


def link_widget(app: Sphinx, page: str, template: str, context: dict[str, object], tree: nodes.document | None) -> None:
    """Load the modules in pages with a widget."""
    if tree is not None and any(tree.findall(widget_figure)):
        app.add_js_file(f"{FOLDER}/start.js", type="module")


def setup(app: Sphinx) -> None:
    app.add_node(widget_figure, html=(visit_widget, depart_widget))
    app.add_directive("widget", WidgetDirective)
    app.connect("env-before-read-docs", write_widgets)
    app.connect("html-page-context", link_widget)
