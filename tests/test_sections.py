"""Sections of a chapter, by label, in a notebook and in a book."""

import pytest

from autograder.reports.html import section_link
from autograder.sections import Contents, Section, titles_in

CHAPTER = """# 2 · Layers

(unit)=
(one-unit)=
## Why {term}`numbers <number>` *grow*

(picture)=
A paragraph.

```{code-cell} python3
:tags: [exercise]
# no heading
from solutions.layers import Linear
```

### `train()` forgotten
"""


def test_a_label_belongs_to_the_heading_right_below_it_or_else_above_it() -> None:
    titles = titles_in(CHAPTER)
    assert {titles[label] for label in ("unit", "one-unit", "picture", "exercise-layers-Linear")} == {
        "Why numbers grow"
    }
    assert titles["train-forgotten"] == "train() forgotten"
    assert "no heading" not in titles.values()


SECTIONS = {
    'section "Why at random?" of 2-layers.ipynb': Section("Why at random?", "2-layers"),
    "Why, at random?, https://example.org/chapters/2-layers.html#symmetry": Section(
        "Why, at random?", "", "https://example.org/chapters/2-layers.html#symmetry"
    ),
}


@pytest.mark.parametrize("text", SECTIONS)
def test_a_section_is_told_by_its_title_and_place(text: str) -> None:
    assert str(SECTIONS[text]) == text


def test_a_section_is_in_the_book_where_there_is_one_and_else_in_the_notebook() -> None:
    titles = {"unit": "One unit"}
    assert Contents("2-layers", "", titles).section("unit") == Section("One unit", "2-layers")
    page = "https://example.org/chapters/2-layers.html"
    assert Contents("2-layers", page, titles).section("unit").address == f"{page}#unit"


def test_a_page_links_to_the_book_by_its_title_and_a_live_notebook_to_its_own_heading() -> None:
    alone, in_book = SECTIONS.values()
    assert section_link(in_book).startswith('<a href="https://example.org/chapters/2-layers.html#symmetry">Why, at')
    assert section_link(alone, live=True) == '<a href="#Why-at-random?">Why at random?</a>, in this notebook'
    assert section_link(alone) == "section &#34;Why at random?&#34; of 2-layers.ipynb"
    assert "<script>" not in section_link(Section("<script>", "2-layers", "https://example.org/<script>"))
