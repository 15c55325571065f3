"""The directive `demo`: the course's own model in the page; without scripts, a still of one of its answers.

`python -m solutions export-web` writes the same files, so the two cannot differ.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from book import DATA
from book.assets import is_stale

MODEL = DATA / "model" / "garments.safetensors"
FOLDER = "demo"  # in the site's _static


class garment_demo(nodes.General, nodes.Element):
    """The place of the demo."""


def visit_demo(translator: HTML5Translator, node: garment_demo) -> None:
    translator.body.append(node["still"])
    raise nodes.SkipNode


class DemoDirective(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        if not MODEL.is_file():
            raise self.error("data/model/garments.safetensors is missing; make it with: make model")
        # Imported here: a build in which no page has changed need not load PyTorch.
        from solutions.deploy import demo_markup, web
        from solutions.deployment import load_model

        return [garment_demo(still=demo_markup.markup(web.as_on_the_page(load_model(MODEL)), f"../_static/{FOLDER}/"))]


def write_demo(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Write the demo's files into the site."""
    folder = Path(app.outdir) / "_static" / FOLDER
    if app.builder.format == "html" and MODEL.is_file() and is_stale(folder):
        from solutions.deploy import web

        folder.mkdir(parents=True, exist_ok=True)
        web.write_page(MODEL, folder)
        folder.touch()


def link_demo(app: Sphinx, page: str, template: str, context: dict[str, object], tree: nodes.document | None) -> None:
    """Load the demo's files in pages with a demo."""
    if tree is not None and any(tree.findall(garment_demo)):
        app.add_css_file(f"{FOLDER}/demo.css")
        app.add_js_file(f"{FOLDER}/demo.js", type="module")


def setup(app: Sphinx) -> None:
    app.add_node(garment_demo, html=(visit_demo, None))
    app.add_directive("demo", DemoDirective)
    app.connect("env-before-read-docs", write_demo)
    app.connect("html-page-context", link_demo)
