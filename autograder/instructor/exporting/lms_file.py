"""Put marks into a learning system's own file, and leave all other values and the file's form unchanged.

Canvas's gradebook export gets the assignment's column filled, Moodle's grading worksheet the grade. In Canvas's, a cell
that says ``EX`` (excused) or ``N/A`` (not given the assignment) stays, and so does the cell of a student with an
unmarked answer.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from autograder.instructor.course.roster import POINTS_POSSIBLE, Student
from autograder.instructor.exporting.formats import EXCUSED, PARTICIPANT, ExportError
from autograder.instructor.exporting.spreadsheet import BOM, unguarded
from autograder.instructor.marks import Mark, number

DELIMITERS = ",;\t"
CANVAS_NUMBER = re.compile(r" \(\d+\)$")  # that Canvas puts behind an assignment's title
# What Canvas writes in the place of a mark (lib/gradebook_exporter.rb); importing a mark instead would undo it.
NO_MARK = {EXCUSED, "N/A"}
NAMES = ("Student", "LastName", "FirstName", "Full name")
NAME = "name"  # a student's, from one column or two
# Columns and what each can hold, the surest first.
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
K = TypeVar("K")


@dataclass(frozen=True)
class FilledFile:
    """A file with marks in it."""

    text: str
    filled: int  # the number of marks that were put in
    not_there: Sequence[str]  # students with a mark whom the file does not name
    without_mark: Sequence[str]  # those in the file for whom there is no mark, as it calls them
    kept: Mapping[str, Sequence[str]]  # those whom it excuses or does not give the assignment, by what it says
    changed: Sequence[str]  # those who had another mark in it, each with the old and the new one
    above: Sequence[str]  # those with a mark above the maximum, which Moodle passes over


def fill(text: str, marks: Sequence[Mark], column: str | None = None) -> FilledFile:
    """Return a gradebook of Canvas's or a grading worksheet of Moodle's with the marks of one assignment in it.

    ``column`` is Canvas's name of the assignment, where that is not its id. Raises ExportError where the file is
    neither, or does not fit the marks.
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
    rows = _student_rows(table, header, grade, marks[0].max_score, is_canvas=is_canvas)
    people = [_by_column(row, header) for row in rows]
    owners = _match(people, [mark.student for mark in marks])
    by_student = {mark.student.id: mark for mark in marks}
    without, kept, changed, above, filled = list[str](), dict[str, list[str]](), list[str](), list[str](), 0
    for at, (row, person) in enumerate(zip(rows, people, strict=True)):
        mark = by_student.get(owners.get(at, ""))
        who = f"{person[NAME]} ({person.get('ID' if is_canvas else 'Identifier', '')})"
        old = row[grade].strip() if grade < len(row) else ""
        if is_canvas and old.upper() in NO_MARK:
            kept.setdefault(old, []).append(who)
            continue
        is_excused = is_canvas and mark is not None and mark.excused
        if mark is None or (mark.final_score is None and not is_excused):
            without.append(who)
            continue
        row += [""] * (grade + 1 - len(row))
        row[grade] = EXCUSED if mark.final_score is None else number(mark.final_score)
        filled += 1
        if old and _points(old) != _points(row[grade]):
            changed.append(f"{who}: {old} → {row[grade]}")
        if not is_canvas and mark.final_score is not None and mark.final_score > mark.max_score:
            above.append(who)
    there = set(owners.values())
    marked = [mark.student for mark in marks if mark.final_score is not None]
    absent = [student.id_and_name for student in marked if student.id not in there]
    return FilledFile(_written(table, text, delimiter), filled, absent, without, kept, changed, above)


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
    quoting: Literal[0, 1] = csv.QUOTE_ALL if text.removeprefix(BOM).startswith('"') else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return (BOM if text.startswith(BOM) else "") + out.getvalue()


def _canvas_column(header: Sequence[str], assignment: str, column: str | None) -> int:
    """Return the index of the assignment's column: called so, or so with Canvas's number behind it."""
    wanted = column or assignment
    places = [at for at, name in enumerate(header) if wanted in (name, CANVAS_NUMBER.sub("", name))]
    if len(places) == 1:
        return places[0]
    known = ", ".join(name for name in header[5:] if "(read only)" not in name) or "no others"
    raise ExportError(
        f"{'more than one column is' if places else 'no column is'} called {wanted!r}: name one with --column; "
        f"there are {known}"
    )


def _student_rows(
    table: Sequence[list[str]], header: Sequence[str], grade: int, possible: float, *, is_canvas: bool
) -> list[list[str]]:
    """Return the rows of students, unless the file gives the assignment other points."""
    rows = list(filter(None, table[1:]))
    if is_canvas:
        worth = [row[grade] for row in rows if POINTS_POSSIBLE in row[0] and grade < len(row)]
        # A row without a name says what is posted by hand.
        rows = [row for row in rows if POINTS_POSSIBLE not in row[0] and "".join(row[:2]).strip()]
    else:
        at = next((at for at, name in enumerate(header) if name.lower() == "maximum grade"), len(header))
        worth = [row[at] for row in rows if at < len(row)]
    for there in map(_points, worth):
        if there is not None and abs(there - possible) > 0.005:
            raise ExportError(
                f"the assignment is worth {number(there)} points there and {number(possible)} here: "
                f"make it {number(possible)} there, and export the file again"
            )
    return rows


def _points(text: str) -> float | None:
    """Return the points that a cell says, with a point or a comma; None where it says something else."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _by_column(row: Sequence[str], header: Sequence[str]) -> dict[str, str]:
    """Return the cells of a row by column, the first of two columns of one title, and the name in the file's order."""
    cells = dict(reversed([*zip(header, map(str.strip, row), strict=False)]))
    return cells | {NAME: ", ".join(filter(None, map(cells.get, NAMES)))}


def _match(people: Sequence[Mapping[str, str]], students: Sequence[Student]) -> dict[int, str]:
    """Return students' ids by the number of the row, each student once, by the surest thing that is known.

    Where the school's ids in the file are ours, a name does not make up for another one.
    """
    owners: dict[int, str] = {}
    school_ids = [_folded(person.get("SIS User ID", "") or person.get("ID number", "")) for person in people]
    ours = {_folded(student.id) for student in students}
    strangers = {at for at, value in enumerate(school_ids) if value and value not in ours}
    for column, key in KEYS:
        known = set(owners.values())
        ids = _unique({student.id: _folded(key(student)) for student in students if student.id not in known})
        taken = {*owners, *(strangers if column == NAME and ours.intersection(school_ids) else ())}
        rows = _unique({at: _folded(person.get(column, "")) for at, person in enumerate(people) if at not in taken})
        owners |= {rows[value]: ids[value] for value in rows if value in ids}
    return owners


def _folded(text: str) -> str:
    return unguarded(text.strip()).removeprefix(PARTICIPANT).casefold()


def _unique(values: Mapping[K, str]) -> dict[str, K]:
    """Return keys by value, without those that several have, and without the empty one."""
    counts = Counter(values.values())
    return {value: key for key, value in values.items() if value and counts[value] == 1}
