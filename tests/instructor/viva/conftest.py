"""Right answers as cells, and a warm sandbox to try edits in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.exercises import definitions
from autograder.instructor.viva.question import LIMITS, Question, questions
from autograder.instructor.viva.scenes import scenes_of
from autograder.sandbox import Cell, Program, Sandbox
from tests.conftest import ROOT

COURSE = Course.installed()
EARLIER = ("approximation", "layers", "dropout", "optimizer")


def alone(source: str) -> str:
    """Return a program without its imports of the reference, which no sandbox shows."""
    return "\n".join(line for line in source.splitlines() if not line.startswith("from solutions."))


def cells_of(room: str, source: str) -> tuple[Cell, ...]:
    """Return a notebook with all answers of a room in one cell, behind what its set-up provides."""
    given = definitions(COURSE.source("deployment"))["affine_layers"]
    parts = [*map(COURSE.source, EARLIER), "from autograder.student.garment import find_garment", given]
    return Cell("setup", "\n\n".join(map(alone, parts))), Cell(f"{room}-answers", alone(source))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(LIMITS, hidden=[COURSE.folder]) as running:
        running.run(Program((), ()))  # it ends with the thread that starts it
        yield running


def asked(sandbox: Sandbox, room: str, exercise: str, source: str, seed: str = "seed", need: int = 1) -> list[Question]:
    """Return the questions about an exercise in a program."""
    return questions(
        room, exercise, cells_of(room, source), scenes_of(room)[exercise], sandbox.run, seed=seed, need=need
    )


def right(name: str) -> str:
    """Return one of the right answers, such as ``layers/straight``."""
    return (ROOT / "tests" / "right" / f"{name}.py").read_text(encoding="utf-8")


def right_answers() -> list[Path]:
    """Return the files with right answers, those of the reference first."""
    own = [COURSE.file(room) for room in (*EARLIER, "training", "deployment")]
    return [*own, *sorted((ROOT / "tests" / "right").glob("*/*.py"))]
