"""Figures that follow the theme: matplotlib's SVG is part of the page, and its colours are the page's colours.

A figure is shown at the size at which it was drawn, so that all lettering of the book is of one size: an inch is 96
pixels, a column 7 inches. Figures that one cell draws stand side by side, and below each other on a telephone.
"""

import math
import re
import zipfile
from pathlib import Path
from string import ascii_lowercase

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from autograder.palette import COLOURS, themed

LOGGER = logging.getLogger(__name__)
PIXELS = 96 / 72  # of CSS in a unit of a figure, which is a point
LETTERING = 12, 16  # pixels: the smallest and the largest words of a figure

SMALL_SCREEN = 336  # pixels that a figure has on a small phone
READABLE = 12  # pixels that its words need there
FONT_SIZE = re.compile(r"font(?:-size)?: (?:\w+ )?([\d.]+)px")
# The smallest words, as a share of the figure's width, that can be enlarged so far without overlapping, and the widest.
ROOMY = 0.0175
WIDEST = 0.65
TEXT = re.compile(r"<text\b[^>]*>([^<]*)")


def width_of(svg: str) -> float:
    """Return a figure's width, in its own units."""
    box = re.search(r'viewBox="\S+ \S+ ([\d.]+)', svg)
    assert box, "Matplotlib writes it"
    return float(box[1])


def words_on_a_small_screen(svg: str) -> float | None:
    """Return the size, in the figure's own units, at which its words can be read on a small screen.

    None if they would overlap: then the figure stays as wide as its words need, and scrolls.
    """
    width = width_of(svg)
    smallest = smallest_words(svg, width)
    if width * PIXELS <= SMALL_SCREEN:
        return smallest
    words = width * READABLE / SMALL_SCREEN
    widest = max(map(len, TEXT.findall(svg)), default=0) * words / 2
    return words if smallest / width >= ROOMY and widest / width <= WIDEST else None


def smallest_words(svg: str, none: float) -> float:
    """Return the size of a figure's smallest words, in its own units; ``none`` for a figure without words."""
    return min(map(float, FONT_SIZE.findall(svg)), default=none)


def lettering(svg: str) -> list[float]:
    """Return the sizes of a figure's words, in pixels as it is shown, without repetition."""
    return sorted({round(float(units) * PIXELS, 1) for units in FONT_SIZE.findall(svg)})


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
        said = None
        for number, image in enumerate(images):
            path = Path(self.app.srcdir) / image["uri"]
            alt = image.get("alt", "")
            svg = path.read_text(encoding="utf-8")
            words = words_on_a_small_screen(svg)
            kind = "figure roomy" if words else "figure"
            width = width_of(svg)
            if odd := [pixels for pixels in lettering(svg) if not LETTERING[0] <= pixels <= LETTERING[1]]:
                LOGGER.warning("a figure's words of %s pixels: %s", odd, alt, location=image)
            least = READABLE * width / smallest_words(svg, width)
            scrolls = f' style="--least: {math.ceil(least)}px" tabindex="0" role="group"'
            drawn = themed(coarser(svg), alt, f"figure-{number}-")
            if alt == said:  # of the first of a cell's figures, for all of them
                drawn = re.sub(r'role="img" aria-label="[^"]*"', 'aria-hidden="true"', drawn, count=1)
            said = alt
            attributes = f' style="--words: {words:.1f}px"' if words else scrolls
            image.replace_self(nodes.raw("", f'<div class="{kind}"{attributes}>{drawn}</div>', format="html"))


CAPTIONED = re.compile(r'<figure class="captioned">.*?</figure>', re.DOTALL)
SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)


def write_figures(app: Sphinx, error: Exception | None) -> None:
    """Write the figures of each chapter as files, in light colours and by their numbers, for those who teach it."""
    site = Path(app.outdir)
    for page in [] if error else sorted(site.glob("chapters/[1-6]-*.html")):
        (site / "downloads").mkdir(exist_ok=True)
        with zipfile.ZipFile(site / "downloads" / f"figures-{page.stem}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, svg in drawn_in(page.read_text(encoding="utf-8")).items():
                archive.writestr(f"{name}.svg", svg)


def drawn_in(page: str) -> dict[str, str]:
    """Return the figures of a page by name: figure-2.1, and figure-2.3a and figure-2.3b where one caption has two."""
    drawn = {}
    for figure in CAPTIONED.findall(page):
        pictures, number = SVG.findall(figure), re.search(r"Figure ([\d.]+)", figure)
        for letter, svg in zip(ascii_lowercase if len(pictures) > 1 else [""], pictures, strict=False):
            if number:
                plain = re.sub(r"var\(--figure-(\w+)\)", lambda match: COLOURS[match[1]], svg)
                drawn[f"figure-{number[1]}{letter}"] = plain
    return drawn


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write_figures)
    app.add_post_transform(InlineFigures)
