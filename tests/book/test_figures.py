"""How a page shows a cell's figure and its code."""

import pytest

from autograder.palette import COLOURS, themed
from book.figures import coarser, words_on_a_small_screen
from book.shown_code import without_plumbing


def test_a_figure_gets_a_label_its_own_ids_and_the_colours_of_the_page() -> None:
    svg = f'<?xml version="1.0"?><svg><g id="a" style="fill: {COLOURS["ink"]}; clip-path: url(#a)"/></svg>'
    markup = themed(svg, 'A "line" & a dot', "figure-1-")
    assert markup.startswith('<svg role="img" aria-label="A &quot;line&quot; &amp; a dot">')
    assert 'id="figure-1-a"' in markup
    assert "url(#figure-1-a)" in markup
    assert "fill: var(--figure-ink)" in markup


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ('<text style="font: 10px sans-serif">epoch</text>', 12.0),
        ('<text style="font: 8.5px sans-serif">epoch</text>', None),
    ],
    ids=["room", "no room"],
)
def test_a_figures_words_grow_on_a_small_screen_where_they_have_room(words: str, shown: float | None) -> None:
    assert words_on_a_small_screen(f'<svg viewBox="0 0 448 200 ">{words}</svg>') == shown


def test_a_figure_gives_its_places_to_a_tenth_of_a_pixel_and_keeps_its_words() -> None:
    assert coarser('<path d="M 61.858452 -2.5L1 .129"/><text x="3.14159">0.00123</text>') == (
        '<path d="M 61.9 -2.5L1 0.1"/><text x="3.1">0.00123</text>'
    )


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
