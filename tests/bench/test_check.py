"""The bench of a student's waits: it still finds what it times."""

import json
from pathlib import Path

import pytest

from autograder.course import Course, chapters_of
from bench import check

ROOM = "approximation"


def test_each_exercise_has_a_row_for_a_right_and_a_wrong_answer_and_each_notebook_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course.installed()
    monkeypatch.setattr(check, "RESULTS", tmp_path / "check.json")
    monkeypatch.setattr(check, "RUNS", 1)
    monkeypatch.setattr(check, "rooms", lambda: [ROOM])
    monkeypatch.setattr(check, "chapters_of", lambda course: [one for one in chapters_of(course) if one.room == ROOM])
    check.main()
    told = [(row["what"], row["answer"]) for row in json.loads((tmp_path / "check.json").read_text(encoding="utf-8"))]
    expected = [(f"check({one.name})", answer) for one in course.exercises(ROOM) for answer in ("right", "wrong")]
    assert told == [*expected, ("autograder check 1-approximation.ipynb", "right")]
