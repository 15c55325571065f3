"""The team of markers, from the course folder: questions, ``markers.csv``, and sections of the class.

A cell under ``section`` or ``question`` of the table names one or more, with semicolons between them; an empty cell
means all. A question is called by its assignment, such as ``2-layers``, or by its cell, such as ``layers-written``.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from autograder.instructor.course.files import Row, Table, TableError, read_table
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.roster import sections_of, students_of
from autograder.instructor.hand_marks import FORMGRADER
from autograder.notebooks.graft import grade_id_of, is_written, read_notebook

COLUMNS = ("marker", "section", "question")
INSTRUCTOR = "instructor"  # gives marks, too, so no marker has this name
NAME = re.compile(r"[\w.@+' -]{1,100}")


class QuestionKey(NamedTuple):
    """A written question: its assignment's id, and the id of its cell."""

    assignment: str
    cell: str


@dataclass(frozen=True)
class Marker:
    """A marker: the name in the table, and the sections, assignments and cells to mark; none for all."""

    name: str
    sections: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()

    def may_mark(self, question: QuestionKey, section: str | None = None) -> bool:
        """Whether the marker marks a question's answers from a section of the class, or from any."""
        is_question = not self.questions or not self.questions.isdisjoint(question)
        is_section = section is None or not self.sections or not self.sections.isdisjoint(sections_of(section))
        return is_question and is_section


@dataclass(frozen=True)
class Team:
    """The markers and their questions."""

    markers: Sequence[Marker]
    questions: Sequence[QuestionKey]  # by assignment, and then in the order of the notebook
    sections: Mapping[str, str]  # of the students, by id

    def has(self, name: str) -> bool:
        return any(marker.name == name for marker in self.markers)

    def title(self, question: QuestionKey) -> str:
        """Return a question's title: its assignment, and its cell where the assignment has several."""
        several = [key.assignment for key in self.questions].count(question.assignment) > 1
        return ", ".join(question) if several else question.assignment

    def eligible(self, question: QuestionKey, student: str) -> frozenset[str]:
        """Return the markers who can mark a student's answer."""
        section = self.sections.get(student, "")
        return frozenset(marker.name for marker in self.markers if marker.may_mark(question, section))

    def split(self, question: QuestionKey, students: Mapping[str, str]) -> dict[str, str]:
        """Give each answer to one marker, as evenly as questions and sections allow, and nobody's to none.

        Args:
            students: the answers by id, each with whose it is.
        """
        able = {answer: self.eligible(question, student) for answer, student in students.items()}
        marker_of, loads = dict[str, str](), Counter[str]()
        for answer in sorted(able, key=lambda answer: (len(able[answer]), answer)):  # those first that few may mark
            if able[answer]:
                name = min(able[answer], key=lambda name: (loads[name], name))
                marker_of[answer] = name
                loads[name] += 1
        return marker_of


def read_team(folder: CourseFolder, assignments: Sequence[str]) -> Team:
    """Return the team that marks some released assignments of a course folder.

    Raises TableError, and CourseFolderError where none of them has a written question.
    """
    questions = [
        QuestionKey(assignment, str(grade_id_of(cell)))
        for assignment in assignments
        for cell in read_notebook(folder.released(assignment)).cells
        if is_written(cell)
    ]
    if not questions:
        raise CourseFolderError(f"there is no written question in {', '.join(assignments)}")
    sections = {student.id: student.section for student in students_of(folder)}
    markers = read_markers(folder.markers, questions, set(filter(None, sections.values())))
    return Team(markers, questions, sections)


def read_markers(path: Path, questions: Sequence[QuestionKey], sections: Collection[str]) -> tuple[Marker, ...]:
    """Return the markers of a table; without a table there are none, and the instructor marks alone.

    Raises:
        TableError: it is empty, or a line is wrong: no name, a name twice, an unknown question or section.
    """
    if not path.exists():
        return ()
    table = read_table(path)
    if not table.rows:
        raise TableError(f"{path} has no markers: write a line for each, or delete it to mark alone")
    if not table.has("marker"):
        raise TableError(f"{path} lacks a column: its columns are {', '.join(COLUMNS)}")
    names = {name for question in questions for name in question}
    markers: dict[str, Marker] = {}
    for row in table.rows:
        marker = _marker(table, row, names, sections)
        if marker.name.casefold() in markers:
            raise table.error(row, f"{marker.name} stands above already: put everything that they mark into one line")
        markers[marker.name.casefold()] = marker
    return tuple(markers.values())


def _marker(table: Table, row: Row, questions: Collection[str], sections: Collection[str]) -> Marker:
    name = row.first("marker")
    if not NAME.fullmatch(name) or name.casefold() in (INSTRUCTOR, FORMGRADER):
        raise table.error(row, f"{name!r} cannot name a marker: letters, digits, spaces and .@+'- will do")
    marker = Marker(name, _listed(row.first("section", "sections")), _listed(row.first("question", "questions")))
    for what, named, known in (("section", marker.sections, sections), ("question", marker.questions, questions)):
        if strange := sorted(named - set(known)):
            raise table.error(row, f"there is no {what} {strange[0]!r}: there are {', '.join(sorted(known)) or 'none'}")
    return marker


def _listed(cell: str) -> frozenset[str]:
    return frozenset(part.strip() for part in cell.split(";") if part.strip())
