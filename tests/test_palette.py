"""One palette: no colour of the course is typed anywhere else, and every page gets its own from there."""

import inspect
import re
import subprocess
from pathlib import Path

import pytest

from autograder import palette
from autograder.palette import COLOURS, PALETTE, STYLE, style_sheet
from autograder.reports.html import environment
from solutions.runs import report
from tests.conftest import ROOT

TYPED = re.compile(r"(?<![&\w])#(?:[0-9a-f]{6}|[0-9a-f]{3})\b", re.IGNORECASE)
OF_PALETTE = {colour for colours in PALETTE.values() for colour in colours}
# Files that are read as they are, by a browser's tab and by nbconvert.
COPIES = {
    "logo.svg": {colour for name in ("figure-blue", "figure-orange") for colour in PALETTE[name]},
    "custom.css": {PALETTE["written"][0], "#ccc"},
}
# What is the same in the light and in the dark: paper, what is drawn on it, the squares below what is transparent, and
# the grounds of photographs.
NO_THEME = {
    "pdf.css": {"#666", "#fff"},
    "course.css_t": {"#ccc"},
    "demo.css": {"#5b606b"},
    "web.py": {"#ffffff", "#cddef0", "#d6b28c", "#e7e2d8", "#d4dfcf"},
}


def test_no_colour_is_typed_outside_the_palette() -> None:
    kinds = [f"*.{kind}" for kind in ("css", "css_t", "html", "j2", "js", "py", "svg")]
    listed = subprocess.run(
        ["git", "ls-files", "--", *kinds, ":!tests"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    sources = [ROOT / name for name in listed if ROOT / name != Path(inspect.getfile(palette))]
    found = {path.name: set(TYPED.findall(path.read_text(encoding="utf-8"))) for path in sources}
    assert {name: colours for name, colours in found.items() if colours} == COPIES | NO_THEME
    assert not OF_PALETTE & set().union(*NO_THEME.values())


def test_a_style_sheet_has_each_colour_in_the_light_and_in_the_dark() -> None:
    written = style_sheet("html", ".dark")
    light, dark = re.fullmatch(r"html \{(.*)\}\n\.dark \{(.*)\}\n", written, re.DOTALL).groups()  # type: ignore[union-attr]
    for name, colours in PALETTE.items():
        assert (f"--{name}: {colours[0]};" in light) and (f"--{name}: {colours[1]};" in dark)
    assert "@media screen and (prefers-color-scheme: dark)" in style_sheet()


@pytest.mark.parametrize("templates", [environment(), report.environment()], ids=["grader", "solutions"])
def test_the_pages_of_reports_have_the_palette(templates: object) -> None:
    assert style_sheet() in templates.get_template("base.html.j2").render()  # type: ignore[attr-defined]


def test_a_figure_is_drawn_in_the_colours_that_a_page_replaces() -> None:
    drawn = set(TYPED.findall(" ".join(map(str, STYLE.values()))))
    assert drawn <= set(COLOURS.values())
    assert len(set(COLOURS.values())) == len(COLOURS)
