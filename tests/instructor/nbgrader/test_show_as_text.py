"""nbgrader's pages hold no character that steers a terminal, whatever a student wrote."""

from __future__ import annotations

from typing import Any

import nbformat
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

from autograder.instructor.nbgrader.config import configure
from autograder.instructor.nbgrader.show_as_text import ShowAsText
from autograder.reports.html import CONTROLS

EVIL = "seen\x1b[2J\x1b]0;title\x07\x9b31m\x00\x7f\x08"
NEW = nbformat.v4


def page(notebook: nbformat.NotebookNode, **resources: Any) -> str:
    """Return a notebook as the HTML that the formgrader and nbgrader's feedback make of it."""
    config = Config()
    configure(config)
    made, _ = HTMLExporter(config=config).from_notebook_node(notebook, resources)
    return str(made)


def controls_in(text: str) -> set[str]:
    return {character for character in text if ord(character) in CONTROLS}


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
    assert controls_in(made) == set()
    assert made.count("seen") >= 6


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_no_control_character_stays(text: str) -> None:
    shown, _ = ShowAsText().preprocess(notebook(text), {})
    assert shown.cells[0].source == text.translate(CONTROLS)
    assert shown.cells[0].outputs[0].text == text.translate(CONTROLS)


def test_a_name_is_text_too() -> None:
    _, resources = ShowAsText().preprocess(NEW.new_notebook(), {"student": f"<b>{EVIL}", "last_name": None})
    assert resources["student"].startswith("&lt;b&gt;seen")
    assert controls_in(resources["student"]) == set()
