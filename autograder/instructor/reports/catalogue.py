"""The known mistakes of a course: what each one is, which checks catch it, and whether they name it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.checks import Check, checks_of
from autograder.course import Course
from autograder.expectations.live import LiveExpectations
from autograder.judge import judge
from autograder.mistakes import Mistake
from autograder.observe import seed_of
from autograder.verdicts import Verdict, mistakes_in

RUN_SEED = 0


@dataclass(frozen=True)
class CaughtMistake:
    """A known mistake and what the checks of its exercise make of it.

    Attributes:
        mistake: from the catalogue.
        caught_by: the checks that fail.
        named: whether each of them names this mistake and no other.
        seen: the verdicts on the visible checks, which are all that a student sees.
    """

    mistake: Mistake
    caught_by: tuple[Check, ...]
    named: bool
    seen: tuple[Verdict, ...]


def caught_mistakes(course: Course, room: str) -> list[CaughtMistake]:
    """Return each known mistake of a room, judged by the checks of its exercise."""
    expect = LiveExpectations(course)
    return [_caught(mistake, checks_of(room, mistake.exercise), expect) for mistake in course.mistakes(room)]


def _caught(mistake: Mistake, checks: Sequence[Check], expect: LiveExpectations) -> CaughtMistake:
    def verdicts(checks: Sequence[Check]) -> list[Verdict]:
        seeds = [seed_of(RUN_SEED, check) for check in checks]
        answers = [expect.mistaken(check, seed)[mistake.id] for check, seed in zip(checks, seeds, strict=True)]
        return judge(checks, answers, seeds, expect)

    failed = [verdict for verdict in verdicts(checks) if not verdict.passed]
    seen = verdicts([check for check in checks if not check.hidden])
    named = [list(mistakes_in(verdict.record())) == [mistake.id] for verdict in failed]
    return CaughtMistake(mistake, tuple(verdict.check for verdict in failed), bool(named) and all(named), tuple(seen))
