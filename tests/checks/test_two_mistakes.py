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

from functools import cache, cached_property
from itertools import combinations

import pytest

from autograder.checks import checks_of, rooms
from autograder.course import Course, names_anew, names_of_source
from autograder.judge.expectations import LiveExpectations
from autograder.judge.judge import judge
from autograder.judge.matching import compared, wrong_places
from autograder.mistakes import BadCatalogue, Mistake
from autograder.observe import observe, seed_of
from tests.checks.conftest import Judge, named

COURSE = Course.installed()
EXPECTED = LiveExpectations(COURSE)
SEED = 7
MANY = 120  # pairs of a room that are tried, spread evenly over all that it has
BOTH = 0.8  # of the pairs in which both show, how many are named, in each room; of all rooms together
ALL_ROOMS = 0.9
THIRD = 0.13  # of all pairs, in how many a third mistake may be named
RELU, AFFINE = "return torch.where(x > 0, x, 0)", "return (w1 * on) @ w2, (b1 * on) @ w2 + b2"

Pair = tuple[Mistake, Mistake]


def can_be_made_at_once(first: Mistake, second: Mistake, source: str) -> bool:
    """Whether either can be made first, and what comes out is the same."""
    try:
        return first.apply(second.apply(source)) == second.apply(first.apply(source))
    except BadCatalogue:
        return False


class Together:
    """Two mistakes made at once, and what the checks of their exercise see."""

    def __init__(self, room: str, pair: Pair) -> None:
        self.pair = pair
        first, second = pair
        names = names_anew(second.apply(first.apply(COURSE.source(room))), "two.mistakes")
        self.checks = checks_of(room, first.exercise)
        self.seeds = [seed_of(SEED, check) for check in self.checks]
        self.answers = [observe(check, names(), seed) for check, seed in zip(self.checks, self.seeds, strict=True)]

    @cached_property
    def named(self) -> set[str | None]:
        return named(judge(self.checks, self.answers, self.seeds, EXPECTED))

    @property
    def are_named(self) -> bool:
        return {mistake.id for mistake in self.pair} <= self.named

    def shows(self, mistake: Mistake) -> bool:
        """Whether some place is wrong just as it is with this mistake alone."""
        for check, answer, seed in zip(self.checks, self.answers, self.seeds, strict=True):
            right, mistaken = EXPECTED.reference(check, seed), EXPECTED.mistaken(check, seed)[mistake.id]
            evidence = compared(0, answer, right, mistaken, wrong_places(0, answer, right))
            if any(word == "explained" for _, word in evidence):
                return True
        return False


@cache
def tried(room: str) -> list[Together]:
    source, mistakes = COURSE.source(room), COURSE.mistakes(room)
    pairs = [
        pair
        for pair in combinations(mistakes, 2)
        if pair[0].exercise == pair[1].exercise and can_be_made_at_once(*pair, source)
    ]
    number = min(MANY, len(pairs))
    return [Together(room, pairs[at * len(pairs) // number]) for at in range(number)]


@cache
def both_named(room: str) -> list[bool]:
    """Return of each tried pair in which both mistakes show whether both are named."""
    return [both.are_named for both in tried(room) if all(map(both.shows, both.pair))]


@pytest.mark.parametrize("room", rooms())
@pytest.mark.deep
@pytest.mark.long("120 pairs")
def test_two_mistakes_that_show_are_both_named_and_seldom_a_third(room: str) -> None:
    pairs = both_named(room)
    assert sum(pairs) >= BOTH * len(pairs) > 0
    third = [both.pair for both in tried(room) if both.named - {mistake.id for mistake in both.pair} - {None}]
    assert len(third) <= THIRD * len(tried(room)), [[mistake.id for mistake in pair] for pair in third]


@pytest.mark.deep
@pytest.mark.long("120 pairs of each room")
def test_of_all_rooms_nine_pairs_in_ten_are_named() -> None:
    pairs = [is_named for room in rooms() for is_named in both_named(room)]
    assert sum(pairs) >= ALL_ROOMS * len(pairs)


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
    assert set(both.split(" + ")) <= named(verdicts_on(room, names, SEED))
