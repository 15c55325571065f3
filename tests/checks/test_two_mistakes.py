"""Two mistakes at once: both are named. A new room is tested without a line here.

Which pairs are tried is a rule, not a choice: two known mistakes of one exercise whose edits touch different places of
the source, so that both can be made. They may fail the same checks. The judge goes by *places*, an observation or the
dtype, shape or numbers of one (see matching), so that one check can tell two mistakes.

A mistake *shows* where a place is wrong just as it is with that mistake alone. Where one of the two shows nowhere,
nobody can tell it: it hides behind an error that comes first, such as a constructor that forgets super().__init__(), or
the two meet in one number that neither alone would give. Of the pairs in which both show, nine in ten are named. In the
others a single third mistake does what both do (two things not refused are everything not refused), or two sets of
mistakes explain the same places and the other one is taken.
"""

from collections.abc import Sequence
from functools import cache, cached_property
from itertools import combinations

import pytest

from autograder.checks import Check, checks_of, rooms
from autograder.course import Course, names_anew, names_of_source
from autograder.judge.expectations import LiveExpectations
from autograder.judge.judge import judge
from autograder.judge.matching import compared, wrong_places
from autograder.mistakes import BadCatalogue, Mistake
from autograder.observe import Answer, observe, seed_of
from tests.checks.conftest import Judge, named

COURSE = Course.installed()
EXPECTED = LiveExpectations(COURSE)
SEEDS = (7, 8, 9)
TRIED, MANY = 24, 120  # pairs of one exercise, spread evenly over all that a room has: at each seed, and at one
IN_ONE, IN_TWO = 10, 4  # pairs of a room that are named at every seed: of one exercise, of two exercises
BOTH = 0.8  # of the pairs in which both show, how many are named, in each room; of all rooms together
ALL_ROOMS = 0.9
THIRD = 0.13  # of all pairs, in how many a third mistake may be named
RELU, AFFINE = "return torch.where(x > 0, x, 0)", "return (w1 * on) @ w2, (b1 * on) @ w2 + b2"

Pair = tuple[Mistake, Mistake]


