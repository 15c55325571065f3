"""A chapter's MyST as the plain Markdown of a notebook: everything has its form there, and nothing is left over."""

import contextlib
import re
from dataclasses import replace
from pathlib import Path

import jupytext
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from autograder.instructor.releasing.markdown import Context, UnknownMarkup, citations_of, to_markdown
from autograder.sections import Contents
from tests.conftest import ROOT

BOOK = "https://example.org"
PAGE = f"{BOOK}/chapters/2-layers.html"
TITLES = {"unit": "Why? A unit", "further-reading": "Further reading", "exercise-layers-Linear": "What it owns"}
CONTEXT = Context(
    Contents("2-layers", PAGE, TITLES),
    {"n": "4000", "share": "0.25", "which": "'bias 3'"},
    {"he2015": "He et al. 2015", "x1": "X 1"},
    ["He et al. 2015: *Rectifiers*."],
)
WITHOUT_BOOK = replace(CONTEXT, contents=Contents("2-layers", "", TITLES))


CASES = Path(__file__).with_name("constructs.txt").read_text(encoding="utf-8")


def cases(heading: str) -> list[list[str]]:
    """Return the cases below a heading, each with its parts."""
    text = CASES.partition(f"\n# {heading}\n")[2].partition("\n\n# ")[0].rstrip("\n")
    return [case.split("\n----\n") for case in text.replace("BOOK", BOOK).replace("PAGE", PAGE).split("\n====\n")]


def converted(text: str) -> str:
    return to_markdown(text, CONTEXT)


@pytest.mark.parametrize(("myst", "plain"), cases("With a book"))
def test_each_construct_has_its_plain_form(myst: str, plain: str) -> None:
    assert converted(myst) == plain


@pytest.mark.parametrize(("myst", "plain"), cases("Without a book"))
def test_without_a_book_a_link_leads_to_the_notebooks_own_section_or_is_words(myst: str, plain: str) -> None:
    assert to_markdown(myst, WITHOUT_BOOK) == plain


@pytest.mark.parametrize("text", [text for (text,) in cases("Unharmed")])
def test_code_math_tables_and_prose_come_through_unharmed(text: str) -> None:
    assert converted(text) == text


@pytest.mark.parametrize(("text", "complaint"), cases("Refused"))
def test_markup_without_a_form_in_a_notebook_is_an_error_that_quotes_it(text: str, complaint: str) -> None:
    with pytest.raises(UnknownMarkup, match=re.escape(complaint)):
        converted(text)


QUESTION = """:::{predict} Is 0.1 small?
Compared with {cite:p}`he2015`?

- [ ] Yes: `0.1 < 1`
  The sum has {glue:text}`n` terms.
- [x] It depends on $n$.
  What counts is
  the product.

Measured: {glue:text}`share:.2f`.
:::"""


def test_a_question_asks_first_and_unfolds_to_the_reason_of_every_option() -> None:
    asked, _, folded = converted(QUESTION).partition("<details>")
    assert "**Predict · Is 0.1 small?**" in asked
    assert "- **A.** Yes: `0.1 < 1`\n- **B.** It depends on $n$." in asked
    assert "terms" not in asked and "right" not in asked
    assert "(no) The sum has 4000 terms." in folded
    assert "(right) What counts is the product." in folded
    assert "**Measured.** Measured: 0.25." in folded


@pytest.mark.parametrize("text", [QUESTION, ":::{dropdown} More\n- a list\n- of two\n:::"])
def test_folded_text_is_markdown_to_a_commonmark_parser(text: str) -> None:
    html = MarkdownIt().render(f"Before.\n\n{converted(text)}\n\nAfter.")
    assert re.search(r"<details><summary>[^<]+</summary>\n.*<ul>.*</ul>.*</details>", html, re.DOTALL)
    assert "<p>After.</p>" in html
    assert "- " not in re.sub(r"<[^>]+>", "", html).replace("&lt;", "<").split("After")[0].split("unfold")[-1]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("- [x]", "- [ ]", "exactly one right option"),
        ("- [ ]", "- [x]", "exactly one right option"),
        ("  The sum has {glue:text}`n` terms.\n", "", "'Yes: `0.1 < 1`' needs its own reason"),
        ("Measured: {glue:text}`share:.2f`.", "", "what was measured"),
        ("- [ ] Yes: `0.1 < 1`\n  The sum has {glue:text}`n` terms.\n", "", "two options or more"),
    ],
)
def test_an_unfair_question_is_refused(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        converted(QUESTION.replace(old, new))


BIBLIOGRAPHY = (ROOT / "references.bib").read_text(encoding="utf-8")
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9]*.md"))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_converts_and_holds_no_myst_outside_code(path: Path) -> None:
    cells = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst").cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    values = {name: "1" for name, _ in re.findall(r"\{glue:text\}`([^`:]+)(:[^`]*)?`", text)}
    markdown = to_markdown(text, Context(Contents("2-layers", PAGE, {}), values, citations_of(BIBLIOGRAPHY)))
    prose = re.sub(r"^```.*?^```$|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"\{[\w:]+\}|:::|\)=$|^\+\+\+", prose, re.MULTILINE)


@given(st.text(alphabet="ab `$*_[](){}|\n#-0.:=~%", max_size=60))
def test_any_text_is_converted_or_unknown_markup(text: str) -> None:
    with contextlib.suppress(UnknownMarkup):
        converted(text)


@pytest.mark.parametrize(
    ("authors", "cited"),
    [
        ("Rosenblatt, Frank", "Rosenblatt 1958"),
        ("Glorot, Xavier and Bengio, Yoshua", "Glorot and Bengio 1958"),
        ("LeCun, Yann and Bottou, L{\\'e}on and\n            Orr, Genevieve", "LeCun et al. 1958"),
    ],
)
def test_a_work_is_cited_by_its_authors_and_year(authors: str, cited: str) -> None:
    assert citations_of(f"@article{{key,\n  author = {{{authors}}},\n  year = {{1958}},\n}}\n") == {"key": cited}


def test_every_reference_of_the_book_has_an_author_and_a_year() -> None:
    for cited in citations_of(BIBLIOGRAPHY).values():
        assert re.fullmatch(r"[^\d{}\\]+ \d{4}", cited)
