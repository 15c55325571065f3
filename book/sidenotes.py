"""Side notes: on a wide screen captions, definitions and references stand to the right of the text.

A caption is a paragraph in italics under a figure; both become one figure, in the order of the page. A definition and a
reference are in the page already, where scripts and screen readers find them: the side note repeats them for the eye
alone, a reference by its title.
"""

import re
from html import escape
from typing import cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinxcontrib.bibtex.domain import BibtexDomain

from book import add_element
from book.glossary import term_link

BRACES = re.compile(r"[{}]")  # BibTeX's, around words that keep their capitals


class captioned_figure(nodes.General, nodes.Element):
    """A cell that shows a figure, and its caption."""


class caption_text(nodes.General, nodes.Element):
    """The caption of a figure."""


class Captions(SphinxPostTransform):
    """Join a cell's picture and the paragraph in italics below it into a figure."""

    default_priority = 21  # after the pictures are in the page
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        for cell in [cell for cell in self.document.findall(nodes.container) if is_picture(cell)]:
            below = cell.next_node(descend=False, siblings=True)
            if isinstance(below, nodes.paragraph) and len(below) == 1 and isinstance(below[0], nodes.emphasis):
                below.parent.remove(below)
                figure = captioned_figure()
                cell.parent.replace(cell, figure)  # which leaves the cell its classes
                figure += [cell, caption_text("", below)]


def is_picture(node: nodes.container) -> bool:
    return "cell" in node["classes"] and any('class="figure' in raw.astext() for raw in node.findall(nodes.raw))


class SideNotes(SphinxPostTransform):
    """Put each definition and each reference beside the first paragraph that needs it."""

    default_priority = 22  # after the captions, which get no note: they can stand at the side themselves
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        titles = self.titles()
        seen: set[str] = set()
        for link in list(self.document.findall(nodes.TextElement)):
            if isinstance(link, term_link):
                key, says = link["definition"], link["says"]
            else:
                key = link.get("refid", "")
                says = titles.get(key, "")
            block = block_of(link)
            if says and block is not None and key not in seen:
                seen.add(key)
                words = f"<b>{escape(link.astext())}</b> {escape(says)}"
                note = nodes.raw("", f'<div class="side-note" aria-hidden="true">{words}</div>', format="html")
                block.parent.insert(block.parent.index(block), note)

    def titles(self) -> dict[str, str]:
        """Return the titles in the page's list of references, by their ids."""
        domain = cast(BibtexDomain, self.env.get_domain("cite"))
        citations = [work for work in domain.citations if work.bibliography_key.docname == self.env.docname]
        return {work.citation_id: BRACES.sub("", work.entry.fields["title"]) for work in citations}


def block_of(link: nodes.Node) -> nodes.Element | None:
    """Return the paragraph or list of a section around a link; None within cards, tables and folds."""
    block = link
    while block.parent is not None and not isinstance(block.parent, nodes.section):
        block = block.parent
    return block if isinstance(block, nodes.paragraph | nodes.bullet_list | nodes.enumerated_list) else None


def setup(app: Sphinx) -> None:
    add_element(app, captioned_figure, "figure", "captioned")
    add_element(app, caption_text, "figcaption")
    app.add_post_transform(SideNotes)
    app.add_post_transform(Captions)
