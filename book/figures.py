"""Figures that follow the theme: matplotlib's SVG goes into the page itself, its colours become the page's colours."""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from autograder.look import themed

# The smallest words of a figure, as a share of its width, that can be set larger on a small screen without meeting.
ROOMY = 0.0175


def is_roomy(svg: str) -> bool:
    """Whether a figure can be shown whole on a small screen, with its words set larger."""
    width = re.search(r'viewBox="\S+ \S+ (?P<width>\S+) ', svg)
    sizes = [float(size) for size in re.findall(r"font(?:-size)?: (?:\w+ )?([\d.]+)px", svg)]
    return width is not None and (not sizes or min(sizes) / float(width["width"]) >= ROOMY)


class InlineFigures(SphinxPostTransform):
    """Replace each SVG image that a cell made by its markup."""

    default_priority = 20  # after myst-nb has chosen the SVG among the formats of an output
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        images = [image for image in self.document.findall(nodes.image) if image["uri"].endswith(".svg")]
        for number, image in enumerate(images):
            path = Path(self.app.srcdir) / image["uri"]
            alt = image.get("alt", "")
            svg = path.read_text(encoding="utf-8")
            kind = "figure roomy" if is_roomy(svg) else "figure"
            markup = f'<div class="{kind}" tabindex="0" role="group">{themed(svg, alt, f"figure-{number}-")}</div>'
            image.replace_self(nodes.raw("", markup, format="html"))


def setup(app: Sphinx) -> None:
    app.add_post_transform(InlineFigures)
