"""Captions, and side notes: on a wide screen definitions and references stand to the right of the text.

A caption is a paragraph in italics under a figure; both become one figure with a number, and the code that draws it
stands below, folded. A definition and a reference are in the page already, where scripts and screen readers find them:
the side note repeats them for the eye alone, a definition where the book first needs it, a reference by its title.
"""

import re
from html import escape
from typing import cast

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from pybtex.database import Entry
from sphinx import addnodes
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
    """Join a cell's picture and the paragraph in italics below it into a figure with a number, above its code."""

    default_priority = 21  # after the pictures are in the page
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        chapter = re.match(r"\d", self.env.docname.rpartition("/")[2])
        number = 0
        for cell in [cell for cell in self.document.findall(nodes.container) if is_picture(cell)]:
            below = cell.next_node(descend=False, siblings=True)
            if isinstance(below, nodes.paragraph) and len(below) == 1 and isinstance(below[0], nodes.emphasis):
                number += 1
                name = f"Figure {chapter[0]}.{number}" if chapter else f"Figure {number}"
                below.parent.remove(below)
                caption = nodes.paragraph("", "", nodes.strong("", name), nodes.Text(" "), *below[0].children)
                figure = captioned_figure()
                code = folded_code(cell)
                cell.parent.replace(cell, [figure, *code])  # which leaves the cell its classes
                figure += [cell, caption_text("", caption)]


def is_picture(node: nodes.container) -> bool:
    return "cell" in node["classes"] and any('class="figure' in raw.astext() for raw in node.findall(nodes.raw))


def folded_code(cell: nodes.container) -> list[nodes.Node]:
    """Take the code out of a cell that folds it, and return it as a part of its own."""
    if cell.get("hide_mode") != "input":
        return []
    words = {"prompt_show": "Code of this figure", "prompt_hide": "Hide the code"}
    fold = HideCodeCellNode("", cell.pop(0), classes=["above-input"], **words)
    return [nodes.container("", fold, classes=["cell", "figure-code"])]


class SideNotes(SphinxPostTransform):
    """Put each definition and each reference beside the first paragraph that needs it."""

    default_priority = 22  # after the captions, which get no note
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        titles = self.titles()
        seen = self.explained_before()
        for link in list(self.document.findall(nodes.TextElement)):
            if isinstance(link, term_link):
                key = term_id(link["attributes"]["aria-describedby"].removeprefix("definition-term-"))
                name, says = link.astext(), link["says"]
            else:
                key = link.get("refid", "")
                name, says = titles.get(key, ("", ""))
            block = block_of(link)
            if says and block is not None and key not in seen:
                seen.add(key)
                words = f"<b>{escape(name)}</b> {escape(says)}"
                note = nodes.raw("", f'<div class="side-note" aria-hidden="true">{words}</div>', format="html")
                block.parent.insert(block.parent.index(block), note)

    def explained_before(self) -> set[str]:
        """Return the terms of the pages before this one, which define them."""
        pages = self.env.toctree_includes.get(self.config.root_doc, [])
        before = pages[: pages.index(self.env.docname)] if self.env.docname in pages else []
        return {term for page in before for term in self.env.metadata[page].get("terms", ())}

    def titles(self) -> dict[str, tuple[str, str]]:
        """Return the name and the title of each work in the page's list of references, by its id."""
        domain = cast(BibtexDomain, self.env.get_domain("cite"))
        citations = [work for work in domain.citations if work.bibliography_key.docname == self.env.docname]
        titles = {work.citation_id: BRACES.sub("", work.entry.fields["title"]) for work in citations}
        return {work.citation_id: (name_of(work.entry), titles[work.citation_id]) for work in citations}


def name_of(work: Entry) -> str:
    """Return how a text speaks of a work: Prince 2023, Blum and Hardt 2015, Guo et al. 2017."""
    names = [BRACES.sub("", " ".join(person.last_names)) for person in work.persons["author"]]
    authors = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
    return f"{authors} {work.fields['year']}"


def term_id(term: str) -> str:
    return nodes.make_id(f"term-{term}")


def note_terms(app: Sphinx, document: nodes.document) -> None:
    """Note a page's terms in its metadata, which Sphinx merges and forgets together with the page."""
    terms = [xref["reftarget"] for xref in document.findall(addnodes.pending_xref) if xref["reftype"] == "term"]
    app.env.metadata[app.env.docname]["terms"] = list(map(term_id, terms))
    if terms:  # whose definitions the page repeats
        app.env.note_dependency(app.env.doc2path("chapters/glossary"))


def block_of(link: nodes.Node) -> nodes.Element | None:
    """Return the paragraph or list of a section around a link; None within cards, tables and folds."""
    block = link
    while block.parent is not None and not isinstance(block.parent, nodes.section):
        block = block.parent
    return block if isinstance(block, nodes.paragraph | nodes.bullet_list | nodes.enumerated_list) else None


def setup(app: Sphinx) -> None:
    add_element(app, captioned_figure, "figure", "captioned")
    add_element(app, caption_text, "figcaption")
    app.connect("doctree-read", note_terms)
    app.add_post_transform(SideNotes)
    app.add_post_transform(Captions)
