"""Figures that follow the theme: matplotlib's SVG goes into the page itself, its colours become the page's colours."""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from autograder.look import themed


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


def setup(app: Sphinx) -> None:
    app.add_post_transform(InlineFigures)
