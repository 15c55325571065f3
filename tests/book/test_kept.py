"""What a build keeps: made once for a state, and anew for another."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book.kept import kept, state_of


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[object, bool]]:
    """Asks for what is kept in a state; the answer, and whether it was made for that."""
    monkeypatch.setattr("book.kept.FOLDER", tmp_path / "kept")

    def ask(state: str) -> tuple[object, bool]:
        asked: list[str] = []
        found = kept("stills", state, lambda: asked.append(state) or {"of": state})
        return found, bool(asked)

    return ask


def test_what_was_made_in_the_same_state_is_not_made_again(made: Callable[[str], tuple[object, bool]]) -> None:
    assert made("a") == ({"of": "a"}, True)
    assert made("a") == ({"of": "a"}, False)


def test_in_another_state_it_is_made_anew_and_the_old_is_gone(made: Callable[[str], tuple[object, bool]]) -> None:
    made("a")
    assert made("b") == ({"of": "b"}, True)
    assert made("a") == ({"of": "a"}, True)


def test_what_a_killed_build_left_half_written_is_made_anew(
    made: Callable[[str], tuple[object, bool]], tmp_path: Path
) -> None:
    made("a")
    [file] = (tmp_path / "kept").iterdir()
    file.write_text(file.read_text(encoding="utf-8")[:-5], encoding="utf-8")
    assert made("a") == ({"of": "a"}, True)
    assert made("a") == ({"of": "a"}, False)


def test_a_state_is_that_of_the_files_contents_and_of_what_is_said_besides(tmp_path: Path) -> None:
    file = tmp_path / "ledger.json"
    file.write_text("{}", encoding="utf-8")
    before = state_of([file], "1")
    assert state_of([file], "1") == before != state_of([file], "2")
    file.write_text("[]", encoding="utf-8")
    assert state_of([file], "1") != before
