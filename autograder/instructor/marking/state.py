"""State of the marking server: a course folder, its gradebook, and who marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.questions import WrittenQuestion, question_for
from autograder.instructor.gradebook.writer import CourseGradebook
from autograder.instructor.marking.access import admit
from autograder.instructor.marking.tables import make_tables
from autograder.instructor.marking.take_in import GradedAnswers, take_in
from autograder.instructor.marking.team import Team, read_team
from autograder.notebooks.graft import read_notebook, room_of


@dataclass
class MarkingState:
    """Everything that the server knows beside the gradebook.

    Attributes:
        folder: the course folder.
        gradebook: of the course.
        team: who marks; read anew when the folder is looked at.
        graded: the graded notebooks read so far.
        texts: the written question of each assignment that is marked; None where the course has no text of it.
    """

    folder: CourseFolder
    gradebook: CourseGradebook
    team: Team
    graded: GradedAnswers
    texts: Mapping[str, WrittenQuestion | None] = field(default_factory=dict)

    @classmethod
    def opened(cls, folder: CourseFolder, gradebook: CourseGradebook, assignments: Sequence[str]) -> MarkingState:
        """Read a course folder, make the tables, and take in the graded answers.

        Raises:
            AutograderError: a table, a question or the gradebook cannot be used.
        """
        for assignment in assignments:
            gradebook.require_assignment(assignment)
        team = read_team(folder, assignments)
        texts = {question.assignment: _text(folder, question.assignment) for question in team.questions}
        state = cls(folder, gradebook, team, GradedAnswers(folder), texts)
        make_tables(gradebook)
        take_in(gradebook, state.graded, team)
        return state

    def look_again(self) -> None:
        """Take in changes of the course folder.

        Raises:
            AutograderError: a table or the gradebook cannot be used.
        """
        team = read_team(self.folder, list(self.texts), self.team.settings)
        if team.markers != self.team.markers:
            admit(self.gradebook, team)  # only the command makes a new marker's token, as it prints it
        take_in(self.gradebook, self.graded, team)
        self.team = team


def _text(folder: CourseFolder, assignment: str) -> WrittenQuestion | None:
    try:
        return question_for(folder, Course.installed(), assignment, room_of(read_notebook(folder.released(assignment))))
    except FileNotFoundError:
        return None
