"""One palette for the colours of every page."""

import re

from autograder.palette import COLOURS, PALETTE, STYLE, style_sheet
from autograder.reports.html import environment


def test_a_style_sheet_has_each_colour_in_the_light_and_in_the_dark() -> None:
    written = style_sheet("html", ".dark")
    light, dark = re.fullmatch(r"html \{(.*)\}\n\.dark \{(.*)\}\n", written, re.DOTALL).groups()  # type: ignore[union-attr]
    for name, colours in PALETTE.items():
        assert (f"--{name}: {colours[0]};" in light) and (f"--{name}: {colours[1]};" in dark)
    assert "@media screen and (prefers-color-scheme: dark)" in style_sheet()


def test_the_pages_of_reports_have_the_palette() -> None:
    assert style_sheet() in environment().get_template("base.html.j2").render()


def test_a_figure_is_drawn_in_the_colours_that_a_page_replaces() -> None:
    drawn = set(re.findall(r"#[0-9a-f]{6}", " ".join(map(str, STYLE.values())), re.IGNORECASE))
    assert drawn <= set(COLOURS.values())
    assert len(set(COLOURS.values())) == len(COLOURS)
