"""The bench of the book."""

from pathlib import Path

from bench.book import copied
from tests.commands import run


def test_the_copy_that_is_built_has_what_the_book_imports(tmp_path: Path) -> None:
    done = run("book.network", cwd=copied(tmp_path / "course"))
    assert done.returncode == 0, done.stderr
