"""nbgrader's pages show a student's markup as text, and formulas as formulas."""

import re
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

from autograder.instructor.nbgrader.config import configure
from autograder.instructor.nbgrader.preprocessors import ShowAsText
from autograder.instructor.reports.safe_markdown import markdown_as_text
from autograder.reports.html import CONTROLS

EVIL = "seen\x1b[2J\x1b]0;title\x07\x9b31m\x00\x7f\x08"
NEW = nbformat.v4


def page(notebook: nbformat.NotebookNode, **resources: Any) -> str:
    """Return a notebook as the HTML that the formgrader and nbgrader's feedback make of it."""
    config = Config()
    configure(config)
    made, _ = HTMLExporter(config=config).from_notebook_node(notebook, resources)
    return str(made)


def notebook(text: str) -> nbformat.NotebookNode:
    """A notebook with a text wherever a student can put one."""
    outputs = [
        NEW.new_output("stream", text=text),
        NEW.new_output("stream", name="stderr", text=text),
        NEW.new_output("error", ename=text, evalue=text, traceback=[text, text]),
        NEW.new_output("execute_result", {"text/plain": text}),
        NEW.new_output("display_data", {"text/html": text, "text/markdown": text, "text/latex": text}),
    ]
    cells = [NEW.new_code_cell(text, outputs=outputs), NEW.new_markdown_cell(text), NEW.new_raw_cell(text)]
    return NEW.new_notebook(cells=cells)


def test_no_page_of_nbgraders_holds_a_control_character_of_a_students() -> None:
    made = page(notebook(EVIL))
    assert not CONTROLS.keys() & set(map(ord, made))
    assert made.count("seen") >= 6


@given(st.text(st.characters(codec="utf-8")))
def test_other_characters_than_control_characters_stay(text: str) -> None:
    shown, _ = ShowAsText().preprocess(notebook(text), {})
    assert shown.cells[0].source == text.translate(CONTROLS)
    assert shown.cells[0].outputs[0].text == text.translate(CONTROLS)


def test_a_name_is_text_too() -> None:
    _, resources = ShowAsText().preprocess(NEW.new_notebook(), {"student": f"<b>{EVIL}", "last_name": None})
    assert resources["student"].startswith("&lt;b&gt;seen")
    assert not CONTROLS.keys() & set(map(ord, resources["student"]))


# Formulas in questions, model answers and students' answers, as whoever marks sees them


@pytest.mark.parametrize(
    ("text", "shown"),
    {
        "in a line": (r"is $\sqrt{2}$.", r"<p>is <math [^>]*display=\"inline\".*<msqrt>.*</math>\.</p>"),
        "on lines of its own": (r"$$\frac{a}{b}$$", r"<math [^>]*display=\"block\".*<mfrac>.*</math>"),
        "an environment": ("\\begin{align}a&=b\\end{align}", r"<math [^>]*display=\"block\".*<mtable"),
        "no formula": (r"is $\frac{$.", r"is \$\\frac\{\$\."),
        "prices": ("between $5 and $6", r"between \$5 and \$6"),
        "too deep": ("$" + "{" * 1500 + "$", r"\$\{{1500}\$"),
        "too many beginnings": ("\\\\(" * 2000, r"^<pre>(\\\\\()+</pre>$"),
        "too many environments": (r"\begin{a}" * 2000, r"^<pre>(\\begin\{a\})+</pre>$"),
        "a text that is too long": ("[a](<" * 8000, r"^<pre>(\[a\]\(&lt;)+</pre>$"),
        "a long text": ("a *b*. " * 2800, r"^<p>(a <em>b</em>\. ?)+</p>"),
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
