"""What a student's answers are compared with: the course's own, computed on demand, or recorded for fixed seeds.

A student's machine compares with a recording, in place of the reference. It holds the answers of the reference and of
every known mistake to the visible checks, what to say of each mistake, and the first hints. It holds no source and no
hidden check. Its frames are those of the sandbox.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from autograder import wire
from autograder.chance import one_thread
from autograder.checks import Check, Raised, checks_of
from autograder.course import Course, Names
from autograder.judge.comparison import same_answer
from autograder.judge.judge import Expectations
from autograder.mistakes import Mistake
from autograder.observe import Answer, observe, seed_of
from autograder.sections import Contents

RUN_SEEDS = (-1, -2)  # a run of the grader has none below 0: students have the answers to these
EXPLANATION = ("id", "exercise", "says", "read", "hint")  # of a known mistake: all but its edit of the reference
FOLDER = Path(__file__).parent / "records"


@dataclass(frozen=True)
class _WhenLookedUp(Mapping[str, Answer]):
    """A lazy mapping from a mistake's id to its answer, which the judge needs only where a check fails."""

    keys_in_order: Sequence[str]
    answer: Callable[[str], Answer]

    def __getitem__(self, key: str) -> Answer:
        return self.answer(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys_in_order)

    def __len__(self) -> int:
        return len(self.keys_in_order)


@dataclass
class LiveExpectations:
    """Expectations computed from a course, each once for a seed."""

    course: Course
    _mistaken: dict[str, Names] = field(default_factory=dict)
    _answers: dict[tuple[str, str, int], Answer] = field(default_factory=dict)
    _contents: dict[str, Contents] = field(default_factory=dict)
    _known: dict[str, Sequence[Mistake]] = field(default_factory=dict)

    def reference(self, check: Check, seed: int) -> Answer:
        return self._answer("", check, seed)

    def mistaken(self, check: Check, seed: int) -> Mapping[str, Answer]:
        """Return the answers of the exercise's known mistakes by id, each computed when it is looked up."""
        ids = [mistake.id for mistake in self._mistakes(check.room) if mistake.exercise == check.exercise]
        return _WhenLookedUp(ids, lambda mistake: self._answer(mistake, check, seed))

    def explanation(self, check: Check, mistake: str) -> Mistake:
        return next(known for known in self._mistakes(check.room) if known.id == mistake)

    def first_hints(self, check: Check) -> Sequence[str]:
        return self.course.first_hints(check.room, check.exercise)

    def contents(self, room: str) -> Contents:
        if room not in self._contents:
            self._contents[room] = self.course.contents(room)
        return self._contents[room]

    def _mistakes(self, room: str) -> Sequence[Mistake]:
        if room not in self._known:
            self._known[room] = self.course.mistakes(room)
        return self._known[room]

    def _answer(self, mistake: str, check: Check, seed: int) -> Answer:
        key = (mistake, check.id, seed)
        if key not in self._answers:
            names = self._namespace(mistake, check)
            with one_thread():  # as in the sandbox; and threads that wait for one another take several times as long
                self._answers[key] = observe(check, names, seed)
        return self._answers[key]

    def _namespace(self, mistake: str, check: Check) -> SimpleNamespace:
        if not mistake:
            return self.course.names(check.room)
        if mistake not in self._mistaken:
            self._mistaken[mistake] = self.course.mistaken(check.room, self.explanation(check, mistake))
        return self._mistaken[mistake]()


def record(course: Course, room: str, folder: Path) -> Path:
    """Write the recording of a room's visible checks into a folder and return the file."""
    content = {
        "contents": asdict(course.contents(room)),
        "explanations": [{name: getattr(mistake, name) for name in EXPLANATION} for mistake in course.mistakes(room)],
        "first_hints": {each.name: course.first_hints(room, each.name) for each in course.exercises(room)},
    }
    frames = [wire.frame(content)]
    for check, seed, who, answer in _recorded_answers(LiveExpectations(course), room):
        header, body = wire.pack_answer(without_reference_words(answer))
        frames.append(wire.frame({"check": check.id, "seed": seed, "who": who, "answer": header}, body))
    folder.mkdir(parents=True, exist_ok=True)
    path = _file(room, folder)
    path.write_bytes(b"".join(frames))
    return path


def _file(room: str, folder: Path) -> Path:
    return folder / f"{room}.frames"


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
    def _frames(self) -> list[tuple[dict[str, Any], bytes]]:
        """What is said of the room, and then the answers."""
        return list(wire.frames(self.path.read_bytes()))

    @property
    def _content(self) -> Mapping[str, Any]:
        return self._frames[0][0]

    @cached_property
    def _answers(self) -> Mapping[tuple[str, int, str], Answer]:
        return {
            (row["check"], row["seed"], row["who"]): wire.unpack_answer(row["answer"], body)
            for row, body in self._frames[1:]
        }

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
    recorded = _file(room, FOLDER)
    return RecordedExpectations(recorded) if recorded.exists() else LiveExpectations(Course.installed())
