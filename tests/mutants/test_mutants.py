"""Of all small changes of the solutions those live that are listed as equivalent, and no other."""

import pytest

from autograder.checks import rooms
from tests.mutants.trial import Trial


@pytest.mark.parametrize("room", rooms())
@pytest.mark.deep
@pytest.mark.long("hundreds of mutants, each in a process of its own")
def test_each_mutant_is_caught_or_known_to_be_right(room: str) -> None:
    alive, stale = Trial(room).result()
    assert [f"solutions/{room}.py:{mutant.line}: {': '.join(mutant.key)}" for mutant in alive] == []
    assert stale == []
