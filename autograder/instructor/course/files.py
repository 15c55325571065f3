"""Write files whole or not at all; read JSON, and tables of people: CSV in the usual encodings and separators."""

import codecs
import contextlib
import csv
import io
import json
import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.user_errors import UsageError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file, a text in UTF-8: readers, and the next run, see the whole of it or the file of before."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        # An error in the middle of writing names no file.
        raise OSError(error.errno, error.strerror, str(path)) from error


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; an empty one without a readable file."""
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Return a zip of files by their names in it: the same files are the same bytes, as all have one fixed date."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


MAX_TABLE_BYTES = 16 << 20
SEPARATORS = ",;\t"
FORMULA = re.compile(r'\A="(.*)"\Z')  # keeps a spreadsheet from taking 0042 for a number


class TableError(UsageError):
    """A table cannot be read; the message names the file, the line where there is one, and the way out."""


@dataclass(frozen=True)
class Row:
    """One line of a table: its number in the file, and its cells by ``column_key`` of their column."""

    line: int
    cells: Mapping[str, str]

    def first(self, *columns: str) -> str:
        """Return the first cell of these columns that is not empty, or an empty text."""
        return next((self.cells[column] for column in columns if self.cells.get(column)), "")


@dataclass(frozen=True)
class Table:
    """A table."""

    name: str
    columns: Sequence[str]  # their names as they are written
    rows: Sequence[Row]

    def has(self, column: str) -> bool:
        return column in map(column_key, self.columns)

    def error(self, row: Row, reason: str) -> TableError:
        return TableError(f"{self.name}, line {row.line}: {reason}")


def column_key(name: str) -> str:
    """Return a column's name without case, spaces and signs: ``E-mail address`` is ``emailaddress``."""
    return "".join(character for character in name.casefold() if character.isalnum())


def read_table(path: Path) -> Table:
    """Read a table; raise TableError where it is not one of text, and OSError where it cannot be read."""
    with path.open("rb") as file:
        content = file.read(MAX_TABLE_BYTES + 1)
    if len(content) > MAX_TABLE_BYTES:
        raise TableError(f"{path} has more than {MAX_TABLE_BYTES >> 20} MiB, too many for the list of a class")
    return parse_table(content, str(path))


def parse_table(content: bytes, name: str) -> Table:
    """Return the table that a file's content is, in UTF-8 or UTF-16; raise TableError where it is no text."""
    text = _decoded(content, name)
    first, _, rest = text.partition("\n")
    declared = re.fullmatch(r"sep=(.)\r?", first)
    text, skipped = (rest, 1) if declared else (text, 0)  # a line that only Excel reads
    separator = declared[1] if declared else max(SEPARATORS, key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        lines = [(reader.line_num + skipped, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise TableError(
            f"{name}, line {reader.line_num + skipped}: {error}; a name in quotes ends with one"
        ) from error
    if not lines:
        return Table(name, (), ())
    (_, columns), *lines = lines
    keys = [column_key(column) for column in columns]
    rows = []
    for line, cells in lines:
        if any(cell.strip() for cell in cells[len(keys) :]):
            raise TableError(
                f"{name}, line {line}: {len(cells)} cells under {len(keys)} columns; "
                f"put what holds a {separator!r} into double quotes"
            )
        # A column's first occurrence counts: an assignment can have the same name.
        texts = [FORMULA.sub(r"\1", cell.strip()) for cell in cells]
        rows.append(Row(line, dict(reversed(list(zip(keys, texts, strict=False))))))
    return Table(name, columns, rows)


def _decoded(content: bytes, name: str) -> str:
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise TableError(f"{name} is not a table of text in UTF-8: save it as “CSV UTF-8”, or export it again")
    return text
