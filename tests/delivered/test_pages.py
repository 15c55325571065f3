"""Each page of the book as it is published, and its PDF: whole, and with nothing left of its source's notation."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from bs4 import NavigableString, Tag
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from pypdf import PdfReader

from tests.book.built_pages import page
from tests.conftest import ROOT

EACH_PAGE = pytest.mark.parametrize("source", sorted((ROOT / "chapters").glob("*.md")), ids=lambda path: path.stem)
NOTATION = {
    "a row of a table": r"(?m)^\s*\|.*\|\s*$",
    "a role": r"\{[a-z:]+\}`",
    "a directive": r":::|```",
    "TeX": r"\\(?:frac|sqrt|text|mathbb|left|begin|sum)\b|\$[^$\s][^$\n]*\$",
    "a call of glue": r"\bglue\(",
    "a label": r"(?m)^\([\w-]+\)=",
}


INVISIBLE = {"script", "style", "template", "mjx-assistive-mml", "annotation"}  # the last two: a formula's second form
ANY_NOTATION = {"pre", "code", "svg", "math", "mjx-container"}


def strings(part: Tag, without: set[str]) -> Iterator[str]:
    """Yield the text of a part of a page, and a space for each tag that is left out."""
    for child in part.children:
        if isinstance(child, Tag):
            yield from strings(child, without) if child.name not in without else " "
        elif type(child) is NavigableString:  # no comment
            yield child


@cache
def visible(site: Path, source: Path) -> str:
    return "".join(strings(page(site, source.stem).article, INVISIBLE))


@EACH_PAGE
def test_a_page_shows_nothing_of_its_sources_notation(source: Path, site: Path) -> None:
    prose = "\n".join(strings(page(site, source.stem).article, INVISIBLE | ANY_NOTATION))
    texts = dict.fromkeys(NOTATION, prose) | {"a call of glue": visible(site, source)}
    matches = {kind: re.findall(pattern, texts[kind])[:3] for kind, pattern in NOTATION.items()}
    assert {kind: lines for kind, lines in matches.items() if lines} == {}


# ---- the paragraphs of a source, parsed without the book's own code

COMPUTED = "\N{OBJECT REPLACEMENT CHARACTER}"  # in the place of what the source does not say
WRITTEN_CELL = re.compile(r"^\+\+\+ .*?^\+\+\+$", re.MULTILINE | re.DOTALL)
OPTIONS = re.compile(r"\A(?:(?::[\w-]+:.*|[ \t]*)(?:\n|\Z))+")
SAID_BY_ITS_BODY = {"predict", "recall", "opening", "widget", "note", "tip", "warning", "important", "admonition"}
SAID_BY_ITS_BODY |= {"dropdown", "card", "glossary", "grid", "grid-item-card", "margin"}
LABEL = re.compile(r"^\([\w-]+\)=\s*")
ROLE = re.compile(r"\{(?P<name>[\w:]+)\}$")
PARSER = MarkdownIt().enable("table").use(colon_fence_plugin).use(dollarmath_plugin).use(front_matter_plugin)


def paragraphs(text: str) -> Iterator[list[str]]:
    """Yield each paragraph, heading, list item and table cell of a source, as the pieces between computed parts.

    To MyST a percent sign at the head of a line begins a comment. Here it does not: the line is expected on the page.
    """
    for token in PARSER.parse(OPTIONS.sub("", WRITTEN_CELL.sub("", text))):
        if token.type == "inline":
            yield [piece for piece in (words(part) for part in _said(token.children or []).split(COMPUTED)) if piece]
        elif token.type in ("fence", "colon_fence"):
            directive = re.match(r"\{([\w-]+)\}\s*(.*)", token.info)
            if directive and directive[1] in SAID_BY_ITS_BODY:
                title = "" if directive[1] == "widget" else directive[2]
                body = OPTIONS.sub("", token.content)
                if directive[1] == "glossary":  # a word, and its meaning indented below it
                    body = re.sub(r"^(\S.*)\n(?= )", r"\1\n\n", body, flags=re.MULTILINE)
                yield from paragraphs(f"{title}\n\n{body}")


def _said(tokens: list[Token]) -> str:
    """Return the words of a paragraph's parts, with a sign for each part that a build computes.

    An option of a question and its reason stand apart on a page.
    """
    text, is_option = "", bool(tokens) and re.match(r"\[[ x]\] ", tokens[0].content) is not None
    for token in tokens:
        if token.type == "code_inline" and (role := ROLE.search(text)):
            term = re.sub(r"\s*<[^>]+>$", "", token.content)
            text = text[: role.start()] + (term if role["name"] == "term" else COMPUTED)
        elif token.type in ("text", "code_inline"):
            text += token.content
        elif token.type in ("softbreak", "hardbreak"):
            text += COMPUTED if is_option else " "
        elif token.type in ("math_inline", "math_inline_double", "image", "html_inline"):
            text += COMPUTED
    text = text.removeprefix("[ ] ").removeprefix("[x] ")
    return LABEL.sub("", re.sub(r"\{[#.][^}]*\}", "", text))


def words(text: str) -> str:
    """Return a text as it is compared: straight quotes, one space between words, none before a point."""
    plain = text.translate(str.maketrans("’‘“”\N{NO-BREAK SPACE}", "''\"\" "))
    return " ".join(plain.split())


def is_told(pieces: list[str], shown: str) -> bool:
    """Return whether a page contains the pieces of a paragraph in order, with at most 600 characters between."""
    return re.search(".{0,600}?".join(map(re.escape, pieces)), shown) is not None


@EACH_PAGE
def test_each_paragraph_of_a_source_stands_on_its_page_word_for_word(source: Path, site: Path) -> None:
    shown = words(visible(site, source))
    lost = [pieces for pieces in paragraphs(source.read_text(encoding="utf-8")) if not is_told(pieces, shown)]
    assert lost == []


@EACH_PAGE
def test_no_line_of_a_source_begins_with_a_percent_sign(source: Path) -> None:
    """MyST takes it for a comment, and drops the rest of the sentence."""
    assert re.findall(r"(?m)^%.*", source.read_text(encoding="utf-8")) == []


@pytest.mark.deep
@pytest.mark.long("the whole book is printed and its text read")
def test_the_pdf_shows_nothing_of_the_sources_notation(pdf_file: Path) -> None:
    text = "\n".join(page.extract_text() for page in PdfReader(pdf_file).pages)
    assert len(text) > 100_000
    for kind in ("a row of a table", "a role", "a call of glue"):
        assert re.findall(NOTATION[kind], text)[:3] == [], kind
