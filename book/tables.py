"""A directive whose result is a table that is computed from the chapters."""

from __future__ import annotations

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from book.chapters import note_chapters


class Table(SphinxDirective):
    """A table as rows of Markdown, made anew when a page or a reference changes.

    Attributes:
        columns: their headings.
        widths: of the columns, in per cent.
    """

    columns: tuple[str, ...]
    widths: tuple[int, ...]

    def rows(self) -> list[tuple[str, ...]]:
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        note_chapters(self.env)
        lines = [":::{list-table}", ":header-rows: 1", f":widths: {' '.join(map(str, self.widths))}", ""]
        for row in (self.columns, *self.rows()):
            lines += [f"{'  ' if at else '* '}- {cell}" for at, cell in enumerate(row)]
        block = nodes.container()
        self.state.nested_parse(StringList([*lines, ":::"], self.get_source_info()[0]), self.content_offset, block)
        return block.children
