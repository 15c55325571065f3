"""Choose the questions of a round of talks: no two students with the same code get the same one."""

import random
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

from nbformat import NotebookNode

from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.grading_records import GradingRecord, GradingRecords
from autograder.instructor.grading.workers import Sandboxes
from autograder.instructor.viva.question import TalkQuestion, cell_of, questions, scenes_of
from autograder.instructor.viva.source_text import SourceText
from autograder.notebooks.answers import program_of
from autograder.notebooks.graft import MalformedNotebook, read_notebook
from autograder.sandbox import Cell


@dataclass(frozen=True)
class GradedAnswers:
    """A student's graded answers: the cells, the exercises that passed, or why none can be asked about."""

    student: str
    room: str
    cells: tuple[Cell, ...]
    passed: tuple[str, ...]
    trouble: str = ""

    def program(self, exercise: str) -> str:
        """Return a text that the cells of two students share where they differ in layout and comments alone."""
        cell = cell_of(self.cells, self.room, exercise)
        return SourceText(cell.source).program if cell else self.student


def works_of(folder: CourseFolder, assignment: str) -> list[GradedAnswers]:
    """Return a class's graded work on an assignment, by student; raise CourseFolderError where nothing is graded."""
    works = []
    for (student, name), record in GradingRecords(folder).all():
        if name == assignment:
            try:
                graded = read_notebook(folder.autograded(student, assignment))
            except MalformedNotebook as error:
                works.append(GradedAnswers(student, "", (), (), str(error)))
            else:
                works.append(work_in(student, assignment, graded, record))
    if not works:
        raise CourseFolderError(f"nothing in this class has been graded: run `autograder grade {assignment}`")
    return works


def work_in(student: str, assignment: str, graded: NotebookNode, record: GradingRecord) -> GradedAnswers:
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
    return GradedAnswers(student, record.room, program_of(graded, (), run_seed=0).cells, with_scene, trouble)


def require_talk(folder: CourseFolder, works: Sequence[GradedAnswers], assignment: str, student: str | None) -> None:
    """Raise CourseFolderError where a student's work was not graded, or nobody who is meant can be asked anything."""
    wanted = [work for work in works if student in (None, work.student)]
    if not wanted:
        folder.submissions([assignment], student)  # raises where nothing was handed in either
        again = f"run `autograder grade {assignment} --student {student}`"
        raise CourseFolderError(f"{assignment} of {student} has not been graded: {again}")
    if all(work.trouble for work in wanted):
        trouble = wanted[0].trouble
        raise CourseFolderError(trouble if student else f"no student's code can be asked about: {trouble}")


@dataclass(frozen=True)
class Talk:
    """A student's question, or in a sentence the reason why there is none."""

    student: str
    question: TalkQuestion | None
    trouble: str = ""


def deal(orders: Sequence[Sequence[TalkQuestion]]) -> list[TalkQuestion | None]:
    """Deal questions to students with the same code: each one gets the first of their order that is not dealt yet.

    Where all have been dealt out, the order begins anew.
    """
    taken: set[int] = set()
    dealt: list[TalkQuestion | None] = []
    for at, order in enumerate(orders):
        fresh = next((question for question in order if question.place not in taken), None)
        question = fresh or (order[at % len(order)] if order else None)
        taken |= {question.place} if question else set()
        dealt.append(question)
    return dealt


def talks(
    works: Sequence[GradedAnswers],
    assignment: str,
    sandboxes: Sandboxes,
    *,
    only_for: Collection[str] | None = None,
    done: Callable[[str], None] = lambda student: None,
) -> list[Talk]:
    """Return a question for each student, by student, or why there is none.

    Exercise and edit follow from student and assignment, and from the others with the same code: alone, a student gets
    the question of the class's round.
    """
    wanted = {work.student for work in works} if only_for is None else set(only_for)
    by_student: dict[str, Talk] = {}
    # Each student is asked about the exercises that passed in an order of their own.
    draws = {work.student: random.Random(f"{assignment}/{work.student}") for work in works}
    left = {work.student: draws[work.student].sample(work.passed, len(work.passed)) for work in works}
    pending = list(works)
    with ThreadPoolExecutor(sandboxes.at_a_time) as pool:
        while pending:
            groups = _with_same_code(pending, left, wanted)
            asked = [
                [
                    pool.submit(_questions, work, left[work.student][0], assignment, sandboxes, at + 1)
                    for at, work in enumerate(group)
                ]
                for group in groups
            ]
            pending = []
            try:
                for group, orders in zip(groups, asked, strict=True):
                    dealt = deal([order.result() for order in orders])
                    for work, question in zip(group, dealt, strict=True):
                        left[work.student] = left[work.student][1:]
                        if question is None and left[work.student]:
                            pending.append(work)
                            continue
                        reason = "" if question else f"no small edit of {work.student}'s code has a definite answer"
                        by_student[work.student] = Talk(work.student, question, reason)
                        if work.student in wanted:
                            done(work.student)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    for work in works:
        if work.trouble and work.student in wanted:
            by_student[work.student] = Talk(work.student, None, work.trouble)
            done(work.student)
    return [by_student[work.student] for work in works if work.student in wanted]


def _with_same_code(
    works: Sequence[GradedAnswers], left: dict[str, list[str]], wanted: Collection[str]
) -> list[list[GradedAnswers]]:
    """Return the works in groups of the same code, each up to the last student in it who is wanted."""
    groups: dict[tuple[str, str], list[GradedAnswers]] = {}
    for work in works:
        if left[work.student]:
            exercise = left[work.student][0]
            groups.setdefault((exercise, work.program(exercise)), []).append(work)
    for group in groups.values():
        while group and group[-1].student not in wanted:
            group.pop()
    return [group for group in groups.values() if group]


def _questions(
    work: GradedAnswers, exercise: str, assignment: str, sandboxes: Sandboxes, need: int
) -> list[TalkQuestion]:
    return questions(
        work.room,
        exercise,
        work.cells,
        scenes_of(work.room)[exercise],
        lambda program: sandboxes.run(program).result(),
        f"{assignment}/{work.student}/{exercise}",
        need,
    )
