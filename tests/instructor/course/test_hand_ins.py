"""Hand-ins in a course folder: submissions, collected attempts, and the standing of their times."""

from __future__ import annotations

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
    kept,
    standing_of,
)
from autograder.instructor.course.folder import CourseFolder

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
ATTEMPT = Attempt(1, "d", NOON, False, NOON, "path", "test", PROVED)


def test_attempts_come_back_as_they_were_kept(tmp_path: Path) -> None:
    folder, attempts = CourseFolder(tmp_path), (ATTEMPT, replace(ATTEMPT, number=2, when=None, standing=CLAIMED))
    keep(folder, "ada", "2-layers", attempts, {})
    assert kept(folder, "ada", "2-layers") == attempts


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


def test_submissions_come_by_student_and_then_in_the_order_of_the_named_assignments(tmp_path: Path) -> None:
    for student in ("ben", "ada"):
        for assignment in ("2-layers", "3-dropout"):
            (tmp_path / "submitted" / student / assignment).mkdir(parents=True)
    submissions = CourseFolder(tmp_path).submissions(["3-dropout", "2-layers"])
    named = [(submission.student, submission.assignment) for submission in submissions]
    assert named == [("ada", "3-dropout"), ("ada", "2-layers"), ("ben", "3-dropout"), ("ben", "2-layers")]
