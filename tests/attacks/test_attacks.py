"""The corpus of attacks says who would gain what; in a container of Gradescope's each ends as the guide says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.corpus import ANOTHER_USER, ATTACKS, read_attacks
from tests.attacks.hostile_class import grade_behind, read_seen
from tests.attacks.outcomes import KEPT, THROUGH, gained, is_as_told, outcome, record
from tests.conftest import made_once


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, released: Path) -> dict[str, Any]:
    """What was seen of the class in a container where another user is the only wall."""
    return read_seen(
        made_once("hostile_user", tmp_path_factory, lambda folder: grade_behind(ANOTHER_USER, folder, released))
    )


@pytest.mark.parametrize(
    "header",
    ["print(1)\n", "It reads files.\n", "It reads files.\n\n- Would gain: the student, a file.\n- Moreover: yes\n"],
    ids=["no header", "no gain", "an unknown field"],
)
def test_an_entry_without_a_whole_header_is_no_attack(header: str, tmp_path: Path) -> None:
    (tmp_path / "secrets.md").write_text(f"# Attacks on secrets\n\n## reads\n\n{header}", encoding="utf-8")
    with pytest.raises(ValueError, match="secrets"):
        read_attacks(tmp_path / "secrets.md")


def test_the_guide_knows_every_attack_and_no_other() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    by_wall = {wall: {each["name"]: each["ended"][wall] for each in kept["attacks"]} for wall in kept["walls"]}
    assert record(by_wall) == kept, "make attacks"


@pytest.mark.deep
@pytest.mark.parametrize("student", ATTACKS)
def test_an_attack_in_a_container_is_stopped_or_noticed_or_told_of(seen: dict[str, Any], student: str) -> None:
    assert outcome(ATTACKS[student], seen, ANOTHER_USER) != THROUGH, gained(ATTACKS[student], seen)


@pytest.mark.deep
@pytest.mark.parametrize("student", ATTACKS)
def test_an_attack_in_a_container_ends_as_the_guide_says(seen: dict[str, Any], student: str) -> None:
    assert is_as_told(ATTACKS[student], seen, ANOTHER_USER), "make attacks"


@pytest.mark.deep
def test_a_process_outside_the_container_is_neither_killed_nor_stopped(seen: dict[str, Any]) -> None:
    assert seen["neighbour"] == "S"
