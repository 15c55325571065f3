"""The book's extension: what it refuses, and how it shows a figure."""

import os
from pathlib import Path

import pytest
import yaml
from sphinx.util.matching import Matcher

from autograder.instructor.releasing.questions import parse_question
from autograder.palette import COLOURS, themed
from book.assets import is_stale
from tests.conftest import ROOT

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


def test_no_page_is_looked_for_in_an_environment() -> None:
    patterns = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["exclude_patterns"]
    left_out = Matcher(patterns)
    assert all(map(left_out, (".venv", ".git", "book/node_modules", "runs")))
    assert not left_out("chapters")


def test_what_a_site_shows_is_made_anew_where_it_is_missing_or_older_than_the_code(tmp_path: Path) -> None:
    made = tmp_path / "card.png"
    assert is_stale(made)
    made.touch()
    assert not is_stale(made)
    os.utime(made, (0, 0))
    assert is_stale(made)
