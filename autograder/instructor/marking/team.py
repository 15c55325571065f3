"""What marking goes by, as the course folder says it: questions, markers, the class's sections, and the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.gradebook.term import students_of
from autograder.instructor.marking.markers import Marker, Question, read_markers
from autograder.instructor.marking.settings import Marking, marking_settings
from autograder.notebooks.graft import grade_id_of, is_written, read_notebook


@dataclass(frozen=True)
class Team:
    """Who marks what, and by which rules.

    Attributes:
        markers: those of the table.
        questions: that can be marked, by assignment and then as they stand in the notebook.
        sections: of the students, by id.
        settings: of the course.
    """

    markers: Sequence[Marker]
    questions: Sequence[Question]
    sections: Mapping[str, str]
    settings: Marking

    def marker(self, name: str) -> Marker | None:
        """Return the marker of a name; None where the table has none."""
        return next((one for one in self.markers if one.name == name), None)

    def eligible(self, question: Question, student: str) -> frozenset[str]:
        """Return who may mark a student's answer."""
        section = self.sections.get(student, "")
        return frozenset(one.name for one in self.markers if one.may_mark(question, section))

    def eligible_second(self, question: Question, student: str, first: str | None) -> frozenset[str]:
        """Return who may mark it a second time: others, from other sections only where nobody else is left."""
        near = self.eligible(question, student) - {first}
        return near or frozenset(one.name for one in self.markers if one.knows(question)) - {first}


def read_team(folder: CourseFolder, assignments: Sequence[str], settings: Marking | None = None) -> Team:
    """Return who marks some assignments of a course folder.

    Args:
        folder: the course folder.
        assignments: released ones.
        settings: of the course, where they have been read.

    Raises:
        TableError: a table cannot be read.
        CourseFolderError: none of the assignments has a written question, or a setting is none.
    """
    questions = [
        Question(assignment, str(grade_id_of(cell)))
        for assignment in assignments
        for cell in read_notebook(folder.released(assignment)).cells
        if is_written(cell)
    ]
    if not questions:
        raise CourseFolderError(f"there is no written question in {', '.join(assignments)}")
    sections = {one.id: one.section for one in students_of(folder)}
    markers = read_markers(folder.markers, questions, set(filter(None, sections.values())))
    return Team(markers, questions, sections, settings or marking_settings(folder.nbgrader_config()))
