"""The mutants that are right answers, too: what they change, the contract leaves free. Each has its reason."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

LIST = Path(__file__).with_suffix(".toml")
Key = tuple[str, str, str]


def equivalents(room: str) -> Mapping[Key, str]:
    """Return the reason of each equivalent mutant of a room, by the mutant's key.

    Raises:
        ValueError: an entry has no reason, or a mutant stands in the list twice.
    """
    found: dict[Key, str] = {}
    for entry in tomllib.loads(LIST.read_text(encoding="utf-8")).get(room, []):
        for change in entry["changes"]:
            key = (entry["where"], entry["code"], change)
            if key in found or not entry["reason"].strip():
                raise ValueError(f"{room}, {': '.join(key)}: it stands there twice, or without a reason")
            found[key] = entry["reason"]
    return found
