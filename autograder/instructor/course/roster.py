"""The class: ``roster.csv``, written by hand or exported from a learning system.

Columns are known by their names, in any order and number. Read as they are, besides the course folder's own:

- Canvas's gradebook export, ``Student, ID, SIS User ID, SIS Login ID, Section, …`` with a row ``Points Possible``, and
  the one with ``LastName, FirstName`` in the place of ``Student`` (Canvas Instructor Guide, "How do I export grades in
  the Gradebook?"; ``lib/gradebook_exporter.rb`` in github.com/instructure/canvas-lms)
- Moodle's grade export, ``First name, Last name, ID number, Institution, Department, Email address, …``, its list of
  participants, and an assignment's grading worksheet, ``Identifier, Full name, …, Email address`` (MoodleDocs, "Grade
  export" and "Offline grading worksheet")
- the table of ``nbgrader db student import``, ``id, first_name, last_name, email, lms_user_id`` (nbgrader's
  documentation)

Defends against a student whose address or login, where these are the only ids, cannot name a folder, and so would stop
every command: a digest of it does. Does not defend: where a system lets two students enter the same address.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.instructor.course.files import Row, Table, TableError, column_key, read_table
from autograder.instructor.course.folder import CourseFolder

# The first of these columns in which everybody has a value of their own names the folders in submitted/.
ID_COLUMNS = ("studentid", "sisuserid", "idnumber", "id", "username", "sisloginid", "login", "emailaddress", "email")
LOGIN_COLUMNS = ("sisloginid", "login", "username")
EMAIL_COLUMNS = ("email", "emailaddress", "mail")
FIRST_NAME_COLUMNS = ("firstname", "givenname")
LAST_NAME_COLUMNS = ("lastname", "surname", "familyname")
NAME_COLUMNS = ("name", "fullname", "student", "studentname")
ALSO = "also"
ROUNDED = re.compile(r"\d[.,]\d+E\+\d+", re.IGNORECASE)
NO_FOLDER = re.compile(r"[/\\\x00-\x1f\x7f]|^\.|^-|^$")
DIGEST = "sha256-"  # begins the id of a student whose own cannot name a folder, and nobody else's
MAX_ID_BYTES = 100
POINTS_POSSIBLE = "Points Possible"
# The student as whom teachers see a course of Canvas.
TEST_STUDENTS = {"student, test", "test student"}
IN_SEVERAL = re.compile(r",? and |, ")
# A suffix after a last name's own comma: Canvas writes "Smith, Jr., Robert".
SUFFIX = re.compile(r"(.+?, *(?:jr|sr|i{2,3}|iv)\.?), *(.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Student:
    """A student of the class; every field but the id can be empty."""

    id: str  # names the student in submitted/ and in the gradebook; leading zeros count
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""  # the learning system's id, in file names too: Canvas's user, Moodle's participant
    also: tuple[str, ...] = ()  # other ids and names by which the student is known, such as a repository's name
    login: str = ""  # in the learning system
    section: str = ""  # of the class, as the learning system calls it

    @property
    def full_name(self) -> str:
        """First and last name, empty where neither is known."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def name(self) -> str:
        """The full name, or else the id."""
        return self.full_name or self.id

    @property
    def id_and_name(self) -> str:
        """The id, which is unique, and the name, which people know."""
        return f"{self.id} {self.full_name}".strip()

    @property
    def sortable_name(self) -> str:
        """Last name, first name; or the id where neither is known."""
        return ", ".join(part for part in (self.last_name, self.first_name) if part) or self.id


def students_of(folder: CourseFolder) -> tuple[Student, ...]:
    """Return the class of a course folder, which is empty without a roster.

    Raises:
        TableError: the roster cannot be read, or gives everybody another id than work was handed in under.
    """
    students = read_roster(folder.roster) if folder.roster.exists() else ()
    known = {path.name for path in (folder.root / "submitted").glob("*")}
    if known and known.isdisjoint(student.id for student in students):
        for student in students:
            if before := known.intersection(student.also):
                raise TableError(
                    f"{folder.roster.name} gives the id {student.id} to {student.name}, who was {min(before)} before: "
                    "a column of ids names students only while everybody has a value of their own in it"
                )
    return students


def by_section(students: Collection[Student]) -> dict[str, list[str]]:
    """Return the ids of students by the section of the class; of a student in several of them, by each."""
    sections: dict[str, list[str]] = {student.section: [] for student in students if student.section}
    for student in students:
        for section in sections_of(student.section) & sections.keys():
            sections[section].append(student.id)
    return sections


def sections_of(text: str) -> frozenset[str]:
    """Return a section, and those of which Canvas writes it together: ``A and B``, or ``A, B, and C``."""
    return frozenset(filter(None, (text, *IN_SEVERAL.split(text))))


