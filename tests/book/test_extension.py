"""The book's extension: what it refuses, and how it shows a figure and a cell's code."""

import pytest

from autograder.instructor.releasing.questions import parse_question
from autograder.palette import COLOURS, themed
from book.shown_code import without_plumbing

QUESTION = """What is it?

- [ ] This
  Because.
- [x] That
  On two
  lines, with `code`.

It was that."""


def test_a_question_has_a_prompt_options_with_reasons_and_an_outcome() -> None:
    question = parse_question(QUESTION)
    assert question.prompt == "What is it?"
    assert [(option.text, option.right, option.reason) for option in question.options] == [
        ("This", False, "Because."),
        ("That", True, "On two\nlines, with `code`."),
    ]
    assert question.outcome == "It was that."


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("- [x]", "- [ ]", "exactly one right option"),
        ("- [ ]", "- [x]", "exactly one right option"),
        ("  Because.\n", "", "'This' needs its own reason"),
        ("It was that.", "", "what was measured"),
        ("- [ ] This\n  Because.\n", "", "two options or more"),
    ],
)
def test_an_unfair_question_is_refused(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint.replace("[", r"\[")):
        parse_question(QUESTION.replace(old, new))


def test_a_figure_gets_a_label_its_own_ids_and_the_colours_of_the_page() -> None:
    svg = f'<?xml version="1.0"?><svg><g id="a" style="fill: {COLOURS["ink"]}; clip-path: url(#a)"/></svg>'
    markup = themed(svg, 'A "line" & a dot', "figure-1-")
    assert markup.startswith('<svg role="img" aria-label="A &quot;line&quot; &amp; a dot">')
    assert 'id="figure-1-a"' in markup
    assert "url(#figure-1-a)" in markup
    assert "fill: var(--figure-ink)" in markup


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ('x = 1\nglue("x", x)\nprint(x)', "x = 1\nprint(x)"),
        ('glue(\n    "x",\n    1,\n)', ""),
        ('for name in "ab":\n    glue(name, 1)\n    if name:\n        glue(name, 2)', ""),
        ('for name in "ab":\n    x = name\n    glue(name, 1)', 'for name in "ab":\n    x = name'),
        ('if x:\n    glue("x", 1)\nelse:\n    y = 1', "if x:\n    pass\nelse:\n    y = 1"),
        ("%matplotlib inline\nglue('x', 1)", "%matplotlib inline\nglue('x', 1)"),
    ],
)
def test_calls_of_glue_are_not_shown_nor_what_holds_nothing_else(code: str, shown: str) -> None:
    assert without_plumbing(code) == shown
