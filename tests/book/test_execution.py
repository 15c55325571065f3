"""When a page of the book is executed again: where something has changed that its cells use."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from book import execution


def used_by(code: str) -> set[str]:
    return {str(path.relative_to(execution.ROOT)) for path in execution.uses(code)}


def test_a_page_uses_what_its_cells_import_what_that_imports_and_the_data_that_they_name() -> None:
    used = used_by('from solutions.dropout import gap\n\nload_measured("results")')
    assert {"solutions/dropout.py", "solutions/layers.py", "data/results.json"} <= used
    assert "data/sample/train-images-idx3-ubyte.gz" in used
    assert used.isdisjoint({"solutions/training.py", "data/speed.json"})


def test_a_page_that_asks_the_course_by_its_name_uses_all_its_rooms() -> None:
    used = used_by("from autograder import check")
    assert {"solutions/training.py", "solutions/mistakes/layers.md", "solutions/checks/dropout.py"} <= used
    assert "autograder/reports/checks.html.j2" in used


def test_a_page_is_executed_again_where_the_content_of_such_a_file_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "ROOT", tmp_path)
    monkeypatch.setattr(execution, "DATA", tmp_path / "data")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "layers.py").write_text("before")
    before = execution.digest("import solutions.layers")
    (tmp_path / "solutions" / "layers.py").write_text("after")
    assert execution.digest("import solutions.layers") != before


def test_the_cache_is_there_before_pages_are_read_side_by_side(tmp_path: Path) -> None:
    """Readers that make its database at once fail, as in a fresh clone."""
    app = SimpleNamespace(parallel=1, extensions={"sphinx_multitoc_numbering": SimpleNamespace()})
    execution.read_in_parallel(cast(Any, app), cast(Any, SimpleNamespace(nb_execution_cache_path=tmp_path / "cache")))
    assert (tmp_path / "cache" / "global.db").is_file()
