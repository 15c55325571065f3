"""A chapter on paper: nothing is folded away and nothing is cut."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.book.pages import read
from tests.book.visits import PAGES, Visit

CHAPTERS = [page for page in PAGES if re.match(r"chapters/[1-6]-", page)]
PRINTED = pytest.mark.parametrize("visited", [(page, "light") for page in CHAPTERS], indirect=True, ids=CHAPTERS)


@cache
def on_paper(path: Path) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(path).pages))


def squeezed(text: str) -> str:
    """Leave out the spaces, as paper breaks lines where it likes; a raised figure may come out as a plain one."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def texts(visited: Visit, site: Path, selector: str) -> list[str]:
    """Return the words of each place in the page's article that a selector finds."""
    return [one.get_text() for one in read(site / visited.name).article.select(selector)]


def is_on(printed: str, line: str) -> bool:
    """Whether a line is there, whole or broken into two: a figure's words may come between them."""
    return any(line[:place] in printed and line[place:] in printed for place in range(len(line), 0, -1))


@PRINTED
@pytest.mark.rotates(3)
def test_every_line_of_code_is_printed(visited: Visit, site: Path) -> None:
    printed = on_paper(visited.picture("print.pdf"))
    lines = [line for code in texts(visited, site, "pre") for line in code.splitlines() if line]
    assert len(lines) > 100
    assert [line for line in lines if not is_on(printed, squeezed(line))] == []


@PRINTED
def test_every_answer_is_printed(visited: Visit, site: Path) -> None:
    printed = on_paper(visited.picture("print.pdf"))
    reasons = texts(visited, site, "p.reason-letter")
    assert len(reasons) > 10
    assert [reason for reason in reasons if squeezed(reason) not in printed] == []


def test_nothing_is_cut_at_the_edge_of_the_paper(visited: Visit) -> None:
    assert visited.cut == []
