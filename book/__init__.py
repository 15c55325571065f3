"""The book's Sphinx extension: the way through the chapters, exercise cards, downloads, questions, widgets, a glossary,
figures that follow the theme, the demo, local fonts, mathematics typeset in advance, and a lighter theme.

It is plain Sphinx with myst-nb, so that the book can leave Jupyter Book without touching it.
"""

import os
from typing import Any

from sphinx.application import Sphinx

from book import (
    assets,
    card,
    demo,
    downloads,
    execution,
    exercises,
    figures,
    glossary,
    known_mistakes,
    labels,
    mathematics,
    network,
    opening,
    predict,
    theme,
    widgets,
)

PARTS = (
    *(assets, card, demo, downloads, execution, exercises, figures, glossary, known_mistakes, labels, mathematics),
    *(network, opening, predict, theme, widgets),
)


def setup(app: Sphinx) -> dict[str, Any]:
    # Chapters import the `solutions` beside them, whatever package of that name the environment holds.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(assets.ROOT), os.environ.get("PYTHONPATH", "")]))
    for part in PARTS:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
