"""Put marks into a file that a learning system gave out, and leave every other byte of it as it is.

Canvas's gradebook export gets the assignment's column filled, Moodle's grading worksheet the grade and, where it is
empty, the comment. The formats are those of ``canvas.py`` and ``moodle.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from autograder.instructor.course.roster import Student
from autograder.instructor.exporting import ExportError
from autograder.instructor.exporting.canvas import POINTS_POSSIBLE
from autograder.instructor.exporting.moodle import PARTICIPANT, comment
from autograder.instructor.exporting.tables import BOM, unguarded
from autograder.instructor.gradebook.marks import Mark, number

DELIMITERS = ",;\t"
K = TypeVar("K")


@dataclass(frozen=True)
class Cell:
    """One cell of a table: what it says, and where in the text it stands."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Filled:
    """A file with marks in it.

    Attributes:
        text: of the file.
        filled: how many marks were put in.
        not_there: students with a mark whom the file does not name.
        without_mark: what the file calls those for whom there is none.
    """

    text: str
    filled: int
    not_there: Sequence[str]
    without_mark: Sequence[str]


def fill(text: str, marks: Sequence[Mark], column: str | None = None) -> Filled:
    """Return a gradebook of Canvas's or a grading worksheet of Moodle's with the marks of one assignment in it.

    Args:
        text: of the file.
        marks: of one assignment, one for each student.
        column: the assignment's column in Canvas's gradebook, where it is not called as the assignment is.

    Raises:
        ExportError: it is neither, or does not fit the marks.
    """
    table = cells(text)
    header = [cell.value.strip() for cell in table[0]] if table else []
    is_canvas = header[:2] == ["Student", "ID"] or header[:3] == ["LastName", "FirstName", "ID"]
    if not is_canvas and not {"Identifier", "Grade"} <= set(header):
        raise ExportError(
            "it is neither Canvas's gradebook, which begins with Student,ID, nor Moodle's grading worksheet in "
            "English, with the columns Identifier and Grade"
        )
    grade = _canvas_column(header, marks[0].assignment, column) if is_canvas else header.index("Grade")
    remark = header.index("Feedback comments") if "Feedback comments" in header and not is_canvas else None
    people = _rows_of_people(table, is_canvas, grade, marks[0].max_score, header)
    whose = _match(people, header, [mark.student for mark in marks])
    by_student = {mark.student.id: mark for mark in marks}
    edits: list[tuple[int, int, str]] = []
    without: list[str] = []
    for at, row in enumerate(people):
        mark = by_student.get(whose.get(at, ""))
        if mark is None or mark.score is None:
            without.append(" ".join(cell.value for cell in row[:2]).strip())
            continue
        edits.append(_edit(text, row, grade, number(mark.score)))
        if remark is not None and len(row) > remark and not row[remark].value.strip():
            edits.append(_edit(text, row, remark, comment(mark)))
    there = set(whose.values())
    absent = [mark.student.name for mark in marks if mark.score is not None and mark.student.id not in there]
    return Filled(_apply(text, edits), len(people) - len(without), absent, without)


def cells(text: str) -> list[list[Cell]]:
    """Return the rows of a table with the place of each cell; the delimiter is the first line's most frequent one.

    Raises:
        ExportError: a quotation mark is not closed.
    """
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    rows: list[list[Cell]] = [[]]
    at = len(BOM) if text.startswith(BOM) else 0
    while at < len(text):
        cell, at = _cell(text, at, delimiter)
        rows[-1].append(cell)
        if at < len(text) and text[at] == delimiter:
            at += 1
            if at == len(text) or text[at] in "\r\n":
                rows[-1].append(Cell("", at, at))
        if at < len(text) and text[at] in "\r\n":
            at += 2 if text.startswith("\r\n", at) else 1
            rows.append([])
    return [row for row in rows if row]


def _cell(text: str, at: int, delimiter: str) -> tuple[Cell, int]:
    start, value = at, []
    if text.startswith('"', at):
        while True:
            end = text.find('"', at + 1)
            if end < 0:
                raise ExportError(f"the quotation mark in line {text.count(chr(10), 0, start) + 1} is not closed")
            value.append(text[at + 1 : end])
            at = end + 1
            if not text.startswith('"', at):
                break
            value.append('"')
    end = at
    while end < len(text) and text[end] != delimiter and text[end] not in "\r\n":
        end += 1
    value.append(text[at:end])
    return Cell("".join(value), start, end), end