def spread(pairs: Sequence[Pair], number: int) -> list[Pair]:
    """Return so many of the pairs, as evenly as it goes from the first to the last."""
    return [pairs[at * len(pairs) // number] for at in range(number)] if len(pairs) > number else list(pairs)


@cache
def pairs_of(room: str) -> list[Pair]:
    source, mistakes = COURSE.source(room), COURSE.mistakes(room)
    return [pair for pair in combinations(mistakes, 2) if can_be_made_at_once(*pair, source)]


def can_be_made_at_once(first: Mistake, second: Mistake, source: str) -> bool:
    """Whether either can be made first, and what comes out is the same."""
    try:
        return first.apply(second.apply(source)) == second.apply(first.apply(source))
    except BadCatalogue:
        return False


def alone(mistake: Mistake, check: Check, seed: int = SEEDS[0]) -> Answer:
    """Return what a check sees of one mistake: of another exercise, nothing."""
    at = seed_of(seed, check)
    is_of_another = mistake.exercise != check.exercise
    return EXPECTED.reference(check, at) if is_of_another else EXPECTED.mistaken(check, at)[mistake.id]


class Together:
    """Two mistakes made at once, and what the checks of their exercises see."""

    def __init__(self, room: str, pair: Pair, seed: int = SEEDS[0]) -> None:
        self.pair, self.seed = pair, seed
        self.exercises = {mistake.exercise for mistake in pair}
        self.checks = [check for check in checks_of(room) if check.exercise in self.exercises]
        first, second = pair
        names = names_anew(second.apply(first.apply(COURSE.source(room))), "two.mistakes")
        self.answers = {check.id: observe(check, names(), seed_of(seed, check)) for check in self.checks}

    @cached_property
    def named(self) -> set[str | None]:
        names: set[str | None] = set()
        for exercise in self.exercises:
            checks = [check for check in self.checks if check.exercise == exercise]
            seeds = [seed_of(self.seed, check) for check in checks]
            names |= named(judge(checks, [self.answers[check.id] for check in checks], seeds, EXPECTED))
        return names

    @property
    def are_named(self) -> bool:
        return {mistake.id for mistake in self.pair} <= self.named

    def shows(self, mistake: Mistake) -> bool:
        """Whether some place is wrong just as it is with this mistake alone."""
        for check in self.checks:
            answer, mistaken = self.answers[check.id], alone(mistake, check, self.seed)
            right = EXPECTED.reference(check, seed_of(self.seed, check))
            evidence = compared(0, answer, right, mistaken, wrong_places(0, answer, right))
            if any(word == "explained" for _, word in evidence):
                return True
        return False

    @cached_property
    def both_show(self) -> bool:
        return all(map(self.shows, self.pair))


@cache
def tried(room: str, number: int) -> list[Together]:
    of_one_exercise = [pair for pair in pairs_of(room) if pair[0].exercise == pair[1].exercise]
    return [Together(room, pair) for pair in spread(of_one_exercise, number)]


def both_named(room: str) -> list[bool]:
    """Return of each tried pair in which both mistakes show whether both are named."""
    return [both.are_named for both in tried(room, MANY) if both.both_show]


@pytest.mark.parametrize("room", rooms())
@pytest.mark.deep
@pytest.mark.long("120 pairs")
def test_two_mistakes_that_show_are_both_named_and_seldom_a_third(room: str) -> None:
    pairs = both_named(room)
    assert sum(pairs) >= BOTH * len(pairs) > 0
    third = [both.pair for both in tried(room, MANY) if both.named - {mistake.id for mistake in both.pair} - {None}]
    assert len(third) <= THIRD * len(tried(room, MANY)), [ids(pair) for pair in third]


@pytest.mark.deep
@pytest.mark.long("120 pairs of each room")
def test_of_all_rooms_nine_pairs_in_ten_are_named() -> None:
    pairs = [is_named for room in rooms() for is_named in both_named(room)]
    assert sum(pairs) >= ALL_ROOMS * len(pairs)


@pytest.mark.parametrize("seed", [SEEDS[0], *(pytest.param(seed, marks=pytest.mark.deep) for seed in SEEDS[1:])])
@pytest.mark.parametrize("room", rooms())
@pytest.mark.deep
@pytest.mark.long("fourteen pairs")
def test_pairs_from_everywhere_in_a_room_are_named_at_each_seed(room: str, seed: int) -> None:
    """All rooms together, six dozen pairs and more. The first test accounts for those that are not named."""
    in_one = [both.pair for both in tried(room, TRIED) if both.are_named and both.both_show]
    of_two_exercises = [pair for pair in pairs_of(room) if pair[0].exercise != pair[1].exercise]
    pairs = spread(in_one, IN_ONE) + spread(of_two_exercises, IN_TWO)
    assert len(pairs) == IN_ONE + IN_TWO
    for pair in pairs:
        assert Together(room, pair, seed).named - {None} == {mistake.id for mistake in pair}, ids(pair)


# The edit of either leaves no place for the other's, so what stands in the place of the line is said here.
@pytest.mark.parametrize(
    ("both", "line", "edited"),
    [
        ("relu-in-place + relu-gradient-one-at-zero", RELU, "x[x < 0] = 0\n        return x"),
        ("relu-always-float32 + relu-gradient-half-at-zero", RELU, "return ((x + x.abs()) / 2).float()"),
        ("affine-off-biases-kept + affine-transposed", AFFINE, "return ((w1 * on) @ w2).T, b1 @ w2 + b2"),
    ],
)
def test_two_mistakes_in_one_line_are_both_named(both: str, line: str, edited: str, verdicts_on: Judge) -> None:
    room = "approximation"
    names = names_of_source(COURSE.source(room).replace(line, edited), "both.mistakes")
    assert set(both.split(" + ")) <= named(verdicts_on(room, names, SEEDS[0]))


def ids(pair: Pair) -> str:
    return " + ".join(mistake.id for mistake in pair)
