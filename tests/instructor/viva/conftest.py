"""Right answers as cells, and a warm sandbox to try edits in."""

from collections.abc import Iterator

import pytest

from autograder.course import Course
from autograder.exercises import definitions
from autograder.instructor.authoring.right_answers import RightAnswer, right_answers
from autograder.instructor.viva.question import LIMITS, TalkQuestion, question_about
from autograder.sandbox import Cell, Program, Sandbox

COURSE = Course.installed()
EARLIER = ("approximation", "layers", "dropout", "optimizer")


def alone(source: str) -> str:
    """Return a program without its imports of the reference, which no sandbox shows."""
    return "\n".join(line for line in source.splitlines() if not line.startswith("from solutions."))


def cells_of(room: str, source: str) -> tuple[Cell, ...]:
    """Return a notebook with all answers of a room in one cell, after its set-up."""
    given = definitions(COURSE.source("deployment"))["affine_layers"]
    parts = [*map(alone, map(COURSE.source, EARLIER)), "from solutions.garment import find_garment", alone(given)]
    return Cell("setup", "\n\n".join(parts)), Cell(f"{room}-answers", alone(source))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(LIMITS) as running:
        running.run(Program((), ()))  # it ends with the thread that starts it
        yield running


def asked(sandbox: Sandbox, room: str, exercise: str, source: str, seed: str = "seed") -> TalkQuestion | None:
    """Return the question about an exercise in a program."""
    return question_about(room, exercise, cells_of(room, source), sandbox.run, seed)


def written_answers() -> list[RightAnswer]:
    """Return the reference of each room, and all that answer rightly in another way."""
    rooms = (*EARLIER, "training", "deployment")
    own = [RightAnswer(room, "reference", COURSE.source(room)) for room in rooms]
    return own + [answer for room in rooms for answer in right_answers(COURSE, room)]
