"""The glossary's terms: a page that uses a term contains its definition, for pointer and keyboard."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from book import add_element, add_tooltips


class term_link(nodes.Inline, nodes.TextElement):
    """A link to a term that knows its definition, and the place of that in the page."""


class TermLinks(SphinxPostTransform):
    """Add to each link to a term its definition, and write the definitions at the end of the page."""

    default_priority = 15  # after the references are resolved
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        words = [word for word in self.document.findall(nodes.inline) if "std-term" in word["classes"]]
        links = [word.parent for word in words if isinstance(word.parent, nodes.reference)]
        used: dict[str, str] = {}
        known = self.definitions() if links else {}
        for link in links:
            href = link.get("refuri") or f"#{link['refid']}"
            term = href.rpartition("#")[2]
            used[term] = known[term]
            attributes = {"href": href, "aria-describedby": f"definition-{term}"}
            link.replace_self(term_link("", link.astext(), attributes=attributes, says=known[term]))
        add_tooltips(self.document, {f"definition-{term}": text for term, text in used.items()})

    def definitions(self) -> dict[str, str]:
        """Return the first paragraph of each definition, by the term's id."""
        glossary = self.env.get_doctree("chapters/glossary")
        definitions: dict[str, str] = {}
        for item in glossary.findall(nodes.definition_list_item):
            text = " ".join(next(item.findall(nodes.paragraph)).astext().split())
            definitions |= {name: text for term in item.findall(nodes.term) for name in term["ids"]}
        return definitions


def setup(app: Sphinx) -> None:
    add_element(app, term_link, "a", "term")
    app.add_post_transform(TermLinks)
