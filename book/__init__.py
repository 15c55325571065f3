"""The book's Sphinx extension: exercise cards, downloads, questions, widgets, figures that follow the theme, the
demo, and local fonts and MathJax.

It is plain Sphinx with myst-nb, so that the book can leave Jupyter Book without touching it.
"""

import os
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from book import assets, demo, downloads, exercises, figures, known_mistakes, predict, widgets

ROOT = Path(__file__).resolve().parent.parent


def setup(app: Sphinx) -> dict[str, Any]:
    # Chapters import the `solutions` beside them, whatever package of that name the environment holds.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    for part in (assets, demo, downloads, exercises, figures, known_mistakes, predict, widgets):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
