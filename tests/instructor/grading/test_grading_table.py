"""The table of a run has names beside ids."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from autograder.instructor.grading.console import changes_table, grading_table


def test_students_stand_there_by_name_where_the_roster_has_one(capsys: pytest.CaptureFixture[str]) -> None:
    graded = [
        SimpleNamespace(
            submission=SimpleNamespace(student=student, assignment="2-layers"),
            verdicts=[],
            reused=False,
            notes=[],
            points=3,
            max_points=4,
            points_before=None,
        )
        for student in ("0031", "stranger")
    ]
    run = SimpleNamespace(in_order=graded, changes=graded)
    for table in (grading_table, changes_table):
        table(run, {"0031": "0031 Ada Lovelace"})  # type: ignore[arg-type]
        said = capsys.readouterr().out
        assert "0031 Ada Lovelace" in said and "stranger" in said
