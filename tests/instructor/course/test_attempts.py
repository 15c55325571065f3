"""Hand-ins in a course folder: submissions, the attempts that are kept, and how trustworthy their times are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.instructor.course.attempts import INDEX, Attempt, is_proved, keep, kept
from autograder.instructor.course.folder import CourseFolder

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
WITHOUT_ZONE = NOON.replace(tzinfo=None)  # as a gradebook keeps it
PROVED = Attempt(1, "d", NOON, False, NOON, "path", "test", proved=True)


@pytest.fixture
def folder(tmp_path: Path) -> CourseFolder:
    return CourseFolder(tmp_path)


def test_attempts_come_back_as_they_were_kept(folder: CourseFolder) -> None:
    attempts = (PROVED, replace(PROVED, number=2, when=None, proved=False))
    keep(folder, "ada", "2-layers", attempts, {})
    assert kept(folder, "ada", "2-layers") == attempts


def test_a_time_that_was_kept_before_times_were_told_apart_is_claimed(folder: CourseFolder) -> None:
    keep(folder, "ada", "2-layers", [PROVED], {})
    index = folder.collected("ada", "2-layers") / INDEX
    index.write_text(index.read_text().replace(',\n  "proved": true', ""))
    assert [attempt.standing for attempt in kept(folder, "ada", "2-layers")] == ["claimed"]


@pytest.mark.parametrize(
    ("attempts", "when", "proved"),
    [
        ([PROVED], WITHOUT_ZONE, True),
        ([PROVED], WITHOUT_ZONE + timedelta(seconds=1), False),
        ([PROVED], None, False),
        ([replace(PROVED, when=None, proved=False)], None, False),
        ([replace(PROVED, proved=False)], WITHOUT_ZONE, False),
        ([PROVED, replace(PROVED, number=2, digest="other", proved=False)], WITHOUT_ZONE, False),
        ([], WITHOUT_ZONE, False),
    ],
    ids=["proved", "another time", "no time", "none known", "claimed", "claimed by other work, too", "by hand"],
)
def test_a_time_in_the_gradebook_is_proved_by_the_attempts_of_that_time(
    attempts: list[Attempt], when: datetime | None, proved: bool, folder: CourseFolder
) -> None:
    keep(folder, "ada", "2-layers", attempts, {})
    assert is_proved(folder, "ada", "2-layers", when) == proved


def test_a_list_that_is_broken_or_missing_proves_nothing(folder: CourseFolder) -> None:
    assert not is_proved(folder, "ada", "2-layers", WITHOUT_ZONE)
    folder.collected("ada", "2-layers").mkdir(parents=True)
    (folder.collected("ada", "2-layers") / INDEX).write_text("[")
    assert not is_proved(folder, "ada", "2-layers", WITHOUT_ZONE)


def test_submissions_come_by_student_and_each_students_as_the_assignments_were_named(tmp_path: Path) -> None:
    for student in ("ben", "ada"):
        for assignment in ("2-layers", "3-dropout"):
            (tmp_path / "submitted" / student / assignment).mkdir(parents=True)
    found = CourseFolder(tmp_path).submissions(["3-dropout", "2-layers"])
    named = [(one.student, one.assignment) for one in found]
    assert named == [("ada", "3-dropout"), ("ada", "2-layers"), ("ben", "3-dropout"), ("ben", "2-layers")]
