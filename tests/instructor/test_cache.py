"""Results that take minutes are computed once, and again where their inputs have changed."""

import os
import time
from pathlib import Path

import pytest

from autograder.dependencies import digest
from autograder.instructor import cache
from autograder.instructor.cache import UNUSED_S, cached


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "cache")
    return tmp_path / "cache"


def test_a_result_is_made_again_for_another_digest_alone() -> None:
    asked = [("a", b"1"), ("a", b"2"), ("b", b"3"), ("a", b"4")]
    assert [cached("result", digest, lambda made=made: made) for digest, made in asked] == [b"1", b"1", b"3", b"1"]


def test_results_of_one_room_that_are_written_at_once_are_not_mixed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def while_another_is_written(draft: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "replace", replace)
        cached("layers.mistakes", "digest", lambda: b"mistakes")
        return replace(draft, target)

    monkeypatch.setattr(Path, "replace", while_another_is_written)
    cached("layers.frames", "digest", lambda: b"frames")
    found = [cached(name, "digest", lambda: b"lost") for name in ("layers.frames", "layers.mistakes")]
    assert found == [b"frames", b"mistakes"]


def test_a_result_that_was_not_used_for_two_months_leaves(folder: Path) -> None:
    for name in ("old", "recent"):
        cached(name, "digest", lambda: b"")
    at = time.time() - UNUSED_S - 1
    os.utime(folder / "results" / "old-digest", (at, at))
    cached("next", "digest", lambda: b"")
    assert sorted(path.name for path in (folder / "results").iterdir()) == ["next-digest", "recent-digest"]


def test_a_digest_tells_content_name_and_facts_apart_and_not_where_the_tree_lies(tmp_path: Path) -> None:
    def files(tree: str, **texts: str) -> list[Path]:
        paths = []
        for name, text in texts.items():
            paths.append(tmp_path / tree / name)
            paths[-1].parent.mkdir(exist_ok=True)
            paths[-1].write_text(text, encoding="utf-8")
        return paths

    first = files("first", a="1", b="2")
    assert digest(first) == digest(reversed(first)) == digest(files("elsewhere", a="1", b="2"))
    different = [digest(files("second", a="1", b="3")), digest(files("third", a="1", c="2")), digest(first, 1)]
    different += [digest(first, "1"), digest(first, 1, ""), digest((), 1), digest(first)]
    assert len(set(different)) == len(different)
