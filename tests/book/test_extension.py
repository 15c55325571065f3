"""The book's extension: what it refuses, and when it builds anew."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.look import COLOURS, themed
from autograder.notebooks.questions import parse_question
from book.assets import digest

ROOT = Path(__file__).resolve().parents[2]

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


def test_the_digest_changes_with_contents_and_names(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("1")
    before = digest(["*.py"], tmp_path)
    assert digest(["*.py"], tmp_path) == before
    file.write_text("2")
    changed = digest(["*.py"], tmp_path)
    file.rename(tmp_path / "b.py")
    assert len({before, changed, digest(["*.py"], tmp_path)}) == 3


def test_a_figure_gets_a_label_its_own_ids_and_the_colours_of_the_page() -> None:
    svg = f'<?xml version="1.0"?><svg><g id="a" style="fill: {COLOURS["ink"]}; clip-path: url(#a)"/></svg>'
    markup = themed(svg, 'A "line" & a dot', "figure-1-")
    assert markup.startswith('<svg role="img" aria-label="A &quot;line&quot; &amp; a dot">')
    assert 'id="figure-1-a"' in markup
    assert "url(#figure-1-a)" in markup
    assert "fill: var(--figure-ink)" in markup


CHAPTER = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# 2 · Layers

```{code-cell} python3
:tags: [exercise]

from solutions.layers import Linear
```

```{code-cell} python3
print(Linear(2, 3))
```
"""


def test_a_change_in_the_solutions_is_seen_by_the_next_build(
    tmp_path: Path, build: Callable[[Path, Path], None]
) -> None:
    """The chapter is the same to the letter, so the caches of Sphinx and of myst-nb alone would show the old output."""
    for name in ("_config.yml", "references.bib"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("book", "solutions", "autograder"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for name in ("book/node_modules", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "chapters").mkdir()
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/2-layers\n")
    (tmp_path / "chapters" / "2-layers.md").write_text(CHAPTER)
    page = tmp_path / "_build" / "html" / "chapters" / "2-layers.html"

    build(tmp_path, tmp_path)
    assert "Linear(2, 3, bias=True)" in page.read_text(encoding="utf-8")

    layers = tmp_path / "solutions" / "layers.py"
    layers.write_text(layers.read_text(encoding="utf-8").replace("bias=True", "with bias"), encoding="utf-8")
    build(tmp_path, tmp_path)
    assert "Linear(2, 3, with bias)" in page.read_text(encoding="utf-8")
