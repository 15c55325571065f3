"""How trustworthy a hand-in time is: proved or claimed.

It is *proved* where a clock says it that the student cannot set: a learning system's, or that of the disk on which
nbgrader's exchange lies. Every other is *claimed*: a commit's date, a folder's name, a ``timestamp.txt``.
"""

from __future__ import annotations

from datetime import datetime

PROVED, CLAIMED = "proved", "claimed"


def standing_of(when: datetime | None, *, proved: bool) -> str:
    """Return ``proved`` or ``claimed``, or nothing if there is no time."""
    return "" if when is None else PROVED if proved else CLAIMED
