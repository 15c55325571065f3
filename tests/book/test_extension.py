"""The extension's functions on small inputs, without a built site: assignments, figures, code, execution, the PDF."""

import ast
import re

import pytest
import tinycss2

from autograder.exercises import Exercise
from autograder.instructor.releasing.glue import without_glue
from autograder.palette import COLOURS, themed
from book.exercise_cards import assignment
from book.figures import coarser, lettering, words_on_a_small_screen
from book.known_mistakes import as_written, changed_lines, function_of, tells
from book.pdf import article
from book.theme import without_unused
from tests.book.built_pages import EACH_EXERCISE

# ---- the assignment on a card

DOCSTRING = """Return it.

    Args:
        x: any shape, in the dtype of
            ``y``.

    Returns:
        The names: a list.

    Then there is more.

    Example:
        >>> f(1)
        2
"""


def test_an_assignment_is_set_as_text_with_its_sections_as_definitions_and_its_example_as_code() -> None:
    code = f'def f(x: int) -> int:\n    """{DOCSTRING}    """\n    # YOUR CODE HERE\n    raise NotImplementedError\n'
    parts = [(type(part).__name__, part.astext()) for part in assignment(code).children]
    assert parts == [
        ("literal_block", "def f(x: int) -> int"),
        ("paragraph", "Return it."),
        ("definition_list", "Takes\n\nx: any shape, in the dtype of y.\n\nReturns\n\nThe names: a list."),
        ("paragraph", "Then there is more."),
        ("doctest_block", ">>> f(1)\n2"),
    ]


@EACH_EXERCISE
def test_an_assignment_has_each_word_of_its_docstrings(exercise: Exercise) -> None:
    shown = "".join(assignment(exercise.stub).astext().split())
    for node in ast.walk(ast.parse(exercise.stub)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and isinstance(node.body[-1], ast.Raise):
            text = re.sub(r"(?m)^ *(Args|Attributes|Returns|Raises|Example):$", "", ast.get_docstring(node) or "")
            for line in text.splitlines():
                plain = re.sub(r"^\d\. ", "", line.strip()).replace("``", "")
                assert "".join(plain.split()) in shown


# ---- wrong answers on a card

RIGHT = """class Flatten:
    def forward(self, x):
        y = x
        return y.reshape(len(x), -1)
"""
WRONG = """class Flatten:
    def forward(self, x):
        y = x.T
        return y.reshape(-1)
"""


def test_the_wrong_lines_and_their_function_are_found() -> None:
    changed = changed_lines(RIGHT, WRONG)
    assert changed == [(3, "        y = x.T"), (4, "        return y.reshape(-1)")]
    assert as_written(changed) == "y = x.T\nreturn y.reshape(-1)"
    assert as_written([(3, "    a"), (9, "    b")]) == "a\n…\nb"
    assert function_of(WRONG, 4) == "forward"


@pytest.mark.parametrize(
    ("line", "solution", "revealed"),
    [
        ("    return x @ self.weight + self.bias + 1", "return x @ self.weight + self.bias", True),
        ("    return self.bias + x @ self.weight", "return x @ self.weight + self.bias", True),
        ("    return x @ self.weight", "return x @ self.weight + self.bias", False),
        ("  return x", "return x", True),
        ("return x.T", "return x", False),
    ],
)
def test_a_line_with_all_words_of_a_solutions_long_line_reveals_it(line: str, solution: str, revealed: bool) -> None:
    assert tells(line, [solution]) == revealed


# ---- figures and code


def test_a_figure_gets_a_label_its_own_ids_and_the_colours_of_the_page() -> None:
    svg = f'<?xml version="1.0"?><svg><g id="a" style="fill: {COLOURS["ink"]}; clip-path: url(#a)"/></svg>'
    markup = themed(svg, 'A "line" & a dot', "figure-1-")
    assert markup.startswith('<svg role="img" aria-label="A &quot;line&quot; &amp; a dot">')
    assert 'id="figure-1-a"' in markup
    assert "url(#figure-1-a)" in markup
    assert "fill: var(--figure-ink)" in markup


@pytest.mark.parametrize(
    ("width", "size", "word", "shown"),
    [
        (504, 10, "epoch", 18),
        (504, 8.5, "epoch", None),
        (504, 10, "a very long name of a row, " * 2, None),
        (252, 9, "epoch", 9),
    ],
    ids=["room", "no room", "long words", "as small as the screen"],
)
def test_words_of_a_figure_grow_where_they_have_room(width: float, size: float, word: str, shown: float | None) -> None:
    words = f'<text style="font: {size}px sans-serif">{word}</text>'
    assert words_on_a_small_screen(f'<svg viewBox="0 0 {width} 200 ">{words}</svg>') == shown


def test_lettering_is_measured_as_it_is_shown() -> None:
    assert lettering('<text style="font: 700 9px sans"/><tspan style="font-size: 12px"/>') == [12, 16]


def test_coordinates_are_rounded_to_a_tenth_of_a_pixel_and_words_are_kept() -> None:
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
        ("from autograder.student.lab import (\n    glue,\n    power,\n)", "from autograder.student.lab import power"),
    ],
)
def test_calls_of_glue_and_blocks_of_nothing_else_are_not_shown(code: str, shown: str) -> None:
    assert without_glue(code) == shown


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".used,.other{color:red}", ".used{color:red}"),
        (".used .other{color:red}", ""),
        (":is(.used,a) b{color:red}", ":is(.used,a) b{color:red}"),
        ("@media print{.other{color:red}}", ""),
        ("@media print{.used{color:red}}", "@media print{.used{color:red}}"),
        (":root{--a:1}", ":root{--a:1}"),
    ],
)
def test_rules_for_what_no_page_has_are_cut(css: str, kept: str) -> None:
    assert without_unused(tinycss2.parse_stylesheet(css), {"used"}) == kept


# ---- a page of the PDF

PAGE = """<article class="bd-article"><h1>A page<a class="headerlink" href="#top">#</a></h1>
<h2>Its <code>part</code><a class="headerlink" href="#part">#</a></h2><g id="clip"/><path clip-path="url(#clip)"/>
<a href="#part"></a><a href="other.html"></a><a href="other.html#place"></a><a href="../downloads/a.zip"></a>
<a href="running.html#on-site"></a><img src="../_static/a.svg"><details class="hide">code of a figure</details>
<details class="attempt"></details></article>"""


def test_links_of_a_page_stay_within_the_one_document_and_details_are_unfolded() -> None:
    html = article(PAGE, "page", "https://example.org/")
    assert 'id="page--clip"' in html and "url(#page--clip)" in html
    targets = re.findall(r'<a href="([^"]+)"', html)
    outside = ["https://example.org/downloads/a.zip", "https://example.org/chapters/running.html#on-site"]
    assert targets == ["#page--part", "#other", "#other--place", *outside]
    assert 'src="../_static/a.svg"' in html
    assert '<details open class="attempt">' in html
    assert "code of a figure" not in html


def test_on_paper_the_answers_stand_at_the_chapters_end() -> None:
    question = '<div class="question-title"><p>{0}?</p></div><details class="question-answer">{0}!</details>'
    html = article(f"<article>{question.format('One')}<p>Then.</p>{question.format('Two')}</article>", "page", "")
    places = [html.index(text) for text in ("One?", "Then.", "Two?", "<h2>Answers", "One!", "Two!")]
    assert places == sorted(places)
