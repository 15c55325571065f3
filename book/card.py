"""The book's logo in the sidebar, and the card that other sites show for a link to one of its pages."""

import re
from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from autograder.course import Course
from book import BOOK

LOGO = (BOOK / "static" / "logo.svg").read_text(encoding="utf-8")
ON_A_PAGE = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", LOGO)  # which gives it its colours
ON_A_PAGE = ON_A_PAGE.replace("<svg", '<svg class="logo-mark" aria-hidden="true"', 1)
SIZE = (1200, 630)  # what Open Graph's readers expect
CARD = "social-card.png"  # in book/static
DESCRIPTION_CHARACTERS = 200


def description_of(document: nodes.document) -> str:
    """Return the first words of a page, to the end of a sentence or of a word."""
    paragraphs = (" ".join(paragraph.astext().split()) for paragraph in document.findall(nodes.paragraph))
    text = " ".join(words for words in paragraphs if words.endswith((".", "?")))
    if len(text) <= DESCRIPTION_CHARACTERS:
        return text
    cut = text[:DESCRIPTION_CHARACTERS]
    end = max(cut.rfind(". "), cut.rfind("? "))
    return cut[: end + 1] if end > 0 else cut.rpartition(" ")[0] + " …"


def describe(app: Sphinx, page: str, template: str, context: dict[str, object], tree: nodes.document | None) -> None:
    """Add the logo to a page and, if the book has an address, the tags that other sites read."""
    context["course_logo"] = ON_A_PAGE
    if tree is None or not app.config.html_baseurl:  # BOOK_URL was not given
        return
    description = description_of(tree)
    tags = {
        "og:type": "article",
        "og:site_name": app.config.html_title,
        "og:title": str(context["title"]),
        "og:description": description,
        "og:url": str(context["pageurl"]),
        "og:image": f"{app.config.html_baseurl}_static/{CARD}",
        "og:image:width": str(SIZE[0]),
        "og:image:height": str(SIZE[1]),
        "og:image:alt": "A photograph goes through layers of a network and comes out as one of ten answers.",
    }
    lines = [f'<meta name="description" content="{escape(description)}">']
    lines += [f'<meta property="{name}" content="{escape(value)}">' for name, value in tags.items()]
    lines.append('<meta name="twitter:card" content="summary_large_image">')
    context["metatags"] = f"{context.get('metatags', '')}\n" + "\n".join(lines)


def configure(app: Sphinx, config: Config) -> None:
    config["html_baseurl"] = Course.installed().book_url


def setup(app: Sphinx) -> None:
    app.connect("config-inited", configure)
    app.connect("html-page-context", describe)
