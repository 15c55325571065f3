"""A course folder that is being marked: what the server knows beside the gradebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.questions import WrittenQuestion, question_for
from autograder.instructor.gradebook.writer import CourseGradebook
from autograder.instructor.marking.access import admit
from autograder.instructor.marking.markers import Question
from autograder.instructor.marking.tables import make_tables
from autograder.instructor.marking.take_in import Graded, take_in
from autograder.instructor.marking.team import Team, read_team
from autograder.notebooks.graft import read_notebook, room_of


@dataclass
class Marked:
    """What the server knows beside the gradebook.

    Attributes:
        folder: the course folder.
        gradebook: of the course.
        assignments: that are marked.
        team: who marks; read anew when the folder is looked at.
        graded: what has been read of it.
        asked: the written question of each assignment; None where the course has no text of it.
    """

    folder: CourseFolder
    gradebook: CourseGradebook
    assignments: Sequence[str]
    team: Team
    graded: Graded
    asked: Mapping[str, WrittenQuestion | None] = field(default_factory=dict)

    @classmethod
    def opened(cls, folder: CourseFolder, gradebook: CourseGradebook, assignments: Sequence[str]) -> Marked:
        """Read a course folder, make the tables, and take in what was graded.

        Raises:
            AutograderError: a table, a question or the gradebook cannot be used.
        """
        for assignment in assignments:
            gradebook.require_assignment(assignment)
        team = read_team(folder, assignments)
        written = {question.assignment for question in team.questions}
        asked = {assignment: _asked(folder, assignment) for assignment in assignments if assignment in written}
        made = cls(folder, gradebook, list(asked), team, Graded(folder), asked)
        make_tables(gradebook)
        take_in(gradebook, made.graded, team)
        return made

    def look_again(self) -> None:
        """Take in what has changed in the course folder.

        Raises:
            AutograderError: a table or the gradebook cannot be used.
        """
        team = read_team(self.folder, self.assignments, self.team.settings)
        if team.markers != self.team.markers:
            admit(self.gradebook, team)  # a new marker's token is made by the command, which shows it
        take_in(self.gradebook, self.graded, team)
        self.team = team

    def name(self, question: Question) -> str:
        """Return what to call a question: its assignment, and its cell where the assignment has several."""
        several = sum(one.assignment == question.assignment for one in self.team.questions) > 1
        return ", ".join(question) if several else question.assignment


def _asked(folder: CourseFolder, assignment: str) -> WrittenQuestion | None:
    try:
        return question_for(folder, Course.installed(), assignment, room_of(read_notebook(folder.released(assignment))))
    except FileNotFoundError:
        return None
