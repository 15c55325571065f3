"""Everything that the pages for marking need beside the gradebook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from autograder.course import Course
from autograder.instructor.class_facts import update_gradebook
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.records import GradingRecords
from autograder.instructor.course.written_questions import WrittenQuestion, question_for
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.marking.team import Team, read_team
from autograder.notebooks.graft import read_notebook, room_of


@dataclass(frozen=True)
class MarkingState:
    """A course folder that is open for marking: its team, the room of each assignment, and students' names by id."""

    folder: CourseFolder
    gradebook: CourseGradebook
    team: Team
    records: GradingRecords
    rooms: Mapping[str, str]
    names: Mapping[str, str]

    @classmethod
    def opened(cls, folder: CourseFolder, gradebook: CourseGradebook, assignments: Sequence[str]) -> Self:
        """Read a course folder, and take in the graded answers, or raise AutograderError."""
        for assignment in assignments:
            gradebook.require_assignment(assignment)
        team, records = read_team(folder, assignments), GradingRecords(folder)
        rooms = {name: room_of(read_notebook(folder.released(name))) for name, _ in team.questions}
        facts = update_gradebook(folder, Course.installed(), gradebook, records)
        return cls(
            folder, gradebook, team, records, rooms, {student.id: student.id_and_name for student in facts.students}
        )

    def question(self, assignment: str) -> WrittenQuestion | None:
        """Return an assignment's question as it is now, for its rubric is refined while it is used; None without one.

        Raises QuestionError.
        """
        try:
            return question_for(self.folder, Course.installed(), assignment, self.rooms[assignment])
        except FileNotFoundError:
            return None
