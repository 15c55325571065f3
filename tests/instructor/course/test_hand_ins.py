"""The standing of the times of collected attempts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.instructor.course.attempts import (
    CLAIMED,
    ENTERED,
    INDEX,
    PROVED,
    Attempt,
    Standing,
    keep,
    standing_of,
)
from autograder.instructor.course.folder import CourseFolder

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
ATTEMPT = Attempt(1, "d", NOON, False, NOON, "path", "test", PROVED)


@pytest.mark.parametrize(
    ("attempts", "when", "standing"),
    [
        ([ATTEMPT], NOON, PROVED),
        ([replace(ATTEMPT, standing=ENTERED)], NOON, ENTERED),
        ([ATTEMPT], NOON + timedelta(seconds=1), CLAIMED),
        ([replace(ATTEMPT, when=None)], NOON, CLAIMED),
        ([ATTEMPT, replace(ATTEMPT, number=2, digest="other", standing=ENTERED)], NOON, ENTERED),
        ([ATTEMPT, replace(ATTEMPT, number=2, digest="other", standing=CLAIMED)], NOON, CLAIMED),
        ([], NOON, CLAIMED),
    ],
    ids=["proved", "entered", "another time", "no time", "entered of other work", "claimed by other work", "by hand"],
)
def test_a_time_is_as_sure_as_the_least_sure_attempt_of_that_time(
    attempts: list[Attempt], when: datetime, standing: Standing, tmp_path: Path
) -> None:
    folder = CourseFolder(tmp_path)
    keep(folder, "ada", "2-layers", attempts, {})
    assert standing_of(folder, "ada", "2-layers", when) == standing
    (folder.collected("ada", "2-layers") / INDEX).write_text("[")  # a broken list proves nothing
    assert standing_of(folder, "ada", "2-layers", when) == CLAIMED
