"""A chapter's MyST as the plain Markdown of a notebook: everything has its form there, and nothing is left over."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace

import jupytext
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from autograder.instructor.releasing.markdown import Context, UnknownMarkup, citations_of, to_markdown
from autograder.sections import Contents
from tests.conftest import ROOT

PAGE = "https://example.org/chapters/2-layers.html"
TITLES = {"unit": "Why? A unit", "further-reading": "Further reading", "exercise-layers-Linear": "What it owns"}
CONTEXT = Context(
    Contents("2-layers", PAGE, TITLES),
    {"n": "4000", "share": "0.25", "which": "'bias 3'"},
    {"he2015": "He et al. 2015", "x1": "X 1"},
    ["He et al. 2015: *Rectifiers*."],
)
WITHOUT_BOOK = replace(CONTEXT, contents=Contents("2-layers", "", TITLES))


def converted(text: str) -> str:
    return to_markdown(text, CONTEXT)


@pytest.mark.parametrize(
    ("myst", "plain"),
    [
        ("{glue:text}`n:,d` images", "4,000 images"),
        ("{glue:text}`share:.0%` of `x`", "25% of `x`"),
        ("{glue:text}`which`.", "bias 3."),
        ("stays {cite:p}`he2015`.", f"stays ([He et al. 2015]({PAGE}#further-reading))."),
        ("{cite:p}`he2015,x1`", f"([He et al. 2015; X 1]({PAGE}#further-reading))"),
        ("{cite:t}`he2015` shows", f"[He et al. 2015]({PAGE}#further-reading) shows"),
        ("{math}`a^2`", "$a^2$"),
        ("a {term}`unit`", "a [unit](https://example.org/chapters/glossary.html#term-unit)"),
        ("{term}`rates <learning rate>`", "[rates](https://example.org/chapters/glossary.html#term-learning-rate)"),
        (":::{opening} Why?\nYou need `a`.\n\nYou own `b`.\n:::", "**Why?**\n\nYou need `a`.\n\nYou own `b`."),
        ("{ref}`the unit <unit>`", f"[the unit]({PAGE}#unit)"),
        ("{ref}`first-loss`", f"[first loss]({PAGE}#first-loss)"),
        ("[see above](#unit)", f"[see above]({PAGE}#unit)"),
        ("[](#exercise-layers-Linear)", f"[exercise Linear]({PAGE}#exercise-layers-Linear)"),
        ("[next](3-dropout.md)", "[next](https://example.org/chapters/3-dropout.html)"),
        ("[next](3-dropout.md#mask)", "[next](https://example.org/chapters/3-dropout.html#mask)"),
        ("[out](https://pytorch.org/docs)", "[out](https://pytorch.org/docs)"),
        ("[all](downloads:course.zip)", "[all](https://example.org/downloads/course.zip)"),
        ("(unit)=\n## A unit", "## A unit"),
        ("% a remark to authors\nText", "Text"),
        ("```{math}\n:label: e\n\na = b\n```", "$$\na = b\n$$"),
        (":::{note}\nTake {glue:text}`n`.\n:::", "> **Note**\n>\n> Take 4000."),
        (":::{admonition} By hand\n:class: tip\nA\n\nB\n:::", "> **By hand**\n>\n> A\n>\n> B"),
        ("::::{note}\n:::{tip}\nIn\n:::\n::::", "> **Note**\n>\n> > **Tip**\n> >\n> > In"),
        (":::{dropdown} More\nIn `it`\n:::", "<details><summary>More</summary>\n\nIn `it`\n\n</details>"),
        (
            ":::{demo}\n:::",
            f"Draw a garment, or drop a photograph: [the demo is in the book]({PAGE}#garment-demo).",
        ),
        (":::{widget} hinges\nMove `one`.\n:::", f"Move `one`. [Try it in the book]({PAGE}#widget-hinges)."),
        ("```{bibliography}\n:filter: cited\n```", "- He et al. 2015: *Rectifiers*."),
    ],
)
def test_each_construct_has_its_plain_form(myst: str, plain: str) -> None:
    assert converted(myst) == plain


@pytest.mark.parametrize(
    ("myst", "plain"),
    [
        ("{cite:p}`he2015`", "([He et al. 2015](#Further-reading))"),
        ("{ref}`the unit <unit>`", "[the unit](#Why?-A-unit)"),
        ("[see above](#unit)", "[see above](#Why?-A-unit)"),
        ("[](#exercise-layers-Linear)", "[exercise Linear](#What-it-owns)"),
        ("[next](3-dropout.md#mask)", "next"),
        ("a {term}`unit`, {term}`rates <learning rate>`", "a unit, rates"),
        ("It helps.{claim}`x`", "It helps."),
        ("[all](downloads:course.zip)", "all"),
        ("[out](https://pytorch.org/docs)", "[out](https://pytorch.org/docs)"),
        (":::{demo}\n:::", "Draw a garment, or drop a photograph: the demo is in the book."),
        (":::{widget} hinges\nMove `one`.\n:::", "Move `one`. Try it in the book."),
    ],
)
def test_without_a_book_a_link_leads_to_the_notebooks_own_section_or_is_words(myst: str, plain: str) -> None:
    assert to_markdown(myst, WITHOUT_BOOK) == plain


@pytest.mark.parametrize(
    "text",
    [
        "A [ ] and a {dict} in prose, {'a': 1} too.",
        "`f'{x}'` and `{x}` and `y`",
        "``a ` b`` then `{glue:text}` as words",
        "$x_{in}`$ and $\\{a\\}$",
        "It costs $5, or $6.",
        "$$\n\\text{a}\\\\\n\n b_{(x)=}\n$$",
        "| a | b |\n|---|---|\n| `x|y` | $n^2$ |",
        "```python\nx = '''{glue:text}`n`'''\n\n\n\n:::{note}\n(label)=\n+++\n% kept\n```",
        "- a\n\n  ```diff\n  - b\n  + c\n  ```\n- d",
        "~~~text\n{ref}`x`\n~~~",
        "![alt](https://example.org/a.png)",
        "*a*, **b**, ~c~ & <kbd>d</kbd>",
    ],
)
def test_code_math_tables_and_prose_come_through_unharmed(text: str) -> None:
    assert converted(text) == text


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```{figure} a.png\n```", "directive 'figure'"),
        ("{doc}`intro`", "role 'doc'"),
        ("{glue:text}`unknown`", "no cell glues the value 'unknown'"),
        ("{glue:text}`which:d`", "does not take the format 'd'"),
        ("{cite:p}`nobody1900`", "no reference has the key 'nobody1900'"),
        (":::{note}\nnever closed", "never closed"),
        ("```python\nnever closed", "never closed"),
        ("> :::{note}\n> x\n> :::", "left over"),
        ("word[^1]", "left over"),
        ("[a]{.red}", "left over"),
        ("![a](figure.png)", "leads nowhere"),
        ("[a](../solutions/layers.py)", "leads nowhere"),
        ("a\n\n+++\n\nb", "left over"),
        ("[{ref}`a`](https://example.org)", "left over"),
    ],
)
def test_what_has_no_form_in_a_notebook_is_an_error_that_shows_it(text: str, complaint: str) -> None:
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
    said = converted(QUESTION)
    asked, _, folded = said.partition("<details>")
    assert "**Predict · Is 0.1 small?**" in asked
    assert "- **A.** Yes: `0.1 < 1`\n- **B.** It depends on $n$." in asked
    assert "terms" not in asked and "right" not in asked
    assert "(no) The sum has 4000 terms." in folded
    assert "(right) What counts is the product." in folded
    assert "**Measured.** Measured: 0.25." in folded


@pytest.mark.parametrize("text", [QUESTION, ":::{dropdown} More\n- a list\n- of two\n:::"])
def test_what_is_folded_is_markdown_to_a_commonmark_parser(text: str) -> None:
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
def test_every_chapter_converts_and_holds_no_myst_outside_code(path: object) -> None:
    cells = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst").cells  # type: ignore[attr-defined]
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    values = {name: "1" for name, _ in re.findall(r"\{glue:text\}`([^`:]+)(:[^`]*)?`", text)}
    said = to_markdown(text, Context(Contents("2-layers", PAGE, {}), values, citations_of(BIBLIOGRAPHY)))
    prose = re.sub(r"^```.*?^```$|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", "", said, flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"\{[\w:]+\}|:::|\)=$|^\+\+\+", prose, re.MULTILINE)


@given(st.text(alphabet="ab `$*_[](){}|\n#-0.:=~%", max_size=60))
def test_no_text_makes_it_fail_otherwise_than_by_unknown_markup(text: str) -> None:
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
