"""Figures that follow the theme: matplotlib's SVG goes into the page itself, its colours become the page's colours."""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from autograder.lab import COLOURS

SVG = re.compile(r"<svg.*</svg>", re.S)


class InlineFigures(SphinxPostTransform):
    """Replace each SVG image that a cell made by its markup."""

    default_priority = 20  # after myst-nb has chosen the SVG among the formats of an output
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        images = [image for image in self.document.findall(nodes.image) if image["uri"].endswith(".svg")]
        for number, image in enumerate(images):
            path = Path(self.app.srcdir) / image["uri"]
            alt = image.get("alt", "")
            markup = themed(path.read_text(encoding="utf-8"), alt, f"figure-{number}-")
            image.replace_self(
                nodes.raw("", f'<div class="figure" tabindex="0" role="group">{markup}</div>', format="html")
            )


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


def setup(app: Sphinx) -> None:
    app.add_post_transform(InlineFigures)
