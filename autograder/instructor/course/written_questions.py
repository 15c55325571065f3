"""Written questions: the course's public ones, and an instructor's own in ``questions/ASSIGNMENT.md``.

Both have one form: a title, the question, a model answer, and a rubric whose points add up to the question's. Anybody
can read the public ones in the repository, with model answer and rubric.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from autograder.course import Course, chapters_of
from autograder.instructor.course.folder import CourseFolder
from autograder.user_errors import UsageError

POINTS = 5
TEMPLATE = "TEMPLATE.md"
QUESTION_TEMPLATE = Path(__file__).parent / "new_folder" / "questions" / TEMPLATE
HEADINGS = re.compile(r"^## (Model answer|Rubric)\n", re.MULTILINE)
RUBRIC_POINTS = re.compile(r"^\|[^|\n]*\|\s*(\d+(?:\.\d+)?)\s*\|", re.MULTILINE)
LABEL = "**Question.** "  # before a public question


class QuestionError(UsageError):
    """A question cannot be used; the message names its file."""


@dataclass(frozen=True)
class WrittenQuestion:
    """One question, all its parts in Markdown; model answer and rubric are for markers."""

    asks: str
    model_answer: str
    rubric: str  # with a table of criteria and points
    text: str  # the whole file

    @property
    def points(self) -> float:
        return sum(map(float, RUBRIC_POINTS.findall(self.rubric)))

    @classmethod
    def read(cls, text: str, name: str) -> Self:
        """Return the question in the text of a file.

        Raises:
            QuestionError: a part is missing or empty, or the points are not those of a written question.
        """
        asks, *parts = HEADINGS.split(text.partition("\n")[2])
        if parts[::2] != ["Model answer", "Rubric"] or not all(map(str.strip, (asks, *parts))):
            form = "a question, '## Model answer' and '## Rubric', each with a text"
            raise QuestionError(f"{name}: {form}, is what it needs under its title: {TEMPLATE} has the form")
        question = cls(asks.strip().removeprefix(LABEL), parts[1].strip(), parts[3].strip(), text)
        if question.points != POINTS:
            raise QuestionError(
                f"{name}: the points of its rubric add up to {question.points:g}, "
                f"and a written question is worth {POINTS}"
            )
        return question


def public_question(course: Course, room: str) -> WrittenQuestion:
    """Return the question in a room's chapter."""
    path = course.folder / "answers" / f"{room}.md"
    return WrittenQuestion.read(path.read_text(encoding="utf-8"), path.name)


def own_questions(folder: CourseFolder, course: Course) -> dict[str, WrittenQuestion]:
    """Return the instructor's own questions, by assignment; raise QuestionError for an unusable one, or one of none."""
    known = [chapter.assignment for chapter in chapters_of(course)]
    questions = {}
    for path in sorted(folder.questions.glob("*.md")):
        if path.name == TEMPLATE:
            continue
        if path.stem not in known:
            raise QuestionError(
                f"questions/{path.name}: there is no assignment {path.stem!r}: there are {', '.join(known)}"
            )
        questions[path.stem] = _own(folder, path.stem)
    return questions


def question_for(folder: CourseFolder, course: Course, assignment: str, room: str) -> WrittenQuestion:
    """Return an assignment's question: the instructor's own, or else the public one; raise as ``own_questions``."""
    if (folder.questions / f"{assignment}.md").is_file():
        return _own(folder, assignment)
    return public_question(course, room)


def _own(folder: CourseFolder, assignment: str) -> WrittenQuestion:
    name = f"questions/{assignment}.md"
    question = WrittenQuestion.read((folder.questions / f"{assignment}.md").read_text(encoding="utf-8"), name)
    if question.asks == WrittenQuestion.read(QUESTION_TEMPLATE.read_text(encoding="utf-8"), TEMPLATE).asks:
        raise QuestionError(f"{name}: it still has the template's question")
    return question
