"""A request to look at a mark again, as the page of feedback writes it, or a student by hand: a few lines of text.

``student: ada``, ``assignment: 2-layers``, ``check: Linear.affine_map``, ``receipt: …`` and, last, ``reason: …``, which
goes on to the end. Whoever writes it may write anything, so what is read here is claimed, and capped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_BYTES = 64 << 10
MAX_FIELD, MAX_REASON = 200, 4000
FIELDS = ("student", "assignment", "check", "receipt")  # and the reason
WRITTEN, OTHER = "written answer", "something else"  # what is asked about, where that is no check
LINE = re.compile(rf"[>\s]*({'|'.join(FIELDS)}|reason)\s*:[^\S\n]*(.*)", re.IGNORECASE)


class NoRequest(Exception):
    """A file is no request; the message says why."""


@dataclass(frozen=True)
class Request:
    """What a student asks, in the student's own words."""

    student: str  # who it says it is from
    assignment: str
    check: str  # ``Exercise.check``, a check's title, ``written answer`` or ``something else``
    receipt: str = ""  # of the notebook, as the page of feedback shows it; or empty
    reason: str = ""  # why

    def lines(self) -> str:
        """Return the request as the text that is handed in."""
        return "\n".join(f"{name}: {getattr(self, name)}" for name in (*FIELDS, "reason")) + "\n"


def parse_request(content: bytes) -> Request:
    """Return the request that a file holds.

    Raises:
        NoRequest: it holds none.
    """
    if len(content) > MAX_BYTES:
        raise NoRequest(f"it has more than {MAX_BYTES >> 10} KiB: that is no request")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoRequest("it is no text in UTF-8") from error
    found = _fields(text)
    missing = [name for name in ("assignment", "check") if not found.get(name)]
    if missing:
        raise NoRequest(f"it has no line “{missing[0]}: …”, as a request has")
    said = {name: found.get(name, "")[:MAX_FIELD] for name in FIELDS}
    return Request(**said, reason=found.get("reason", "")[:MAX_REASON])


def _fields(text: str) -> Mapping[str, str]:
    """Return what is said of each field at its first occurrence; after the reason's nothing else is looked for."""
    found: dict[str, str] = {}
    lines = text.splitlines()
    for at, line in enumerate(lines):
        match = LINE.fullmatch(line)
        if match is None:
            continue
        name = match[1].casefold()
        if name == "reason":
            return found | {"reason": "\n".join([match[2], *lines[at + 1 :]]).strip()}
        found.setdefault(name, match[2].strip())
    return found
