"""Each graded submission has its log, of the mark that counts and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.instructor.course.folder import CourseFolder
from sample_class.answers import answers
from tests.commands import autograder


def log_of(folder: Path, student: str) -> str:
    return CourseFolder.here(folder).log(student, "2-layers").read_text(encoding="utf-8")


def test_every_submission_of_a_class_has_a_log(graded: Path) -> None:
    assert {path.parent.name for path in (graded / "logs").glob("*/2-layers.txt")} == set(answers("layers"))
    assert {path.name for path in (graded / "logs").rglob("*") if path.is_file()} == {"2-layers.txt"}


def test_a_log_tells_why_the_work_came_to_its_mark(graded: Path) -> None:
    frances, edsger = (" ".join(log_of(graded, student).split()) for student in ("frances", "edsger"))
    assert "seed: 1 " in frances
    assert "timeout 0/1 Flatten.rows" in frances
    assert "it did not end in time" in frances
    assert "SyntaxError" in edsger.split("What the cells printed")[1]


@pytest.mark.long("three runs over a class")
def test_a_new_mark_replaces_the_log_and_one_that_stands_keeps_it(graded_folder: Path) -> None:
    before = {student: log_of(graded_folder, student) for student in ("ada", "john")}
    submitted = graded_folder / "submitted"
    notebook = "2-layers/2-layers.ipynb"
    (submitted / "ada" / notebook).write_bytes((submitted / "john" / notebook).read_bytes())
    (submitted / "john" / notebook).touch()
    done = autograder("grade", cwd=graded_folder)
    assert done.returncode == 0, done.stderr
    assert log_of(graded_folder, "john") == before["john"]
    assert "16 of 20 points" in log_of(graded_folder, "ada").splitlines()[0]
    assert "20 of 20 points" in before["ada"].splitlines()[0]


def test_work_that_cannot_be_read_has_a_log_that_says_so(graded_folder: Path) -> None:
    (graded_folder / "submitted" / "ada" / "2-layers" / "2-layers.ipynb").unlink()
    done = autograder("grade", "--student", "ada", cwd=graded_folder)
    assert done.returncode == 0, done.stderr
    shown = log_of(graded_folder, "ada")
    assert "Noticed\n  2-layers.ipynb is missing\n" in shown
    assert shown.splitlines()[0] == "ada, 2-layers: 0 of 20 points from checks"
