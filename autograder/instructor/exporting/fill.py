"""Put marks into a file that a learning system gave out, and leave every other value, and the file's form, as they are.

Canvas's gradebook export gets the assignment's column filled, Moodle's grading worksheet the grade and, where it is
empty, the comment. The formats are those of ``canvas.py`` and ``moodle.py``. What says in Canvas's that a student is
excused, ``EX``, or was not given the assignment, ``N/A``, stays; so does a cell for whose mark an answer is unmarked.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from autograder.instructor.course.roster import POINTS_POSSIBLE, Student
from autograder.instructor.exporting import ExportError
from autograder.instructor.exporting.canvas import EXCUSED
from autograder.instructor.exporting.moodle import PARTICIPANT, comment
from autograder.instructor.exporting.tables import BOM, unguarded
from autograder.instructor.marks import Mark, number

DELIMITERS = ",;\t"
CANVAS_NUMBER = re.compile(r" \(\d+\)$")  # that Canvas puts behind an assignment's title
# What Canvas writes in the place of a mark (lib/gradebook_exporter.rb); importing a mark instead would undo it.
NO_MARK = {EXCUSED, "N/A"}
K = TypeVar("K")


@dataclass(frozen=True)
class FilledFile:
    """A file with marks in it."""

    text: str
    filled: int  # how many marks were put in
    not_there: Sequence[str]  # students with a mark whom the file does not name
    without_mark: Sequence[str]  # what the file calls those for whom there is none
    kept: Mapping[str, Sequence[str]]  # whom it excuses or does not give the assignment, by what it says
    changed: Sequence[str]  # those who had another mark in it, each with the old and the new one


def fill(text: str, marks: Sequence[Mark], column: str | None = None) -> FilledFile:
    """Return a gradebook of Canvas's or a grading worksheet of Moodle's with the marks of one assignment in it.

    Canvas's column has to be named where it is not called as the assignment is.

    Raises:
        ExportError: it is neither, or does not fit the marks.
    """
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    table = _rows(text.removeprefix(BOM), delimiter)
    header = [name.strip() for name in table[0]] if table else []
    is_canvas = header[:2] == ["Student", "ID"] or header[:3] == ["LastName", "FirstName", "ID"]
    if not is_canvas and not {"Identifier", "Grade"} <= set(header):
        raise ExportError(
            "it is neither Canvas's gradebook, which begins with Student,ID, nor Moodle's grading worksheet in "
            "English, with the columns Identifier and Grade"
        )
    grade = _canvas_column(header, marks[0].assignment, column) if is_canvas else header.index("Grade")
    remark = header.index("Feedback comments") if "Feedback comments" in header and not is_canvas else None
    people = _rows_of_people(table, is_canvas, grade, marks[0].max_score, header)
    known = [_by_column(row, header) for row in people]
    whose = _match(known, [mark.student for mark in marks])
    by_student = {mark.student.id: mark for mark in marks}
    without, kept, changed = list[str](), dict[str, list[str]](), list[str]()
    filled = 0
    for at, row in enumerate(people):
        mark = by_student.get(whose.get(at, ""))
        who = f"{known[at][NAME]} ({known[at].get('ID' if is_canvas else 'Identifier', '')})"
        old = row[grade].strip() if grade < len(row) else ""
        if is_canvas and old.upper() in NO_MARK:
            kept.setdefault(old, []).append(who)
            continue
        excused = is_canvas and mark is not None and mark.excused
        if mark is None or (mark.final_score is None and not excused):
            without.append(who)
            continue
        row += [""] * (grade + 1 - len(row))
        row[grade] = EXCUSED if mark.final_score is None else number(mark.final_score)
        filled += 1
        if old and _points(old) != _points(row[grade]):
            changed.append(f"{who}: {old} → {row[grade]}")
        if remark is not None and len(row) > remark and not row[remark].strip():
            row[remark] = comment(mark)
    there = set(whose.values())
    absent = [mark.student.name for mark in marks if mark.final_score is not None and mark.student.id not in there]
    return FilledFile(_written(table, text, delimiter), filled, absent, without, kept, changed)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 1
    try:
        for row in reader:
            rows.append(row)
            line = reader.line_num + 1
    except csv.Error as error:
        raise ExportError(f"the quotation mark in line {line} is not closed, or text follows it") from error
    return rows


def _written(rows: Sequence[Sequence[str]], text: str, delimiter: str) -> str:
    """Return rows as the text has them: its mark of encoding, its line ends, and all cells quoted where it does so."""
    out = io.StringIO(newline="")
    end = "\r\n" if "\r\n" in text else "\n"
    quoted: Literal[0, 1] = csv.QUOTE_ALL if text.removeprefix(BOM).startswith('"') else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoted).writerows(rows)
    return (BOM if text.startswith(BOM) else "") + out.getvalue()


def _canvas_column(header: Sequence[str], assignment: str, column: str | None) -> int:
    """Return which column is the assignment's: called so, or so with Canvas's number behind it."""
    wanted = column or assignment
    found = [at for at, name in enumerate(header) if wanted in (name, CANVAS_NUMBER.sub("", name))]
    if len(found) == 1:
        return found[0]
    known = ", ".join(name for name in header[5:] if "(read only)" not in name) or "no other"
    raise ExportError(
        f"{'more than one column is' if found else 'no column is'} called {wanted!r}: name one with --column; "
        f"there are {known}"
    )


def _rows_of_people(
    table: Sequence[list[str]], is_canvas: bool, grade: int, possible: float, header: Sequence[str]
) -> list[list[str]]:
    """Return the rows that are a student's, having seen to it that the points fit."""
    rows = list(filter(None, table[1:]))
    if is_canvas:
        for row in rows:
            if POINTS_POSSIBLE in row[0]:
                _require_points(row, grade, possible)
        # A row without a name says what is posted by hand.
        return [row for row in rows if POINTS_POSSIBLE not in row[0] and "".join(row[:2]).strip()]
    lower = [name.lower() for name in header]
    if "maximum grade" in lower:
        for row in rows:
            _require_points(row, lower.index("maximum grade"), possible)
    return rows


