"""What a page shows of a cell's code."""

import pytest

from book.shown_code import without_plumbing


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
