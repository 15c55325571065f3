"""A round of talks: a question for each student about an exercise of their own that passed."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from autograder.checks import checks_of
from autograder.instructor.class_facts import nothing_graded
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.records import GradingRecord, GradingRecords
from autograder.instructor.grading.workers import Sandboxes
from autograder.instructor.viva.question import Run, TalkQuestion, question_about, scenes_of
from autograder.notebooks.answers import program_of
from autograder.notebooks.graft import MalformedNotebook, read_notebook
from autograder.sandbox import Program, RunResult

PATIENCE_S = 60.0  # with one student's code, which can wait each time that it is run


@dataclass(frozen=True)
class Talk:
    """A student's question, or in a sentence the reason why there is none."""

    student: str
    question: TalkQuestion | None
    trouble: str = ""


class TookTooLong(Exception):
    """One student's code used up the patience."""


def talks(
    folder: CourseFolder,
    assignment: str,
    sandboxes: Sandboxes,
    student: str | None = None,
    done: Callable[[str], None] = lambda student: None,
) -> list[Talk]:
    """Return a talk for each student whose work was graded, or for one of them; ``done`` is called after each.

    A student gets the same question each time. Raises CourseFolderError where nothing is graded.
    """
    works = {who: record for (who, name), record in GradingRecords(folder).all(student) if name == assignment}
    if not works:
        raise nothing_graded([assignment], student)
    for room in {record.room for record in works.values()}:
        checks_of(room)  # imports what the course does: without torch here, a tensor comes back as its type's name
    held = []
    with ThreadPoolExecutor(sandboxes.at_a_time) as pool:
        run = partial(_talk, folder, assignment, sandboxes)
        for talk in pool.map(run, works, works.values()):
            held.append(talk)
            done(talk.student)
    return held


def _talk(folder: CourseFolder, assignment: str, sandboxes: Sandboxes, student: str, record: GradingRecord) -> Talk:
    """Return a question about an exercise that passed and has a scene, tried in an order drawn for the student."""
    passed = [
        exercise
        for exercise, verdicts in groupby(record.verdicts, key=lambda verdict: verdict["exercise"])
        if exercise in scenes_of(record.room) and all(verdict["outcome"] == "pass" for verdict in verdicts)
    ]
    if not passed:
        return Talk(student, None, f"no exercise of {student} in {assignment} passed all its checks")
    try:
        cells = program_of(read_notebook(folder.autograded(student, assignment)), (), run_seed=0).cells
    except MalformedNotebook as error:
        return Talk(student, None, str(error))
    seed, run = f"{assignment}/{student}", _patiently(sandboxes)
    try:
        for exercise in random.Random(seed).sample(passed, len(passed)):
            if question := question_about(record.room, exercise, cells, run, f"{seed}/{exercise}"):
                return Talk(student, question)
    except TookTooLong:
        return Talk(student, None, f"to run the code of {student} took more than {PATIENCE_S:.0f} seconds")
    return Talk(student, None, f"no small edit of {student}'s code has a definite result")


def _patiently(sandboxes: Sandboxes) -> Run:
    """Return where to run one student's programs, which raises ``TookTooLong`` once the patience is used up."""
    last = time.monotonic() + PATIENCE_S

    def run(program: Program) -> RunResult:
        if time.monotonic() >= last:
            raise TookTooLong
        return sandboxes.run(program).result()

    return run
