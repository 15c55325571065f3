"""Tables as comma-separated values (RFC 4180) that are safe to open in a spreadsheet.

A spreadsheet takes a cell for a formula where it begins with = + - @, some also with their full-width forms, or with a
tab or a carriage return; a lone - is none.
Such a cell gets an apostrophe before it (OWASP, "CSV Injection"), also where it has one already: taking one away gives
every text back.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# Excel takes a file without this mark for one in the encoding of its country.
BOM = "\ufeff"
FORMULA = re.compile(r"'*(?:[=+@＝＋＠\t\r\n]|[-－].)", re.DOTALL)


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return the text that ``guarded`` got."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV for Excel and others, every cell guarded."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([guarded(cell) for cell in row] for row in rows)
    return BOM + out.getvalue()


def csv_rows(text: str) -> list[list[str]]:
    """Return the rows that ``csv_text`` got."""
    return [[unguarded(cell) for cell in row] for row in csv.reader(io.StringIO(text.removeprefix(BOM), newline=""))]
