"""Figures that follow the theme: matplotlib's SVG is part of the page, and its colours are the page's colours."""

import math
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from autograder.palette import themed

SMALL_SCREEN = 336  # pixels that a figure has on a small phone
READABLE = 9  # pixels that its words need there
# The smallest words, as a share of the figure's width, that can be enlarged so far without overlapping.
ROOMY = 0.0195
# The ratio of width to height from which on a figure of several panels gains from a wide screen.
WIDE = 1.9


def size(svg: str) -> tuple[float, float]:
    """Return a figure's width and height, in its own units.

    Raises:
        ValueError: the figure has no viewBox.
    """
    box = re.search(r'viewBox="\S+ \S+ ([\d.]+) ([\d.]+)', svg)
    if box is None:
        raise ValueError("a figure without a viewBox")
    return float(box[1]), float(box[2])


def words_on_a_small_screen(svg: str) -> float | None:
    """Return the size, in the figure's own units, at which its words can be read on a small screen.

    None if they would overlap: then the figure stays as wide as its words need, and scrolls.
    """
    width, _ = size(svg)
    return width * READABLE / SMALL_SCREEN if smallest_words(svg, width) / width >= ROOMY else None


def smallest_words(svg: str, none: float) -> float:
    """Return the size of a figure's smallest words, in its own units; ``none`` for a figure without words."""
    return min(map(float, re.findall(r"font(?:-size)?: (?:\w+ )?([\d.]+)px", svg)), default=none)


def gains_from_width(svg: str) -> bool:
    """Return whether a figure has panels side by side."""
    width, height = size(svg)
    return svg.count('id="axes_') > 1 and width / height >= WIDE


def coarser(svg: str) -> str:
    """Return a figure with coordinates to a tenth of a pixel: further digits would be most of a page's weight."""

    def rounded(number: re.Match[str]) -> str:
        return f"{round(float(number[0]), 1):g}"

    return re.sub(r'\b(?:d|points|x|y)="[^"]*"', lambda places: re.sub(r"-?\d*\.\d+", rounded, places[0]), svg)


class InlineFigures(SphinxPostTransform):
    """Replace each SVG image from a cell by its markup."""

    default_priority = 20  # after myst-nb has chosen the SVG among the formats of an output
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        images = [image for image in self.document.findall(nodes.image) if image["uri"].endswith(".svg")]
        for number, image in enumerate(images):
            path = Path(self.app.srcdir) / image["uri"]
            alt = image.get("alt", "")
            svg = path.read_text(encoding="utf-8")
            words = words_on_a_small_screen(svg)
            kind = "figure roomy" if words else "figure"
            kind += " wide" if gains_from_width(svg) else ""
            width, _ = size(svg)
            least = READABLE * width / smallest_words(svg, width)
            style = f' style="--words: {words:.1f}px"' if words else f' style="--least: {math.ceil(least)}px"'
            drawn = themed(coarser(svg), alt, f"figure-{number}-")
            markup = f'<div class="{kind}"{style} tabindex="0" role="group">{drawn}</div>'
            image.replace_self(nodes.raw("", markup, format="html"))


def setup(app: Sphinx) -> None:
    app.add_post_transform(InlineFigures)
