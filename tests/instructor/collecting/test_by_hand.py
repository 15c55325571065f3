"""What no download says: whose a file is, when it came, and that a student handed in something else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.instructor.course.attempts import kept
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.open_matters import open_matters
from tests.instructor.collecting.downloads import folder, notebook, zipped
from tests.test_cli import here, refused

DUE = "assignment,due,time zone\n2-layers,2026-11-05 23:59,Europe/Berlin\n"


def work(course: Path, student: str, name: str = "2-layers.ipynb") -> Path:
    return course / "submitted" / student / "2-layers" / name


@pytest.fixture
def mailed(course: Path, tmp_path: Path) -> Path:
    (course / "due_dates.csv").write_text(DUE, encoding="utf-8")
    (tmp_path / "Untitled.ipynb").write_bytes(notebook(answer="mailed"))
    return tmp_path / "Untitled.ipynb"


# Whose and when, as the instructor says


def test_a_file_is_whose_the_instructor_says_and_its_attempt_is_kept(course: Path, mailed: Path) -> None:
    line = ("collect", mailed, "2-layers", "--student", "007", "--yes")
    status, said, errors = here(course, *line, "--at", "2026-11-05 22:10")
    assert (status, errors) == (0, "")
    assert "2026-11-05 22:10, claimed" in said
    assert work(course, "007").read_bytes() == notebook(answer="mailed")
    assert work(course, "007", "timestamp.txt").read_text() == "2026-11-05 21:10:00.000000 UTC\n"
    (attempt,) = kept(CourseFolder(course), "007", "2-layers")
    assert (attempt.system, attempt.path) == ("by hand", "Untitled.ipynb")
    assert here(course, *line)[1].endswith("everything is collected already\n")


def test_a_time_that_was_mistyped_can_be_corrected(course: Path, mailed: Path) -> None:
    for at in ("2026-11-06 22:10", "2026-11-05T22:10+01:00"):
        assert here(course, "collect", mailed, "2-layers", "--student", "007", "--yes", "--at", at)[0] == 0
    (attempt,) = kept(CourseFolder(course), "007", "2-layers")
    assert attempt.stamp == "2026-11-05 21:10:00.000000 UTC"
    assert work(course, "007", "timestamp.txt").read_text() == f"{attempt.stamp}\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("2-layers", "--student", "nobody"), "the roster has no such id"),
        (("--student", "007"), "name its assignment, too"),
        (("2-layers", "--at", "2026-11-05 22:10"), "name the student with --student"),
        (("2-layers", "--student", "007", "--at", "yesterday"), "is no time: write “2026-11-05 23:59”"),
        (("2-layers", "--times", "times.csv"), "times.csv, line 2: nobody in the roster is 'x'"),
        (("2-layers", "--times", "roster.csv"), "roster.csv lacks a column student"),
    ],
)
def test_what_the_instructor_says_wrong_is_one_line(
    line: tuple[str, ...], reason: str, course: Path, mailed: Path
) -> None:
    (course / "times.csv").write_text("student,time\nx,2026-11-05 22:10\n")
    assert reason in refused(course, "collect", mailed, *line, "--yes")


def test_times_in_a_table_end_the_lateness_of_unknown_length(course: Path, mailed: Path, tmp_path: Path) -> None:
    names = {
        "lovelaceada_1_5001_2-layers.ipynb": notebook(),
        "obriennúñezjosé_LATE_2_5004_x.ipynb": notebook(answer="j"),
    }
    canvas = zipped(tmp_path / "canvas.zip", names)
    here(course, "collect", canvas, "2-layers", "--yes")
    (line,) = open_matters(CourseFolder(course), ["2-layers"])
    assert line.startswith("1 late for 2-layers at an unknown time, so no penalty is counted: 0042 José O'Brien-Núñez.")
    assert line.endswith("autograder collect DOWNLOAD 2-layers --times FILE")
    (tmp_path / "times.csv").write_text("student,time\njose@example.org,2026-11-06 01:59\n", encoding="utf-8")
    status, said, errors = here(course, "collect", canvas, "2-layers", "--yes", "--times", tmp_path / "times.csv")
    assert (status, errors) == (0, "")
    assert " 2 h " in said
    assert work(course, "0042", "timestamp.txt").read_text() == "2026-11-06 00:59:00.000000 UTC\n"
    assert not work(course, "007", "timestamp.txt").exists()
    assert open_matters(CourseFolder(course), ["2-layers"]) == []


# Something else than a notebook


@pytest.mark.parametrize("name", ["2-layers.py", "answer.pdf", "2-layers.html", "work.rar"])
def test_who_handed_in_something_else_is_named_counted_and_not_forgotten(
    name: str, course: Path, mailed: Path, tmp_path: Path
) -> None:
    files = {"lovelaceada_1_5001_2-layers.ipynb": notebook(), f"hoppergrace_2_5004_{name}": b"import torch"}
    canvas = zipped(tmp_path / "canvas.zip", files | {"lovelaceada_1_5002_notes.txt": b"hello"})
    status, said, errors = here(course, "collect", canvas, "2-layers", "--yes")
    assert status == 1
    assert f"grace Grace Hopper handed in hoppergrace_2_5004_{name}, and no notebook" in errors
    assert "“What you handed in holds no notebook." in errors
    assert "1 submission: 1 new, 1 NOT COLLECTED" in said
    assert "nothing for 2-layers from 0042 José O'Brien-Núñez, xm 小明 王\n" in said
    again = here(course, "collect", canvas, "2-layers", "--yes")[1]
    assert again.endswith("nothing was written\n")
    (line,) = open_matters(CourseFolder(course), ["2-layers"])
    assert f"grace Grace Hopper (hoppergrace_2_5004_{name})" in line
    assert line.endswith("autograder collect FILE 2-layers --student ID")
    here(course, "collect", mailed, "2-layers", "--student", "grace", "--yes")
    assert open_matters(CourseFolder(course), ["2-layers"]) == []


def test_what_was_handed_in_instead_is_noted_where_there_is_nothing_to_write(course: Path, tmp_path: Path) -> None:
    download = folder(tmp_path / "x", {"grace/2-layers.py": b"import torch", "grace/more.py": b""})
    status, said, _ = here(course, "collect", download, "2-layers", "--yes", "--json")
    assert status == 1
    assert json.loads(said)["instead"] == [{"student": "grace", "assignment": "2-layers", "file": "2-layers.py"}]
    assert len(open_matters(CourseFolder(course), ["2-layers"])) == 1


def test_a_dry_run_notes_nothing(course: Path, tmp_path: Path) -> None:
    download = folder(tmp_path / "x", {"grace/2-layers.py": b"import torch"})
    here(course, "collect", download, "2-layers", "--dry-run")
    assert open_matters(CourseFolder(course), ["2-layers"]) == []


# A zip in the zip


def test_a_zip_in_the_zip_is_opened_with_the_clues_of_its_name(course: Path, tmp_path: Path) -> None:
    inner = {"homework/2-layers.ipynb": notebook(answer="zipped"), "homework/plot.png": b"png"}
    packed = zipped(tmp_path / "inner.zip", inner).read_bytes()
    canvas = zipped(
        tmp_path / "canvas.zip",
        {"lovelaceada_1_5001_2-layers.ipynb": notebook(), "hoppergrace_2_5004_homework.zip": packed},
    )
    status, said, _ = here(course, "collect", canvas, "2-layers", "--yes")
    assert status == 0
    assert work(course, "grace").read_bytes() == notebook(answer="zipped")
    assert "hoppergrace_2_5004_homework.zip/homework/2-layers.ipynb" in said
    here(course, "collect", folder(tmp_path / "x", {"0042/work.zip": packed}), "2-layers", "--yes")
    assert work(course, "0042").read_bytes() == notebook(answer="zipped")


@pytest.mark.parametrize("what", ["damaged", "in a zip in a zip", "leads out"])
def test_a_zip_in_the_zip_that_cannot_be_read_is_named(what: str, course: Path, tmp_path: Path) -> None:
    inner = zipped(
        tmp_path / "i.zip", {"../../2-layers.ipynb" if what == "leads out" else "2-layers.ipynb": notebook()}
    )
    packed = inner.read_bytes()
    if what == "damaged":
        packed = packed[: len(packed) // 2]
    if what == "in a zip in a zip":
        packed = zipped(tmp_path / "o.zip", {"i.zip": packed}).read_bytes()
    canvas = zipped(
        tmp_path / "canvas.zip", {"lovelaceada_1_5001_2-layers.ipynb": notebook(), "hoppergrace_2_5004_x.zip": packed}
    )
    status, said, errors = here(course, "collect", canvas, "2-layers", "--yes")
    assert status == 1
    assert "1 NOT COLLECTED" in said
    assert "hoppergrace_2_5004_x.zip" in errors
    assert not work(course, "grace").exists()
