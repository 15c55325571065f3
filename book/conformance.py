"""The directive `conformance`: what the tests show of accessibility, by kind of page, as their markers say.

    @pytest.mark.accessible("book", "2.4.3 Focus Order")
    def test_the_tab_key_follows_the_order_of_the_page(tour): ...

A row is a test's name and success criteria of WCAG 2.2, so that nothing stands there that is not tested.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book import ROOT

MARKER = "accessible"
TESTS = ROOT / "tests"


@dataclass(frozen=True)
class Shown:
    """What a test shows: of which kind of page, its name as a sentence, for which criteria, and its file."""

    page: str
    test: str
    criteria: tuple[str, ...]
    file: Path


def shown() -> list[Shown]:
    """Return what the tests show, by kind of page."""
    files = sorted(TESTS.rglob("test_*.py"))
    return sorted((row for path in files for row in shown_in(path)), key=lambda row: row.page)


def shown_in(path: Path) -> Iterator[Shown]:
    text = path.read_text(encoding="utf-8")
    if f"mark.{MARKER}" not in text:
        return
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    for node in functions:
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == MARKER:
                page, *criteria = (ast.literal_eval(argument) for argument in mark.args)
                said = node.name.removeprefix("test_").replace("_", " ")
                yield Shown(page, said, tuple(criteria), path.relative_to(ROOT))


class ConformanceDirective(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        rows = shown()
        block = nodes.container()
        for page in dict.fromkeys(row.page for row in rows):
            lines = [
                f"**{page}**",
                "",
                ":::{list-table}",
                ":header-rows: 1",
                ":widths: 50 50",
                ":class: conformance",
                "",
            ]
            lines += ["* - What a test shows", "  - Success criteria"]
            for row in rows:
                if row.page == page:
                    lines += [f"* - {row.test}", f"  - {', '.join(row.criteria)}"]
                    self.env.note_dependency(str(ROOT / row.file))
            self.state.nested_parse(StringList([*lines, ":::"], self.get_source_info()[0]), self.content_offset, block)
        return block.children


def setup(app: Sphinx) -> None:
    app.add_directive("conformance", ConformanceDirective)
