"""When a page of the book is executed again: where something has changed that its cells use."""

from pathlib import Path

import pytest

from book import execution

FILES = {
    "solutions/layers.py": "from solutions.errors import ShapeError",
    "solutions/errors.py": "class ShapeError(ValueError): ...",
    "solutions/dropout.py": "",
    "data/results.json": "{}",
    "data/speed.json": "{}",
    "data/sample/images.gz": "",
}
CELLS = 'from solutions.layers import Linear\n\nload_measured("results")'


@pytest.mark.parametrize(
    ("edited", "again"),
    [
        ("solutions/layers.py", True),
        ("solutions/errors.py", True),
        ("solutions/dropout.py", False),
        ("data/results.json", True),
        ("data/speed.json", False),
        ("data/sample/images.gz", True),
    ],
)
def test_a_page_is_executed_again_where_a_file_has_changed_that_its_cells_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edited: str, again: bool
) -> None:
    monkeypatch.setattr(execution, "ROOT", tmp_path)
    monkeypatch.setattr(execution, "DATA", tmp_path / "data")
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    before = execution.digest(CELLS)
    (tmp_path / edited).write_text("# edited", encoding="utf-8")
    assert (execution.digest(CELLS) != before) == again


def test_a_page_that_asks_the_course_by_its_name_uses_all_its_rooms() -> None:
    used = {str(path.relative_to(execution.ROOT)) for path in execution.uses("from autograder import check")}
    assert {"solutions/training.py", "solutions/mistakes/layers.md", "autograder/checks/dropout.py"} <= used
    assert "autograder/reports/checks.html.j2" in used
