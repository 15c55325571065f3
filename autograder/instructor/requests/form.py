"""A request to look at a mark again: a few lines of text, which a page of feedback gives and a student fills in.

``student: ada``, ``assignment: 2-layers``, ``check: Linear.affine_map`` and, last, ``reason: …``, which goes on to the
end. Anybody can write one, so all that is read here is claimed, and capped.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_BYTES = 64 << 10
MAX_FIELD, MAX_REASON = 200, 4000
FIELDS = ("student", "assignment", "check")  # and the reason
WRITTEN, OTHER = "written answer", "something else"  # subjects besides a check
LINE = re.compile(rf"[>\s]*({'|'.join(FIELDS)}|reason)\s*:[^\S\n]*(.*)", re.IGNORECASE)


class NoRequest(Exception):
    """A file is not a request; the message says why."""


@dataclass(frozen=True)
class Request:
    """A student's request; its check is ``Exercise.check``, a title, ``written answer`` or ``something else``."""

    student: str
    assignment: str
    check: str
    reason: str = ""

    def lines(self) -> str:
        """Return the request as the text that is handed in."""
        return "\n".join(f"{name}: {getattr(self, name)}" for name in (*FIELDS, "reason")) + "\n"


def parse_request(content: bytes) -> Request:
    """Return the request in a file, or raise NoRequest."""
    if len(content) > MAX_BYTES:
        raise NoRequest(f"it has more than {MAX_BYTES >> 10} KiB, too many for a request")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoRequest("it is not text in UTF-8") from error
    fields = _fields(text)
    missing = [name for name in ("assignment", "check") if not fields.get(name)]
    if missing:
        raise NoRequest(f"it has no line “{missing[0]}: …”, as a request has")
    capped = {name: fields.get(name, "")[:MAX_FIELD] for name in FIELDS}
    return Request(**capped, reason=fields.get("reason", "")[:MAX_REASON])


def _fields(text: str) -> Mapping[str, str]:
    """Return the first text of each field; the reason takes all that follows it."""
    fields: dict[str, str] = {}
    lines = text.splitlines()
    for at, line in enumerate(lines):
        match = LINE.fullmatch(line)
        if match is None:
            continue
        name = match[1].casefold()
        if name == "reason":
            return fields | {"reason": "\n".join([match[2], *lines[at + 1 :]]).strip()}
        fields.setdefault(name, match[2].strip())
    return fields
