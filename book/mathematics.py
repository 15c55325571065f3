"""Formulas, typeset when the book is built: a page shows them without MathJax and without scripts.

MathJax draws each as SVG, which needs no fonts and takes the colour of the text, with MathML for screen readers.
"""

import json
import subprocess
from functools import cache

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.writers.html5 import HTML5Translator

from book import BOOK

Formula = tuple[str, bool]  # TeX, and whether it stands on lines of its own
SCRIPT = BOOK / "typeset.js"


def formula(node: nodes.Element) -> Formula:
    return node.astext(), isinstance(node, nodes.math_block)


def note_formulas(app: Sphinx, doctree: nodes.document) -> None:
    """Note a page's formulas in its metadata, which Sphinx merges and forgets together with the page."""
    formulas = [formula(node) for kind in (nodes.math, nodes.math_block) for node in doctree.findall(kind)]
    app.env.metadata[app.env.docname]["formulas"] = formulas


@cache
def typeset(formulas: frozenset[Formula]) -> dict[Formula, str]:
    """Return the markup of each formula. One run of Node serves them all, as its start is most of the time."""
    ordered = sorted(formulas)
    command = ["node", str(SCRIPT)]
    done = subprocess.run(command, input=json.dumps(ordered), capture_output=True, text=True, check=False)
    if done.returncode:
        raise ExtensionError(f"a formula cannot be typeset: {done.stderr.strip()}")
    return dict(zip(ordered, json.loads(done.stdout), strict=True))


def markup(env: BuildEnvironment, node: nodes.Element) -> str:
    noted = {formula for metadata in env.metadata.values() for formula in metadata.get("formulas", ())}
    return typeset(frozenset(noted))[formula(node)]


def visit_math(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(f'<span class="math">{markup(translator.builder.env, node)}</span>')
    raise nodes.SkipNode


def visit_math_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({node["number"]})</span>')
    translator.body.append(f"{markup(translator.builder.env, node)}</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer("typeset", (visit_math, None), (visit_math_block, None))
    app.connect("doctree-read", note_formulas)