def _require_points(row: Sequence[str], column: int, possible: float) -> None:
    there = _points(row[column]) if column < len(row) else None
    if there is not None and abs(there - possible) > 0.005:
        raise ExportError(
            f"the assignment is worth {number(there)} points there and {number(possible)} here: "
            f"make it {number(possible)} there, and export the file again"
        )


def _points(text: str) -> float | None:
    """Return the points that a cell says, with a point or a comma; None where it says something else."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


NAMES = ("Student", "LastName", "FirstName", "Full name")
NAME = "name"  # in one column or in two
# Which column may hold what, the surest first.
KEYS: Sequence[tuple[str, Callable[[Student], str]]] = (
    ("ID", lambda student: student.lms_user_id),
    ("Identifier", lambda student: student.lms_user_id),
    ("SIS User ID", lambda student: student.id),
    ("ID number", lambda student: student.id),
    ("SIS Login ID", lambda student: student.login),
    ("SIS Login ID", lambda student: student.id),
    ("SIS Login ID", lambda student: student.email),
    ("Email address", lambda student: student.email),
    ("Email address", lambda student: student.id),
    ("ID", lambda student: student.id),
    ("Identifier", lambda student: student.id),
    (NAME, lambda student: student.sortable_name),
    (NAME, lambda student: student.name),
)


def _by_column(row: Sequence[str], header: Sequence[str]) -> dict[str, str]:
    """Return what a row says by column, of two of one title the first, and the name, in the file's own order."""
    cells = dict(reversed([*zip(header, map(str.strip, row), strict=False)]))
    return cells | {NAME: ", ".join(filter(None, map(cells.get, NAMES)))}


def _match(people: Sequence[Mapping[str, str]], students: Sequence[Student]) -> dict[int, str]:
    """Return the student's id by the number of the row, each student once, by the surest thing that is known."""
    found: dict[int, str] = {}
    for column, key in KEYS:
        known = set(found.values())
        index = _unique({student.id: _folded(key(student)) for student in students if student.id not in known})
        cells = {row: _folded(person.get(column, "")) for row, person in enumerate(people) if row not in found}
        rows = _unique(cells)
        found |= {rows[value]: index[value] for value in rows if value in index}
    return found


def _folded(text: str) -> str:
    return unguarded(text.strip()).removeprefix(PARTICIPANT).casefold()


def _unique(values: Mapping[K, str]) -> dict[str, K]:
    """Return keys by value, without those that several have, and without the empty one."""
    counts = Counter(values.values())
    return {value: key for key, value in values.items() if value and counts[value] == 1}
