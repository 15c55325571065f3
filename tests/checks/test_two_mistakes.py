"""Two mistakes at once: both are named. A new room is tested without a line here.

Which pairs are tried is a rule, not a choice. A *candidate* is a pair of known mistakes of one room

- whose edits touch different places of the source, so that both can be made, and
- which fail different checks when each is made alone.

Three things can still happen to a candidate, and each can be told from what the checks see, before anybody names it:

- The two *interact*: some check sees what it sees of neither alone. A `collapse` that multiplies element by element and
  refuses nothing meets sizes that do not fit and raises an error, where one that only refuses nothing returns a number.
  A weight of zeros with a random bias no longer answers zero. Such an answer is nobody's known mistake.
- A *third* mistake does the same, alone or with one of the two: dropout that scales in evaluation and not in training
  is two known mistakes, and one. Whoever names the other story is right as well.
- Neither of these. Then both have to be named.

Where two interact, often one check more than theirs fails and both are named all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from itertools import combinations

import pytest

from autograder.checks import Check, checks_of, rooms
from autograder.comparison import same_answer
from autograder.course import Course, names_anew
from autograder.judge import judge
from autograder.mistakes import Mistake
from autograder.observe import observe, seed_of
from autograder.verdicts import Answer
from tests.checks.conftest import named
from tests.checks.reached import ReachedExpectations

COURSE = Course.installed()
SEEDS = (7, 8, 9)
TRIED = 24  # candidates of one exercise, spread evenly over all that a room has
IN_ONE, IN_TWO = 5, 4  # pairs of a room that are named at every seed: of one exercise, of two exercises
SHARE = 0.7  # of the tried candidates, interacting or not, in each room

Pair = tuple[Mistake, Mistake]


def spread(pairs: Sequence[Pair], number: int) -> list[Pair]:
    """Return so many of the pairs, as evenly as it goes from the first to the last."""
    return [pairs[at * len(pairs) // number] for at in range(number)] if len(pairs) > number else list(pairs)


@cache
def live(room: str, seed: int) -> ReachedExpectations:
    return ReachedExpectations(COURSE)


@cache
def candidates(room: str) -> list[Pair]:
    source, mistakes = COURSE.source(room), COURSE.mistakes(room)
    failing = {mistake.id: {check.id for check in checks_of(room) if fails(mistake, check)} for mistake in mistakes}
    return [
        pair
        for pair in combinations(mistakes, 2)
        if not failing[pair[0].id] & failing[pair[1].id] and touch_different_places(*pair, source)
    ]


def of_one_exercise(room: str) -> list[Pair]:
    return [pair for pair in candidates(room) if pair[0].exercise == pair[1].exercise]


def of_two_exercises(room: str) -> list[Pair]:
    return [pair for pair in candidates(room) if pair[0].exercise != pair[1].exercise]


def touch_different_places(first: Mistake, second: Mistake, source: str) -> bool:
    one, other = (
        {at for old in mistake.edits for at in range(source.index(old), source.index(old) + len(old))}
        for mistake in (first, second)
    )
    return not one & other


def alone(mistake: Mistake, check: Check, seed: int = SEEDS[0]) -> Answer:
    """Return what a check sees of one mistake: of another exercise, nothing."""
    answers, at = live(check.room, seed), seed_of(seed, check)
    other = mistake.exercise != check.exercise
    return answers.reference(check, at) if other else answers.mistaken(check, at)[mistake.id]


def fails(mistake: Mistake, check: Check, seed: int = SEEDS[0]) -> bool:
    right = live(check.room, seed).reference(check, seed_of(seed, check))
    return not same_answer(alone(mistake, check, seed), right)


class Together:
    """Two mistakes made at once, and what the checks of their exercises see."""

    def __init__(self, room: str, pair: Pair, seed: int = SEEDS[0]) -> None:
        self.pair, self.room, self.seed = pair, room, seed
        self.exercises = {mistake.exercise for mistake in pair}
        self.checks = [check for check in checks_of(room) if check.exercise in self.exercises]
        first, second = pair
        names = names_anew(second.apply(first.apply(COURSE.source(room))), "two.mistakes")
        self.answers = {check.id: observe(check, names(), seed_of(seed, check)) for check in self.checks}

    @cached_property
    def named(self) -> set[str | None]:
        found: set[str | None] = set()
        for exercise in self.exercises:
            checks = [check for check in self.checks if check.exercise == exercise]
            seeds = [seed_of(self.seed, check) for check in checks]
            found |= named(
                judge(checks, [self.answers[check.id] for check in checks], seeds, live(self.room, self.seed))
            )
        return found

    @property
    def are_named(self) -> bool:
        return {mistake.id for mistake in self.pair} <= self.named

    def look_like(self, *mistakes: Mistake) -> bool:
        """Whether each check sees what it sees of one of these alone: of one that fails it, if any does."""
        for check in self.checks:
            failing = [mistake for mistake in mistakes if fails(mistake, check, self.seed)]
            seen = [alone(mistake, check, self.seed) for mistake in failing or mistakes[:1]]
            if not any(same_answer(self.answers[check.id], answer) for answer in seen):
                return False
        return True

    @cached_property
    def interact(self) -> bool:
        return not self.look_like(*self.pair)

    def are_a_third(self) -> bool:
        """Whether some third mistake, alone or with one of the two, looks the same."""
        others = [m for m in COURSE.mistakes(self.room) if m.exercise in self.exercises and m not in self.pair]
        return any(
            self.look_like(third) or any(self.look_like(third, mistake) for mistake in self.pair) for third in others
        )


@cache
def tried(room: str) -> list[Together]:
    return [Together(room, pair) for pair in spread(of_one_exercise(room), TRIED)]


@pytest.mark.parametrize("room", rooms())
@pytest.mark.long("two dozen pairs")
def test_two_mistakes_that_do_not_interact_are_both_named(room: str) -> None:
    wanted = [both for both in tried(room) if not both.interact]
    others = [both for both in wanted if not both.are_named]
    assert [ids(both.pair) for both in others if not both.are_a_third()] == []
    assert len(others) <= len(wanted) / 10


@pytest.mark.parametrize("room", rooms())
def test_most_pairs_that_touch_different_places_and_checks_are_both_named(room: str) -> None:
    assert sum(both.are_named for both in tried(room)) >= SHARE * len(tried(room))


@pytest.mark.parametrize("seed", [SEEDS[0], *(pytest.param(seed, marks=pytest.mark.deep) for seed in SEEDS[1:])])
@pytest.mark.parametrize("room", rooms())
@pytest.mark.long("nine pairs")
def test_pairs_from_everywhere_in_a_room_are_named_at_each_seed(room: str, seed: int) -> None:
    """All rooms together, two dozen pairs and more. The first test accounts for those that are not named."""
    in_one = [both.pair for both in tried(room) if both.are_named and not both.interact]
    pairs = spread(in_one, IN_ONE) + spread(of_two_exercises(room), IN_TWO)
    assert len(pairs) == IN_ONE + IN_TWO
    for pair in pairs:
        assert Together(room, pair, seed).named == {mistake.id for mistake in pair}, ids(pair)


def ids(pair: Pair) -> str:
    return " + ".join(mistake.id for mistake in pair)
