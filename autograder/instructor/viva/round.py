"""Who is asked what: one student, or a class in which nobody gets the question of somebody with the same code."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby

from nbformat import NotebookNode

from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.grading_records import GradingRecord, GradingRecords
from autograder.instructor.grading.workers import Sandboxes
from autograder.instructor.viva.question import Question, cell_of, questions
from autograder.instructor.viva.scenes import scenes_of
from autograder.instructor.viva.source_text import SourceText
from autograder.notebooks.answers import program_of
from autograder.notebooks.graft import MalformedNotebook, read_notebook
from autograder.sandbox import Cell


@dataclass(frozen=True)
class Work:
    """A student's graded answers."""

    student: str
    room: str
    cells: tuple[Cell, ...]  # of the notebook, as they run
    passed: tuple[str, ...]  # the exercises all checks of which passed, in order
    trouble: str = ""  # why nothing can be asked about it, as a sentence; or empty

    def program(self, exercise: str) -> str:
        """Return a text that the cells of two students share where they differ in layout and comments alone."""
        cell = cell_of(self.cells, self.room, exercise)
        return SourceText(cell.source).program if cell else self.student


def works_of(folder: CourseFolder, assignment: str) -> list[Work]:
    """Return the graded work of a class on an assignment, by student.

    Raises:
        CourseFolderError: nothing of it has been graded.
    """
    found = []
    for (student, name), record in GradingRecords(folder).all():
        if name == assignment:
            try:
                graded = read_notebook(folder.autograded(student, assignment))
            except MalformedNotebook as error:
                found.append(Work(student, "", (), (), str(error)))
            else:
                found.append(work_in(student, assignment, graded, record))
    if not found:
        raise CourseFolderError(f"nothing in this class has been graded: run `autograder grade {assignment}`")
    return found


def work_in(student: str, assignment: str, graded: NotebookNode, record: GradingRecord) -> Work:
    """Return the work in a graded notebook with its record."""
    scenes = scenes_of(record.room)
    passed = [
        exercise
        for exercise, own in groupby(record.verdicts, key=lambda verdict: verdict["exercise"])
        if all(verdict["outcome"] == "pass" for verdict in own)
    ]
    trouble = "" if passed else f"no exercise of {student} in {assignment} passed all its checks"
    with_scene = tuple(exercise for exercise in passed if exercise in scenes)
    if passed and not with_scene:
        trouble = f"there is no scene for {', '.join(passed)}"
    return Work(student, record.room, program_of(graded, (), run_seed=0).cells, with_scene, trouble)


def choose(
    folder: CourseFolder, works: Sequence[Work], assignment: str, student: str | None, exercise: str | None
) -> list[Work]:
    """Return the work of a class that a talk with a student, or with everybody, is about: on one exercise, or on any.

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


@dataclass(frozen=True)
class Talk:
    """What a student is asked."""

    student: str
    question: Question | None
    trouble: str = ""  # why there is no question, as a sentence; or empty


def deal(orders: Sequence[Sequence[Question]], again: int) -> list[Question | None]:
    """Give each of those who have the same code the first question of their order that nobody has had.

    Nobody is asked again what a round before has asked. Where all have been dealt out, the order begins anew.
    """
    taken: set[int] = set()
    dealt: list[Question | None] = []
    for turn in range(again + 1):
        dealt = []
        for at, order in enumerate(orders):
            fresh = next((one for one in order if one.place not in taken), None)
            question = fresh or (order[(at + turn) % len(order)] if order else None)
            taken |= {question.place} if question else set()
            dealt.append(question)
    return dealt


def talks(
    works: Sequence[Work],
    assignment: str,
    sandboxes: Sandboxes,
    *,
    only_for: Collection[str] | None = None,
    again: int = 0,
    done: Callable[[str], None] = lambda student: None,
) -> list[Talk]:
    """Return a question for each student, by student, or why there is none.

    Which exercise and which edit follow from student and assignment, and from who else has the same code: alone, a
    student gets the question of the class's round. ``again`` is 0 for the first question and 1 for another one.
    """
    wanted = {work.student for work in works} if only_for is None else set(only_for)
    found: dict[str, Talk] = {}
    left = {work.student: _in_turn(work, assignment) for work in works}
    pending = list(works)
    with ThreadPoolExecutor(sandboxes.at_a_time()) as pool:
        while pending:
            groups = _with_same_code(pending, left, wanted)
            asked = [
                [
                    pool.submit(_questions, work, left[work.student][0], assignment, sandboxes, (again + 1) * (at + 1))
                    for at, work in enumerate(group)
                ]
                for group in groups
            ]
            pending = []
            try:
                for group, orders in zip(groups, asked, strict=True):
                    dealt = deal([order.result() for order in orders], again)
                    for work, question in zip(group, dealt, strict=True):
                        left[work.student] = left[work.student][1:]
                        if question is None and left[work.student]:
                            pending.append(work)
                            continue
                        reason = "" if question else f"no small edit of {work.student}'s code has a definite answer"
                        found[work.student] = Talk(work.student, question, reason)
                        if work.student in wanted:
                            done(work.student)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    for work in works:
        if work.trouble and work.student in wanted:
            found[work.student] = Talk(work.student, None, work.trouble)
            done(work.student)
    return [found[work.student] for work in works if work.student in wanted]


def _in_turn(work: Work, assignment: str) -> list[str]:
    """Return the exercises that passed in the order in which this student is asked about them."""
    return random.Random(f"{assignment}/{work.student}").sample(work.passed, len(work.passed))


def _with_same_code(works: Sequence[Work], left: dict[str, list[str]], wanted: Collection[str]) -> list[list[Work]]:
    """Return those who have the same code in groups, each as far as the last one in it who is wanted."""
    groups: dict[tuple[str, str], list[Work]] = {}
    for work in works:
        if left[work.student]:
            exercise = left[work.student][0]
            groups.setdefault((exercise, work.program(exercise)), []).append(work)
    for group in groups.values():
        while group and group[-1].student not in wanted:
            group.pop()
    return [group for group in groups.values() if group]


def _questions(work: Work, exercise: str, assignment: str, sandboxes: Sandboxes, need: int) -> list[Question]:
    return questions(
        work.room,
        exercise,
        work.cells,
        scenes_of(work.room)[exercise],
        lambda program: sandboxes.run(program).result(),
        f"{assignment}/{work.student}/{exercise}",
        need,
    )