def read_roster(path: Path) -> tuple[Student, ...]:
    """Read a class from a table; raise TableError as ``students_in``, and OSError where there is no such file."""
    return students_in(read_table(path))


def students_in(table: Table) -> tuple[Student, ...]:
    """Return the students of a table, in its order.

    Raises:
        TableError: no column holds an id for everybody, an id of the school's cannot name a folder or is rounded, or
            two students have the same.
    """
    rows = [row for row in table.rows if not _is_no_student(row)]
    if not rows:
        return ()
    column = _id_column(table, rows)
    rounded = [row for row in rows if ROUNDED.fullmatch(row.cells[column])]
    if rounded and (column not in EMAIL_COLUMNS or rounded == rows):
        raise table.error(
            rounded[0],
            f"a spreadsheet has rounded the id to {rounded[0].cells[column]}: export it again and do not save it there",
        )
    more_ids = [name for name in ID_COLUMNS if name not in (column, *EMAIL_COLUMNS) and not _is_lms_id(name, table)]
    return tuple(_student(table, row, column, more_ids) for row in rows)


def _student(table: Table, row: Row, column: str, more_ids: Sequence[str]) -> Student:
    written = identity = row.cells[column]
    is_folder = not NO_FOLDER.search(written) and len(written.encode()) <= MAX_ID_BYTES
    if column in (*LOGIN_COLUMNS, *EMAIL_COLUMNS):
        if not is_folder or ROUNDED.fullmatch(written) or _is_digest(written):
            identity = DIGEST + hashlib.sha256(written.encode()).hexdigest()[:32]
    elif not is_folder:
        raise table.error(row, f"{written!r} cannot name a folder, as an id does in submitted/")
    first, last = row.first(*FIRST_NAME_COLUMNS), row.first(*LAST_NAME_COLUMNS)
    if not first and not last:
        first, last = split_name(row.first(*NAME_COLUMNS))
    also = [row.cells.get(name, "") for name in (column, *more_ids)] + [
        name.strip() for name in row.cells.get(ALSO, "").split(";")
    ]
    lms_user_id = row.first("lmsuserid") or row.cells.get("identifier", "").removeprefix("Participant ")
    if _is_lms_id("id", table):
        lms_user_id = row.cells.get("id", "")
    known = tuple(dict.fromkeys(name for name in also if name not in ("", identity) and not _is_digest(name)))
    login, section = row.first(*LOGIN_COLUMNS), row.cells.get("section", "")
    return Student(identity, first, last, row.first(*EMAIL_COLUMNS), lms_user_id, known, login, section)


def _is_digest(name: str) -> bool:
    return name.casefold().startswith(DIGEST)


def split_name(name: str) -> tuple[str, str]:
    """Return a full name as first and last name: at its comma, or else before its last word."""
    if suffixed := SUFFIX.fullmatch(name):
        return suffixed[2].strip(), suffixed[1].strip()
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    *firsts, last = name.split() or [""]
    return " ".join(firsts), last


def _is_no_student(row: Row) -> bool:
    # Canvas has a row or two of what an assignment is worth before the first student.
    if {"lastname", "firstname", "section"} <= row.cells.keys():
        name = ", ".join(filter(None, (row.cells["lastname"], row.cells["firstname"])))
    elif (name := row.cells.get("student", "-")) == "-":
        return False
    if not name:
        return not row.first(*ID_COLUMNS)
    return name == POINTS_POSSIBLE or name.casefold() in TEST_STUDENTS


def _is_lms_id(column: str, table: Table) -> bool:
    """Whether a column holds Canvas's own numbers, which stand beside the ids that the school gives."""
    has_canvas_names = table.has("student") or (table.has("lastname") and table.has("sisloginid"))
    return column == "id" and has_canvas_names and table.has("section")


def _id_column(table: Table, rows: Sequence[Row]) -> str:
    named = [column for column in ID_COLUMNS if table.has(column)]
    if not named:
        columns = ", ".join(table.columns)
        raise TableError(f"{table.name} has no column for ids: name one “id”; its columns are {columns}")
    numbers_last = sorted(named, key=lambda column: _is_lms_id(column, table))
    lines: dict[str, dict[str, list[int]]] = {column: defaultdict(list) for column in numbers_last}
    for column in numbers_last:
        for row in rows:
            lines[column][row.cells.get(column, "").casefold()].append(row.line)
        if "" not in lines[column] and len(lines[column]) == len(rows):
            return column
    column = numbers_last[0]
    for row in rows:
        if not row.cells.get(column):
            raise table.error(row, f"no {_written(table, column)}: give every student one")
    (first, second, *_), twice = next((at, name) for name, at in lines[column].items() if len(at) > 1)
    raise TableError(f"{table.name}: lines {first} and {second} have the same {_written(table, column)}, {twice!r}")


def _written(table: Table, key: str) -> str:
    return next(column for column in table.columns if column_key(column) == key)
