"""Formulas in questions, model answers and students' answers, as whoever marks sees them."""

from __future__ import annotations

import re

import pytest

from autograder.instructor.nbgrader.preprocessors import markdown_as_text


@pytest.mark.parametrize(
    ("text", "shown"),
    {
        "in a line": (r"is $\sqrt{2}$.", r"<p>is <math [^>]*display=\"inline\".*<msqrt>.*</math>\.</p>"),
        "on lines of its own": (r"$$\frac{a}{b}$$", r"<math [^>]*display=\"block\".*<mfrac>.*</math>"),
        "an environment": ("\\begin{align}a&=b\\end{align}", r"<math [^>]*display=\"block\".*<mtable"),
        "no formula": (r"is $\frac{$.", r"is \$\\frac\{\$\."),
        "prices": ("between $5 and $6", r"between \$5 and \$6"),
        "too deep": ("$" + "{" * 1500 + "$", r"\$\{{1500}\$"),
        "too long": ("$" + "x" * 3000 + "$", r"\$x{3000}\$"),
    }.values(),
)
def test_a_formula_is_set_and_all_else_stays_as_it_was_typed(text: str, shown: str) -> None:
    assert re.search(shown, markdown_as_text(text), re.DOTALL)


@pytest.mark.parametrize(
    "text",
    [
        r"$\text{<script>alert(1)</script>}$",
        r"$\text{&lt;script&gt;alert(1)&lt;/script&gt;}$",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\style{position:fixed}{x}$",
        r"$\class{x}{y}$",
        "$\\text{a\u202eb}$",
    ],
)
def test_a_formula_does_nothing_but_show_itself(text: str) -> None:
    made = markdown_as_text(text)
    assert "<math" in made
    assert not re.search(r"<script|href|style=|class=|\u202e", made)
