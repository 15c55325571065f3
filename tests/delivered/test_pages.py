"""Each page of the book as it is published, and its PDF: whole, and with nothing left of its source's notation."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from tests.conftest import ROOT
from tests.delivered.chapter_text import is_told, paragraphs, words

EACH_PAGE = pytest.mark.parametrize("source", sorted((ROOT / "chapters").glob("*.md")), ids=lambda path: path.stem)
NOTATION = {
    "a row of a table": r"(?m)^\s*\|.*\|\s*$",
    "a role": r"\{[a-z:]+\}`",
    "a directive": r":::|```",
    "TeX": r"\\(?:frac|sqrt|text|mathbb|left|begin|sum)\b|\$[^$\s][^$\n]*\$",
    "a call of glue": r"\bglue\(",
    "a label": r"(?m)^\([\w-]+\)=",
}


@cache
def page(path: Path) -> BeautifulSoup:
    """Return the article of a page, without its invisible parts: scripts, styles, the second form of formulas."""
    article = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").article
    assert article
    for hidden in article.select("script, style, template, mjx-assistive-mml, annotation"):
        hidden.decompose()
    return article


def prose(path: Path) -> str:
    """Return the lines of a page without its code, which can hold any notation."""
    article = BeautifulSoup(str(page(path)), "html.parser")
    for code in article.select("pre, code, svg, math, mjx-container"):
        code.replace_with(" ")
    return article.get_text("\n")


def built(site: Path, source: Path) -> Path:
    return site / "chapters" / f"{source.stem}.html"


@EACH_PAGE
def test_a_page_shows_nothing_of_its_sources_notation(source: Path, site: Path) -> None:
    path = built(site, source)
    texts = dict.fromkeys(NOTATION, prose(path)) | {"a call of glue": page(path).get_text()}
    matches = {kind: re.findall(pattern, texts[kind])[:3] for kind, pattern in NOTATION.items()}
    assert {kind: lines for kind, lines in matches.items() if lines} == {}


@EACH_PAGE
def test_each_paragraph_of_a_source_stands_on_its_page_word_for_word(source: Path, site: Path) -> None:
    shown = words(page(built(site, source)).get_text())
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
