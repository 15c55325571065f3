"""Put marks into a learning system's own file, and leave all other values and the file's form unchanged.

Canvas's gradebook export gets the assignment's column filled, Moodle's grading worksheet the grade. In Canvas's, a cell
that says ``EX`` (excused) or ``N/A`` (not given the assignment) stays, and so does the cell of a student with an
unmarked answer.

Defends against a student who takes another's mark by a name or a login that students choose. A row that a name alone
finds gets no mark where it has an id, login or address that the roster lacks, nor where somebody of the class and
somebody of the file are left over. Who got one by a name alone is named.

Does not defend: where the file has nothing but names, against two students who exchange theirs; nor against a login
that is another student's id, in a row whose name is nobody's, where that student's own row is not in the file.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from autograder.instructor.course.directory import Clue, Directory, Match
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
TELL_APART = (
    "found only by a name or login, which students can choose: ask whose each is, and enter the number, address or id "
    "into roster.csv (columns lms user id, e-mail, also), or whoever it lacks"
)


@dataclass(frozen=True)
class FilledFile:
    """A file with marks in it."""

    text: str
    filled: int  # the number of marks that were put in
    not_there: Sequence[str]  # students with a mark whom the file does not name
    without_mark: Sequence[str]  # those in the file for whom there is no mark, as it calls them
    doubtful: Sequence[str]  # those of them whose row fits a student, but not enough, each with the reason
    by_name: Sequence[str]  # those whose mark was put in by a name alone
    kept: Mapping[str, Sequence[str]]  # those whom it excuses or does not give the assignment, by what it says
    changed: Sequence[str]  # those who had another mark in it, each with the old and the new one
    above: Sequence[str]  # those with a mark above the maximum, which Moodle passes over

    def remarks(self, path: Path) -> list[str]:
        """Return a line for each group of students whose mark was not simply filled in."""
        groups = [(f"kept {value} for {len(students)}", students) for value, students in self.kept.items()]
        groups += [
            (f"no mark for {len(self.without_mark)} in {path}", self.without_mark),
            (f"{len(self.doubtful)} not filled, {TELL_APART}", self.doubtful),
            (f"filled in for {len(self.by_name)} by the name alone, which students can choose", self.by_name),
            ("above the maximum, so that Moodle passes over it", self.above),
            (f"{len(self.not_there)} with a mark are not in {path}", self.not_there),
        ]
        return [f"{what}: {'; '.join(students)}" for what, students in groups if students]


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
    by_student = {mark.student.id: mark for mark in marks}
    matches = _matches(people, [mark.student for mark in marks])
    cells = [
        _Cell(
            f"{person[NAME]} ({person.get('ID' if is_canvas else 'Identifier', '')})",
            row[grade].strip() if grade < len(row) else "",
            match,
            by_student[match.student.id] if match.student else None,
            is_canvas,
        )
        for row, person, match in zip(rows, people, matches, strict=True)
    ]
    for row, cell in zip(rows, cells, strict=True):
        if cell.after is not None:
            row += [""] * (grade + 1 - len(row))
            row[grade] = cell.after
    there = {match.student.id for match in matches if match.student}
    marked = [mark.student for mark in marks if mark.final_score is not None]
    stays = dict.fromkeys(cell.before for cell in cells if cell.stays)
    return FilledFile(
        text=_written(table, text, delimiter),
        filled=sum(cell.after is not None for cell in cells),
        not_there=[student.id_and_name for student in marked if student.id not in there],
        without_mark=[cell.who for cell in cells if cell.after is None and not cell.stays],
        doubtful=[f"{cell.who}: {cell.match.reason}" for cell in cells if cell.match.several or cell.match.doubted],
        by_name=[cell.who for cell in cells if cell.after is not None and cell.match.by == "name"],
        kept={says: [cell.who for cell in cells if cell.stays and cell.before == says] for says in stays},
        changed=[f"{cell.who}: {cell.before} → {cell.after}" for cell in cells if cell.changes],
        above=[cell.who for cell in cells if cell.is_above],
    )


@dataclass(frozen=True)
class _Cell:
    """A student's cell for the mark."""

    who: str  # as the file calls the student
    before: str
    match: Match
    mark: Mark | None
    is_canvas: bool

    @property
    def stays(self) -> bool:
        return self.is_canvas and self.before.upper() in NO_MARK

    @property
    def after(self) -> str | None:
        """The mark as text; None where the cell stays as it is."""
        if self.mark is None or self.stays:
            return None
        if self.mark.final_score is not None:
            return number(self.mark.final_score)
        return EXCUSED if self.is_canvas and self.mark.excused else None

    @property
    def changes(self) -> bool:
        """Whether another mark was there."""
        return self.after is not None and self.before != "" and _points(self.before) != _points(self.after)

    @property
    def is_above(self) -> bool:
        """Whether Moodle passes the mark over."""
        score = self.mark.final_score if self.mark and not self.is_canvas else None
        return score is not None and self.mark is not None and score > self.mark.max_score


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


def _matches(people: Sequence[Mapping[str, str]], students: Sequence[Student]) -> list[Match]:
    """Return the search for each row's student: nobody where another row is as sure of the same.

    A row of the system's own file is read as its other statements on students are: see ``Directory``.
    """
    directory, clues = Directory(students), [_clues(person) for person in people]
    known_kinds = directory.known_kinds(clue for of_row in clues for clue in of_row)
    matches = [directory.find(of_row, known_kinds) for of_row in clues]
    claims: dict[Student, list[int]] = defaultdict(list)
    for match in matches:
        if match.student:
            claims[match.student].append(match.certainty)
    doubted = {match.doubted for match in matches}
    strangers = [person[NAME] for person, match in zip(people, matches, strict=True) if match.stranger]
    absent = [student.id_and_name for student in students if student not in {*claims, *doubted}]

    def settled(match: Match) -> Match:
        if match.student is None:
            return match
        reason, certainties = "", claims[match.student]
        is_surest = match.certainty == max(certainties) and certainties.count(match.certainty) == 1
        if not is_surest or (match.chosen and match.student in doubted):
            reason = f"another row fits {match.student.id}, too"
        elif match.by == "name" and strangers and absent:
            reason = f"{match.student.id} could be {strangers[0]!r}, since {absent[0]} is not in the file"
        return replace(match, student=None, doubted=match.student, reason=reason) if reason else match

    return list(map(settled, matches))


def _clues(person: Mapping[str, str]) -> list[Clue]:
    """Return what a row says of its student, the surest first."""
    cells = {column: unguarded(text.strip()) for column, text in person.items()}
    number = (cells.get("ID") or cells.get("Identifier", "")).removeprefix(PARTICIPANT)
    login = cells.get("SIS Login ID", "")
    return [
        Clue("number", number),
        Clue("id", cells.get("SIS User ID") or cells.get("ID number", "")),
        Clue("e-mail" if "@" in login else "id", login, chosen=True),
        Clue("e-mail", cells.get("Email address", "")),
        Clue("id", number, guessed=True),  # a file of ours from before the roster knew the system's numbers
        Clue("name", cells[NAME]),
    ]
