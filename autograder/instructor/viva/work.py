"""Whose code a talk can be about: graded work, and the exercises in it that passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from nbformat import NotebookNode

from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.viva.question import cell_of
from autograder.instructor.viva.scenes import scenes_of
from autograder.instructor.viva.source_text import SourceText
from autograder.notebooks.answers import program_of
from autograder.notebooks.graft import MalformedNotebook, read_notebook, record_of, room_of
from autograder.sandbox import Cell


@dataclass(frozen=True)
class Work:
    """A student's graded answers.

    Attributes:
        student: whose.
        room: of the exercises.
        cells: of the notebook, as they run.
        passed: the exercises all checks of which passed, in order.
        trouble: why nothing can be asked about it, as a sentence; or empty.
    """

    student: str
    room: str
    cells: tuple[Cell, ...]
    passed: tuple[str, ...]
    trouble: str = ""

    def program(self, exercise: str) -> str:
        """Return a text that the cells of two students share where they differ in layout and comments alone."""
        cell = cell_of(self.cells, self.room, exercise)
        return SourceText(cell.source).program if cell else self.student


def works_of(folder: CourseFolder, assignment: str) -> list[Work]:
    """Return the graded work of a class on an assignment, by student.

    Raises:
        CourseFolderError: nothing of it has been graded.
    """
    paths = sorted((folder.root / "autograded").glob(f"*/{assignment}/{assignment}.ipynb"))
    if not paths:
        raise CourseFolderError(f"nothing in this class has been graded: run `autograder grade {assignment}`")
    found = []
    for path in paths:
        student = path.parent.parent.name
        try:
            found.append(work_in(student, assignment, read_notebook(path)))
        except MalformedNotebook as error:
            found.append(Work(student, "", (), (), str(error)))
    return found


def work_in(student: str, assignment: str, graded: NotebookNode) -> Work:
    """Return the work in a graded notebook.

    Raises:
        MalformedNotebook: an earlier version of the grader wrote it.
    """
    verdicts, room = record_of(graded)["verdicts"], room_of(graded)
    scenes = scenes_of(room)
    passed = [
        exercise
        for exercise, own in groupby(verdicts, key=lambda verdict: verdict["exercise"])
        if all(verdict["outcome"] == "pass" for verdict in own)
    ]
    trouble = "" if passed else f"no exercise of {student} in {assignment} passed all its checks"
    with_scene = tuple(exercise for exercise in passed if exercise in scenes)
    if passed and not with_scene:
        trouble = f"there is no scene for {', '.join(passed)}"
    return Work(student, room, program_of(graded, (), run_seed=0).cells, with_scene, trouble)


def choose(
    folder: CourseFolder, works: Sequence[Work], assignment: str, student: str | None, exercise: str | None
) -> list[Work]:
    """Return the work that a command is about, with one exercise alone where one is named.

    Args:
        folder: the course folder.
        works: of the class.
        assignment: its id.
        student: with whom the talk is; None for the class.
        exercise: that it is about; None for any.

    Raises:
        CourseFolderError: this student's work was not graded, or nothing of it can be asked about; or nobody's
            exercise of that name passed.
    """
    if exercise is not None:
        works = [only(work, exercise) for work in works]
    mine = [work for work in works if student in (None, work.student)]
    if not mine:
        folder.submissions([assignment], student)  # says so where nothing was handed in either
        again = f"run `autograder grade {assignment} --student {student}`"
        raise CourseFolderError(f"{assignment} of {student} has not been graded: {again}")
    if all(work.trouble for work in mine):
        raise CourseFolderError(mine[0].trouble if student else f"nobody's code can be asked about: {mine[0].trouble}")
    return list(works)


def only(work: Work, exercise: str) -> Work:
    """Return work in which one exercise alone counts as passed, or the reason why it may not be asked about."""
    if exercise in work.passed:
        return replace(work, passed=(exercise,))
    passed = f"; what did: {', '.join(work.passed)}" if work.passed else ""
    reason = f"{exercise} of {work.student} did not pass all its checks{passed}"
    return replace(work, passed=(), trouble=work.trouble or reason)
