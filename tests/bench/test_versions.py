"""The copies of the course that a bench runs."""

from pathlib import Path

from bench.versions import this_version
from tests.commands import run


def test_the_copy_that_is_built_has_what_the_book_imports(tmp_path: Path) -> None:
    done = run("book.network", cwd=this_version(tmp_path / "course").folder)
    assert done.returncode == 0, done.stderr


def test_its_environment_needs_no_installing(tmp_path: Path) -> None:
    version = this_version(tmp_path / "course")
    assert version.python.exists()
    assert version.autograder.exists()