def _canvas_column(header: Sequence[str], assignment: str, column: str | None) -> int:
    """Return which column is the assignment's: called so, or so with Canvas's number behind it."""
    wanted = column or assignment
    found = [at for at, name in enumerate(header) if name == wanted or _title(name) == wanted]
    if len(found) == 1:
        return found[0]
    known = ", ".join(name for name in header[5:] if "(read only)" not in name) or "no other"
    raise ExportError(
        f"{'more than one column is' if found else 'no column is'} called {wanted!r}: name one with --column; "
        f"there are {known}"
    )


def _title(name: str) -> str:
    title, bracket, rest = name.rpartition(" (")
    return title if bracket and rest.endswith(")") and rest[:-1].isdigit() else name


def _rows_of_people(
    table: Sequence[Sequence[Cell]], is_canvas: bool, grade: int, possible: float, header: Sequence[str]
) -> list[Sequence[Cell]]:
    """Return the rows that are a student's, having seen to it that the points fit."""
    if is_canvas:
        people = []
        for row in table[1:]:
            if POINTS_POSSIBLE in row[0].value:
                _require_points(row, grade, possible)
            elif row[0].value.strip() or (len(row) > 1 and row[1].value.strip()):  # else it says what is posted by hand
                people.append(row)
        return people
    lower = [name.lower() for name in header]
    for row in table[1:]:
        if "maximum grade" in lower:
            _require_points(row, lower.index("maximum grade"), possible)
    return list(table[1:])


def _require_points(row: Sequence[Cell], column: int, possible: float) -> None:
    said = row[column].value.strip().replace(",", ".") if column < len(row) else ""
    try:
        there = float(said)
    except ValueError:
        return
    if abs(there - possible) > 0.005:
        raise ExportError(
            f"the assignment is worth {number(there)} points there and {number(possible)} here: "
            f"make it {number(possible)} there, and export the file again"
        )


Key = Callable[[Student], str]
# Which column may hold what, the surest first.
KEYS: Sequence[tuple[str, Key]] = (
    ("ID", lambda student: student.lms_user_id),
    ("Identifier", lambda student: student.lms_user_id),
    ("SIS User ID", lambda student: student.id),
    ("ID number", lambda student: student.id),
    ("SIS Login ID", lambda student: student.id),
    ("SIS Login ID", lambda student: student.email),
    ("Email address", lambda student: student.email),
    ("Email address", lambda student: student.id),
    ("ID", lambda student: student.id),
    ("Identifier", lambda student: student.id),
    ("Student", lambda student: student.sortable_name),
    ("Full name", lambda student: student.name),
)


def _match(people: Sequence[Sequence[Cell]], header: Sequence[str], students: Sequence[Student]) -> dict[int, str]:
    """Return the student's id by the number of the row, each student once, by the surest thing that is known."""
    found: dict[int, str] = {}
    for column, key in KEYS:
        if column not in header:
            continue
        known = set(found.values())
        index = _unique({student.id: _folded(key(student)) for student in students if student.id not in known})
        at = header.index(column)
        there = {row: _folded(cells_[at].value) for row, cells_ in enumerate(people) if at < len(cells_)}
        rows = _unique({row: value for row, value in there.items() if row not in found})
        found |= {rows[value]: index[value] for value in rows if value in index}
    return found


def _folded(text: str) -> str:
    return unguarded(text.strip()).removeprefix(PARTICIPANT).casefold()


def _unique(values: Mapping[K, str]) -> dict[str, K]:
    """Return keys by value, without those that several have, and without the empty one."""
    counts: dict[str, list[K]] = {}
    for key, value in values.items():
        counts.setdefault(value, []).append(key)
    return {value: keys[0] for value, keys in counts.items() if value and len(keys) == 1}


def _edit(text: str, row: Sequence[Cell], column: int, value: str) -> tuple[int, int, str]:
    """Return what to put where: in the quotation marks that are there, or in some where it needs them."""
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    was_quoted = column < len(row) and text.startswith('"', row[column].start)
    if was_quoted or any(sign in value for sign in f'{delimiter}"\r\n'):
        value = '"' + value.replace('"', '""') + '"'
    if column < len(row):
        return row[column].start, row[column].end, value
    return row[-1].end, row[-1].end, delimiter * (column - len(row) + 1) + value


def _apply(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    pieces, at = [], 0
    for start, end, value in sorted(edits):
        pieces += [text[at:start], value]
        at = end
    return "".join([*pieces, text[at:]])
