"""When a page of the book is executed anew: where something has changed that its cells use."""

import inspect
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from sphinx.util.parallel import make_chunks

from autograder import judge
from autograder.course import Chapter, Course
from autograder.instructor.grading import explain
from autograder.student import lab
from book import chapters
from book.execution import is_unchanged, note_of, share_out, used_by
from book.loaded import digest
from solutions import layers
from solutions.commands import terminal
from tests.conftest import ROOT

PAGE = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# 2 · Layers

```{code-cell} python3
from solutions.layers import Linear
```

```{code-cell} python3
print(Linear(2, 3))
```

(flatten)=
## Flatten

```{code-cell} python3
from autograder import check

class Flatten: pass

print(repr(check(Flatten)))
```
"""


def uses(page: str, *modules: ModuleType) -> bool:
    return {Path(inspect.getfile(module)) for module in modules} <= used_by(f"chapters/{page}").keys()


def test_pages_that_show_verdicts_use_the_judge(site: Path) -> None:
    assert uses("0-start", judge)
    assert uses("scale", judge, explain)


@pytest.mark.parametrize("chapter", chapters.chapters(), ids=lambda chapter: chapter.room)
def test_a_chapter_uses_its_room_and_the_sample_and_nothing_that_it_does_not_show(site: Path, chapter: Chapter) -> None:
    used = used_by(f"chapters/{chapter.assignment}").keys()
    assert uses(chapter.assignment, lab)
    assert Course.installed().file(chapter.room) in used
    assert any(path.parent.name == "sample" for path in used)
    assert not uses(chapter.assignment, judge)
    assert not uses(chapter.assignment, terminal)


def test_no_cell_counts_what_the_text_of_chapters_holds(site: Path) -> None:
    """Of a chapter that a cell opens only the headings count; the rest is told by facts, which start no kernel."""
    pages = [path.stem for path in (ROOT / "chapters").glob("*.md")]
    assert [page for page in pages if uses(page, chapters)] == []
    assert not used_by("chapters/teaching")


def test_the_measured_figures_are_used_by_the_page_that_shows_them(site: Path) -> None:
    assert "results.json" in {path.name for path in used_by("chapters/how-far")}


def test_no_page_finds_what_another_wrote(site: Path) -> None:
    """Chapter 5 leaves a network that chapter 6 would take: which of them runs first is up to the number of cores."""
    assert (note_of("chapters/5-training").parent / "mine.safetensors").exists()
    assert "garments.safetensors" in (site / "chapters" / "6-deployment.html").read_text(encoding="utf-8")


def test_pages_are_shared_out_by_what_they_execute(tmp_path: Path) -> None:
    cells = {"light": 1, "heavy": 9, "text": 0, "heavier": 10, "longer": 12, "middle": 3}
    for name, count in cells.items():
        (tmp_path / name).write_text("```{code-cell} python3\npass\n```\n" * count, encoding="utf-8")
    docnames = sorted(cells)
    env = SimpleNamespace(doc2path=lambda docname: str(tmp_path / docname))
    share_out(SimpleNamespace(parallel=3), env, docnames)  # type: ignore[arg-type]
    runs = make_chunks(docnames, 3)
    assert sorted(docnames) == sorted(cells)
    assert sorted(sum(cells[docname] for docname in run) for run in runs) == [11, 12, 12]


def test_a_file_has_changed_where_its_content_has_or_where_it_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("1")
    digest = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    assert is_unchanged(file, digest)
    file.touch()
    assert is_unchanged(file, digest)
    file.write_text("2")
    assert not is_unchanged(file, digest)
    file.unlink()
    assert not is_unchanged(file, digest)


def test_a_page_of_the_book_has_changed_for_a_cell_where_its_headings_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("book.loaded.ROOT", tmp_path)
    page = tmp_path / "chapters" / "2-layers.md"
    page.parent.mkdir()
    page.write_text("(flatten)=\n## Flatten\n")
    before = digest(page)
    page.write_text("(flatten)=\n## Flatten\n\nOne more sentence.\n")
    assert is_unchanged(page, before)
    page.write_text("(flatten)=\n## Make it flat\n")
    assert not is_unchanged(page, before)


@pytest.mark.turn(1)
@pytest.mark.long("four builds of a book")
def test_a_change_in_what_the_cells_use_is_seen_by_the_next_build(
    tmp_path: Path, build: Callable[[Path, Path], None]
) -> None:
    """The page is the same to the letter, so the caches of Sphinx and of myst-nb alone would show the old output."""
    for name in ("_config.yml", "references.bib"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("book", "solutions", "autograder"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for name in ("book/node_modules", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "chapters").mkdir()
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/2-layers\n")
    (tmp_path / "chapters" / "2-layers.md").write_text(PAGE)
    page = tmp_path / "_build" / "html" / "chapters" / "2-layers.html"

    def edit(module: ModuleType, old: str, new: str) -> None:
        file = tmp_path / Path(inspect.getfile(module)).relative_to(ROOT)
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    build(tmp_path, tmp_path)
    assert "Linear(2, 3, bias=True)" in page.read_text(encoding="utf-8")
    assert "no error\n" in page.read_text(encoding="utf-8")

    noted = tmp_path / "_build" / ".jupyter_cache" / "chapters" / "2-layers" / "files.json"
    executed = noted.stat().st_mtime_ns
    assert str(tmp_path / "chapters" / "2-layers.md") in noted.read_text(encoding="utf-8")
    (tmp_path / "chapters" / "2-layers.md").write_text(f"{PAGE}\nOne more sentence.\n")
    build(tmp_path, tmp_path)
    assert "One more sentence." in page.read_text(encoding="utf-8")
    assert noted.stat().st_mtime_ns == executed  # no kernel was started

    edit(judge, '"no error"', '"no error at all"')
    build(tmp_path, tmp_path)
    assert "no error at all\n" in page.read_text(encoding="utf-8")

    edit(layers, "bias=True", "with bias")
    build(tmp_path, tmp_path)
    assert "Linear(2, 3, with bias)" in page.read_text(encoding="utf-8")
