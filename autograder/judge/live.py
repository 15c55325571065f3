"""Compute the course's own answers, right and mistaken, on demand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

from autograder.chance import one_thread
from autograder.checks import Check
from autograder.course import Course, Names
from autograder.mistakes import Mistake
from autograder.observe import Answer, observe
from autograder.sections import Contents


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
