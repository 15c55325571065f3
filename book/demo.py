"""The directive `demo`: the course's own model in the page; without scripts, a still of one of its answers.

`python -m solutions export-web` writes the same files, so the two cannot differ.
"""

import base64
import io
from pathlib import Path

import numpy as np
from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from book import DATA
from book.assets import is_stale

MODEL = DATA / "model" / "garments.safetensors"
FOLDER = "demo"  # in the site's _static
SHOWN = 5
BOOT = 9
STILL = """<div class="garment-demo" id="garment-demo">
<div class="demo-source"><div class="demo-sheet">
<img class="demo-still-photo" src="{photo}" alt="A photograph of an ankle boot on a pale green ground">
</div></div>
<div class="demo-result">
<p class="demo-verdict"><strong>{label}</strong> {share} sure</p>
<figure class="demo-seen"><img src="{seen}" alt="The same boot, bright on black, 28 by 28 pixels">
<figcaption>What the network sees</figcaption></figure>
<ol class="demo-answers">{answers}</ol>
</div>
<p class="demo-note">One photograph and the answer of the course's model. Where scripts are switched on, you draw
a garment here or drop a photo of your own.</p>
</div>
"""
ANSWER = """<li><span class="demo-label">{label}</span><span class="demo-bar"><i style="width: {width:.1f}%"></i></span>
<span class="demo-share">{share}</span></li>"""


class garment_demo(nodes.General, nodes.Element):
    """The place of the demo."""


def visit_demo(translator: HTML5Translator, node: garment_demo) -> None:
    translator.body.append(node["still"])
    raise nodes.SkipNode


class DemoDirective(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        if not MODEL.is_file():
            raise self.error("data/model/garments.safetensors is missing; make it with: make model")
        return [garment_demo(still=still())]


def still() -> str:
    """Return the demo as shown without scripts: a photograph, the same as the network sees it, and the answer."""
    # Imported here: a build in which no page has changed need not load PyTorch.
    from solutions import data
    from solutions.deploy import web
    from solutions.deployment import classify, load_model, prepare_image

    sample = data.load(data.SAMPLE_FOLDER)
    photo = web.example(sample, BOOT)
    x = prepare_image(photo)
    answers = classify(load_model(MODEL), x)[:SHOWN]
    rows = [ANSWER.format(label=label, width=100 * share, share=percent(share)) for label, share in answers]
    return STILL.format(
        photo=data_address(photo, "JPEG"),
        seen=data_address(Image.fromarray((255 * x[0].numpy()).astype(np.uint8)), "PNG"),
        label=answers[0][0],
        share=percent(answers[0][1]),
        answers="".join(rows),
    )


def percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def data_address(image: Image.Image, kind: str) -> str:
    content = io.BytesIO()
    image.save(content, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(content.getvalue()).decode()}"


def write_demo(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Write the demo's files into the site."""
    folder = Path(app.outdir) / "_static" / FOLDER
    if app.builder.format == "html" and MODEL.is_file() and is_stale(folder):
        from solutions import data
        from solutions.deploy import web

        folder.mkdir(parents=True, exist_ok=True)
        web.write_page(MODEL, data.load(data.SAMPLE_FOLDER), folder)
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
