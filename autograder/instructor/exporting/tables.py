"""Tables as comma-separated values (RFC 4180), safe to open in a spreadsheet, and read back as they were.

A cell that a spreadsheet would take for a formula, as it begins with = + - @, a tab or a carriage return, gets an
apostrophe before it (OWASP, "CSV Injection"); a lone - is none. So does one that has such an apostrophe already, so
that taking one away gives every text back.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

# Excel takes a file without this mark for one in the encoding of its country.
BOM = "\ufeff"
FORMULA = re.compile(r"'*(?:[=+@\t\r]|-.)", re.DOTALL)


def guarded(text: str) -> str:
    """Return a text as no spreadsheet takes it for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return the text that was guarded."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV for Excel and for others, every cell guarded."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([guarded(cell) for cell in row] for row in rows)
    return BOM + out.getvalue()


def csv_rows(text: str) -> list[list[str]]:
    """Return the rows of such a text as they were."""
    return [[unguarded(cell) for cell in row] for row in csv.reader(io.StringIO(text.removeprefix(BOM), newline=""))]
