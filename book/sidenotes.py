"""Side notes: on a wide screen captions, definitions and references stand at the right of what they belong to.

A caption is a paragraph in italics under a figure; both become one figure, in the order of the page. A definition and a
reference are in the page already, where scripts and screen readers find them: what stands at the side repeats them for
the eye alone, a reference by its title.
"""

import re
from html import escape
from typing import cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinxcontrib.bibtex.domain import BibtexDomain

from book.elements import add_element
from book.glossary import term_link

BRACES = re.compile(r"[{}]")  # BibTeX's, around what keeps its capitals


class captioned(nodes.General, nodes.Element):
    """A cell that shows a figure, and its caption."""


class caption_text(nodes.General, nodes.Element):
    """What a figure shows, in words."""


class Captions(SphinxPostTransform):
    """Make a figure of a cell's picture and of the paragraph in italics below it."""

    default_priority = 21  # after the pictures are in the page
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        for cell in [one for one in self.document.findall(nodes.container) if is_picture(one)]:
            below = cell.next_node(descend=False, siblings=True)
            if isinstance(below, nodes.paragraph) and len(below) == 1 and isinstance(below[0], nodes.emphasis):
                below.parent.remove(below)
                figure = captioned()
                cell.parent.replace(cell, figure)  # which leaves the cell its classes
                figure += [cell, caption_text("", below)]


def is_picture(node: nodes.container) -> bool:
    return "cell" in node["classes"] and any('class="figure' in raw.astext() for raw in node.findall(nodes.raw))


class SideNotes(SphinxPostTransform):
    """Put each definition and each reference beside the first paragraph that needs it."""

    default_priority = 22  # after the captions, which take no note: they may stand at the side themselves
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
        listed = [one for one in domain.citations if one.bibliography_key.docname == self.env.docname]
        return {one.citation_id: BRACES.sub("", one.entry.fields["title"]) for one in listed}


def block_of(link: nodes.Node) -> nodes.Element | None:
    """Return the paragraph or list that a section holds and the link is in; None within cards, tables and folds."""
    block = link
    while block.parent is not None and not isinstance(block.parent, nodes.section):
        block = block.parent
    return block if isinstance(block, nodes.paragraph | nodes.bullet_list | nodes.enumerated_list) else None


def setup(app: Sphinx) -> None:
    add_element(app, captioned, "figure", "captioned")
    add_element(app, caption_text, "figcaption")
    app.add_post_transform(SideNotes)
    app.add_post_transform(Captions)
