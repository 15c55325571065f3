"""The look of the course's figures: one palette, matplotlib's settings, and markup that follows a page's theme."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from cycler import cycler

# A page replaces each of these by the colour of that name in its light or dark theme. Apart for a colour-blind
# reader too, and each at least 3:1 against the ground.
COLOURS = {
    "ground": "#fffefb",
    "ink": "#22262f",
    "quiet": "#5f6571",
    "line": "#d9d5ca",
    "blue": "#0a6a9f",
    "orange": "#bf4b08",
    "green": "#0b7a5a",
    "purple": "#9a3f7c",
    "gold": "#8d6a00",
}

STYLE: dict[Any, Any] = {  # keys that matplotlib lists one by one
    "figure.figsize": (7, 3.6),
    "figure.facecolor": COLOURS["ground"],
    "savefig.facecolor": COLOURS["ground"],
    "axes.facecolor": COLOURS["ground"],
    "axes.edgecolor": COLOURS["quiet"],
    "axes.labelcolor": COLOURS["ink"],
    "axes.titlecolor": COLOURS["ink"],
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=[COLOURS[name] for name in ("blue", "orange", "green", "purple", "gold")]),
    "axes.grid": True,
    "grid.color": COLOURS["line"],
    "text.color": COLOURS["ink"],
    "xtick.color": COLOURS["quiet"],
    "ytick.color": COLOURS["quiet"],
    "xtick.labelcolor": COLOURS["ink"],
    "ytick.labelcolor": COLOURS["ink"],
    "legend.frameon": False,
    "lines.linewidth": 2,
    "image.cmap": "gray",
    "image.interpolation": "none",
    "svg.fonttype": "none",  # words stay words: they can be searched and take the page's typeface
    "svg.hashsalt": "course",  # the same figure is the same file
}

SVG = re.compile(r"<svg.*</svg>", re.S)


def themed(svg: str, alt: str, prefix: str) -> str:
    """Return the markup of an SVG file for a page.

    Args:
        svg: the file.
        alt: the text alternative.
        prefix: what makes its ids unique in the page.
    """
    match = SVG.search(svg)
    if match is None:
        raise ValueError("not an SVG file")
    body = re.sub(r"<metadata>.*?</metadata>", "", match[0], flags=re.S)
    body = re.sub(r'\b(id=")', rf"\1{prefix}", body)
    body = re.sub(r"(url\(#|href=\"#)", rf"\1{prefix}", body)
    for name, colour in COLOURS.items():
        body = re.sub(re.escape(colour), f"var(--figure-{name})", body, flags=re.I)
    label = escape(alt, quote=True)
    return body.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
