"""A course's known mistakes with the checks that catch and name each."""

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.checks import Check, checks_of
from autograder.course import Course
from autograder.judge.judge import judge
from autograder.judge.live import LiveExpectations
from autograder.judge.verdicts import Verdict, mistakes_in
from autograder.mistakes import Mistake
from autograder.observe import seed_of

RUN_SEED = 0


@dataclass(frozen=True)
class CaughtMistake:
    """A known mistake, the checks that fail, whether each names it alone, and the verdicts that a student sees."""

    mistake: Mistake
    caught_by: tuple[Check, ...]
    named: bool
    seen: tuple[Verdict, ...]


def caught_mistakes(course: Course, room: str) -> list[CaughtMistake]:
    """Return each known mistake of a room, judged by the checks of its exercise."""
    expect, caught = LiveExpectations(course), []
    for mistake in course.mistakes(room):
        checks = checks_of(room, mistake.exercise)
        visible = [check for check in checks if not check.hidden]
        failed = [each for each in verdicts_on_mistake(mistake, checks, expect, RUN_SEED) if not each.passed]
        named = bool(failed) and all(names_it(verdict, mistake) for verdict in failed)
        seen = verdicts_on_mistake(mistake, visible, expect, RUN_SEED)
        caught.append(CaughtMistake(mistake, tuple(verdict.check for verdict in failed), named, tuple(seen)))
    return caught


def verdicts_on_mistake(
    mistake: Mistake, checks: Sequence[Check], expect: LiveExpectations, run_seed: int
) -> list[Verdict]:
    """Return the verdicts of checks of its exercise on the reference with a known mistake in it."""
    seeds = [seed_of(run_seed, check) for check in checks]
    answers = [expect.mistaken(check, seed)[mistake.id] for check, seed in zip(checks, seeds, strict=True)]
    return judge(checks, answers, seeds, expect)


def names_it(verdict: Verdict, mistake: Mistake) -> bool:
    """Whether a failed check names this mistake in its own words, and only this one."""
    return list(mistakes_in(verdict.record())) == [mistake.id] and mistake.says in verdict.message
