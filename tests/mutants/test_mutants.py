"""The list of equivalent changes of the solutions is not stale, and no other change lives."""

import pytest

from autograder.checks import rooms
from autograder.course import Course
from tests.mutants.mutate import mutants_of
from tests.mutants.trial import Trial, equivalents


@pytest.mark.parametrize("room", rooms())
def test_each_equivalent_change_is_one_that_is_still_made(room: str) -> None:
    made = {mutant.key for mutant in mutants_of(Course.installed().source(room))}
    assert equivalents(room) - made == set()


@pytest.mark.parametrize("room", rooms())
@pytest.mark.long("hundreds of mutants, each in a process of its own")
def test_each_mutant_is_caught_or_known_to_be_right(room: str) -> None:
    alive, stale = Trial(room).result()
    assert [f"solutions/{room}.py:{mutant.line}: {': '.join(mutant.key)}" for mutant in alive] == []
    assert stale == []
