"""What a build makes and keeps in `_build`, until something changes of which it was made."""

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from book import ROOT

FOLDER = ROOT / "_build" / "kept"
Kept = TypeVar("Kept")


def kept(name: str, state: str, make: Callable[[], Kept]) -> Kept:
    """Return what was made in the same state, or make it; two pages that are read at the same time may ask.

    Args:
        name: of its file.
        state: a digest of all that it depends on.
        make: returns it, as JSON values.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.json").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        found = _whole(file.read())
        if found.get("state") != state:
            found = {"state": state, "made": make()}
            file.truncate(0)
            json.dump(found, file, indent=1)
    made: Kept = found["made"]
    return made


def _whole(text: str) -> dict[str, Any]:
    """Read what is kept; nothing, where a build was killed while it wrote."""
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError:
        return {}
    return found


def state_of(files: Iterable[Path], *more: str) -> str:
    """Return a digest of the contents of files, and of more."""
    parts = [*(path.read_bytes() for path in sorted(files)), *(one.encode() for one in more)]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
