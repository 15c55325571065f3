"""The book's Sphinx extension: the way through the chapters, tables for instructors, exercise cards, downloads,
questions, widgets, a glossary, side notes, figures that follow the theme, the demo, local fonts, mathematics typeset in
advance, and a lighter theme.

It is plain Sphinx with myst-nb, so that the book can leave Jupyter Book without touching it.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

BOOK = Path(__file__).resolve().parent
ROOT = BOOK.parent
DATA = ROOT / "data"
PARTS = (
    *("addresses", "assets", "card", "claims", "demo", "downloads", "execution", "exercises", "facts", "figures"),
    *("glossary", "judged", "known_mistakes", "labels", "mathematics", "opening", "outcomes", "predict"),
    *("shown_code", "sidenotes", "theme", "widgets"),
)


def setup(app: Sphinx) -> dict[str, Any]:
    # Chapters import the `solutions` beside them, whatever package of that name the environment holds.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    for part in PARTS:
        import_module(f"{__name__}.{part}").setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
