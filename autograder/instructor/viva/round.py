"""Deal out questions: to one student, or to a class so that nobody gets the question of somebody with the same code."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from autograder.instructor.grading.workers import Sandboxes
from autograder.instructor.viva.question import Question, questions
from autograder.instructor.viva.scenes import scenes_of
from autograder.instructor.viva.work import Work


@dataclass(frozen=True)
class Talk:
    """What a student is asked.

    Attributes:
        student: who.
        question: or None.
        trouble: why there is none, as a sentence; or empty.
    """

    student: str
    question: Question | None
    trouble: str = ""


def deal(orders: Sequence[Sequence[Question]], again: int) -> list[Question | None]:
    """Give each of those who have the same code the first question of their order that nobody has had.

    Where all have been dealt out, the order begins anew; without an order there is none.

    Args:
        orders: of questions, one for each student.
        again: how many rounds came before, whose questions nobody is asked again.
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
    student gets the question of the class's round.

    Args:
        works: of the class, by student.
        assignment: its id.
        sandboxes: where the code runs.
        only_for: these students; None for all.
        again: 0 for the first question, 1 for another one, and so on.
        done: called with each student whose question is found or who gets none.
    """
    wanted = {work.student for work in works} if only_for is None else set(only_for)
    found: dict[str, Talk] = {}
    left = {work.student: _in_turn(work, assignment) for work in works}
    pending = list(works)
    with ThreadPoolExecutor(sandboxes.at_a_time()) as pool:
        while pending:
            groups = [group for group in _with_same_code(pending, left) if any(one.student in wanted for one in group)]
            last = {
                group[0].student: max(at for at, one in enumerate(group) if one.student in wanted) for group in groups
            }
            groups = [group[: last[group[0].student] + 1] for group in groups]
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


def _with_same_code(works: Sequence[Work], left: dict[str, list[str]]) -> list[list[Work]]:
    groups: dict[tuple[str, str], list[Work]] = {}
    for work in works:
        if left[work.student]:
            exercise = left[work.student][0]
            groups.setdefault((exercise, work.program(exercise)), []).append(work)
    return list(groups.values())


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
