"""Expectations recorded for fixed seeds, with which a student's machine compares in place of the reference.

A recording holds the answers of the reference and of every known mistake to the visible checks, what to say of each
mistake, and the first hints. It holds no source and no hidden check.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import safetensors.numpy

from autograder.arrays import NDArray, from_bytes, to_bytes
from autograder.checks import Check, Raised, checks_of
from autograder.course import Course
from autograder.judge.comparison import same_answer
from autograder.judge.judge import Expectations
from autograder.judge.live import LiveExpectations
from autograder.mistakes import Mistake
from autograder.observe import Answer, seed_of
from autograder.sandbox import wire
from autograder.sections import Contents

RUN_SEEDS = (-1, -2)  # a run of the grader has none below 0: students have the answers to these
EXPLANATION = ("id", "exercise", "says", "read", "hint")  # of a known mistake: all but its edit of the reference
FOLDER = Path(__file__).parent / "records"


def record(course: Course, room: str, folder: Path) -> Path:
    """Write the recording of a room's visible checks into a folder and return the file."""
    arrays: dict[str, NDArray] = {}
    answers: list[dict[str, Any]] = []
    for check, seed, who, answer in _recorded_answers(LiveExpectations(course), room):
        header, body = wire.pack_answer(without_reference_words(answer))
        for name, numbers in from_bytes(body).items():
            arrays[f"{len(answers)}/{name}"] = numbers
        answers.append({"check": check.id, "seed": seed, "who": who, "answer": header})
    explanations = [{name: getattr(mistake, name) for name in EXPLANATION} for mistake in course.mistakes(room)]
    first_hints = {exercise.name: course.first_hints(room, exercise.name) for exercise in course.exercises(room)}
    content = {
        "contents": asdict(course.contents(room)),
        "answers": answers,
        "explanations": explanations,
        "first_hints": first_hints,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{room}.safetensors"
    safetensors.numpy.save_file(arrays, path, metadata={"content": json.dumps(content)})
    return path


def _recorded_answers(live: LiveExpectations, room: str) -> Iterator[tuple[Check, int, str, Answer]]:
    """Yield the answers of the reference, under an empty id, and of each mistake that shows in the check."""
    for check in checks_of(room):
        if check.hidden:
            continue
        for seed in (seed_of(run, check) for run in RUN_SEEDS):
            right = live.reference(check, seed)
            yield check, seed, "", right
            for mistake, answer in live.mistaken(check, seed).items():
                if not same_answer(answer, right):
                    yield check, seed, mistake, answer


def without_reference_words(answer: Answer) -> Answer:
    """Leave out where an error was raised and how a refusal is worded: both are lines of the reference.

    And how long it took, so that one course makes one file.
    """
    observations = {
        name: _without_words(value) if isinstance(value, Raised) else value
        for name, value in answer.observations.items()
    }
    return replace(answer, observations=observations, duration_s=0.0)


def _without_words(error: Raised) -> Raised:
    is_value_error = "ValueError" in (error.kind, error.base)
    return replace(error, message="refused" if is_value_error else error.message, line="")


@dataclass(frozen=True)
class RecordedExpectations:
    """Expectations read from a recording."""

    path: Path

    @cached_property
    def _content(self) -> Mapping[str, Any]:
        with safetensors.safe_open(self.path, framework="np") as file:
            content: Mapping[str, Any] = json.loads(file.metadata()["content"])
        return content

    @cached_property
    def _answers(self) -> Mapping[tuple[str, int, str], Answer]:
        arrays = safetensors.numpy.load_file(self.path)
        answers = {}
        for at, row in enumerate(self._content["answers"]):
            own = {name.partition("/")[2]: numbers for name, numbers in arrays.items() if name.startswith(f"{at}/")}
            body = to_bytes(own) if own else b""
            answers[row["check"], row["seed"], row["who"]] = wire.unpack_answer(row["answer"], body)
        return answers

    def reference(self, check: Check, seed: int) -> Answer:
        return self._answers[check.id, seed, ""]

    def mistaken(self, check: Check, seed: int) -> Mapping[str, Answer]:
        """Return the answers of known mistakes by id; an unrecorded one answered as the reference did."""
        mistakes = [row["id"] for row in self._content["explanations"] if row["exercise"] == check.exercise]
        right = self.reference(check, seed)
        return {mistake: self._answers.get((check.id, seed, mistake), right) for mistake in mistakes}

    def explanation(self, check: Check, mistake: str) -> Mistake:
        return next(Mistake(**row, hunks=()) for row in self._content["explanations"] if row["id"] == mistake)

    def first_hints(self, check: Check) -> Sequence[str]:
        return tuple(self._content["first_hints"][check.exercise])

    def contents(self, room: str) -> Contents:
        return Contents(**self._content["contents"])


def released_file(room: str) -> Path:
    """Return where the students' wheel holds the released notebook of a room."""
    return FOLDER / f"{room}.ipynb"


def expectations(room: str) -> Expectations:
    """Return a room's expectations on this machine: a student's recording, or else the installed course.

    Raises:
        NoCourse: there is neither.
    """
    recorded = FOLDER / f"{room}.safetensors"
    return RecordedExpectations(recorded) if recorded.exists() else LiveExpectations(Course.installed())
