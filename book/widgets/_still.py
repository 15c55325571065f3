"""A still: a picture in the colours of the page, and the same in words."""

import io
from collections.abc import Callable
from html import escape

import matplotlib
from matplotlib.figure import Figure

from autograder.palette import STYLE, themed

SIZE = (4.6, 3.0)  # inches: small enough to be read on a small screen
CLEAR = {"savefig.facecolor": "none", "axes.facecolor": "none"}  # the ground is that of the widget


def picture(draw: Callable[[], Figure], name: str, alt: str) -> str:
    """Return the figure of a widget as markup, with its text alternative."""
    content = io.StringIO()
    with matplotlib.rc_context(STYLE | CLEAR):
        draw().savefig(content, format="svg", metadata={"Date": None})
    return f'<div class="widget-still">{themed(content.getvalue(), alt, f"still-{name}-")}</div>'


def words(text: str) -> str:
    return f'<p class="widget-words">{escape(text)}</p>'


def decimal(value: float, digits: int, sign: str = "") -> str:
    """Return a number for reading, with a true minus."""
    return f"{value:{sign}.{digits}f}".replace("-", "−")
