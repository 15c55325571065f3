"""The receipt that a student was shown is found again where the work was collected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.receipts import receipt_of
from tests.instructor.collecting.downloads import folder, notebook
from tests.test_cli import here, refused

FIRST, SECOND = notebook(answer="first"), notebook(answer="second")


@pytest.fixture
def collected(course: Path, tmp_path: Path) -> Path:
    """A course in which a student has handed in twice."""
    (course / "due_dates.csv").write_text("assignment,due,time zone\n2-layers,2026-11-05 23:59,Europe/Berlin\n")
    for number, content in enumerate((FIRST, SECOND), 1):
        (tmp_path / "mailed.ipynb").write_bytes(content)
        line = ("collect", tmp_path / "mailed.ipynb", "2-layers", "--student", "007", "--yes")
        status, said, errors = here(course, *line, "--at", f"2026-11-05 2{number}:10")
        assert (status, errors) == (0, "")
        assert receipt_of(content) in said
    return course


def test_it_names_each_attempt_and_the_one_that_counts(collected: Path) -> None:
    status, said, errors = here(collected, "receipt", "007", "2-layers")
    assert (status, errors) == (0, "")
    first, second = said.splitlines()
    assert first.startswith(f"2-layers: attempt 1; {receipt_of(FIRST)}; handed in 2026-11-05 ")
    assert ", claimed; collected " in first and "counts" not in first
    assert second.startswith(f"2-layers: attempt 2; {receipt_of(SECOND)}; ") and second.endswith("; this one counts")
    assert here(collected, "receipt", "007")[1] == said
    rows = json.loads(here(collected, "receipt", "007", "--json")[1])
    assert [(row["receipt"], row["attempt"]["number"], row["counts"]) for row in rows] == [
        (receipt_of(FIRST), 1, False),
        (receipt_of(SECOND), 2, True),
    ]


def test_a_file_that_has_changed_since_is_told_and_not_vouched_for(collected: Path) -> None:
    (kept,) = (collected / "collected" / "007" / "2-layers").glob("01-*.ipynb")
    kept.write_bytes(FIRST + b"\n")
    status, said, _ = here(collected, "receipt", "007")
    assert status == 1
    assert said.splitlines()[0].endswith("; ITS FILE HAS CHANGED OR GONE since it was collected")
    assert "CHANGED" not in said.splitlines()[1]


def test_what_was_put_there_by_hand_is_named_too(course: Path) -> None:
    folder(course / "submitted", {"007/2-layers/2-layers.ipynb": FIRST})
    said = here(course, "receipt", "007")[1]
    assert said == f"2-layers: {receipt_of(FIRST)}; put into submitted/ by hand, and not collected; this one counts\n"


def test_who_handed_nothing_in_has_none(course: Path) -> None:
    assert "nobody handed nothing in for 2-layers or 3-dropout" in refused(course, "receipt", "nobody")
