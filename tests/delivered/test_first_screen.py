"""The first screen of *Run a course*, typed in an empty folder; the whole page is played in a deep run."""

from pathlib import Path

import pytest

from sample_class.learning_systems import ASSIGNMENT
from sample_class.term import CommandFailed, Shell, blocks


def test_it_ends_with_a_page_on_which_every_check_passed(tmp_path: Path, released: Path) -> None:
    """A release is waited for, so that this one need not compute a second time what both keep in one cache."""
    shell = Shell(tmp_path)
    shell.run(blocks()[0])
    assert shell.folder == tmp_path
    page = (tmp_path / "try-out" / "feedback" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
    assert "passed, " in page
    assert "not passed" not in page
    assert "the written answer has not been marked yet" in page


def test_a_command_that_fails_stops_what_is_typed_and_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="cat nothing"):
        Shell(tmp_path).run("cat nothing\ntrue")
