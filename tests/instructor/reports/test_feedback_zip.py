"""`feedback.zip`: whatever names students choose, a learning system shows a page to nobody but whose it is."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.reports.feedback_zip import feedback_zip
from tests.instructor.collecting import conftest as collecting
from tests.instructor.collecting.downloads import gradescope_metadata, notebook, zipped
from tests.test_cli import here

empty_course = collecting.empty_course
class_folder = collecting.course

ADA, GRACE = "007", "grace"
ROSTER = """id,first name,last name,e-mail,number
007,Ada,Lovelace,ada@example.org,101
grace,Grace,Hopper,grace@example.org,102
"""
NUMBERS = {"101": ADA, "102": GRACE}


def canvas_shows(name: str) -> str | None:
    """Whose Canvas takes a file for: ``infer_comment_context_from_filename`` in github.com/instructure/canvas-lms."""
    numbers = [part for part in PurePosixPath(name).name.split("_") if part.isdecimal()]
    return NUMBERS.get(numbers[0]) if len(numbers) >= 2 else None


def moodle_shows(name: str) -> str | None:
    """Whose Moodle takes a file for: ``is_valid_filename_for_import`` in its importziplib.php."""
    for part in name.split("/"):
        info = part.split("_", 4)
        if len(info) >= 4 and info[2:4] == ["assignsubmission", "file"] and info[1] in NUMBERS:
            return NUMBERS[info[1]]
    return None


def pages(folder: Path, download: dict[str, bytes]) -> dict[str, str]:
    """Collect a download, and return whose pages lie in the zip, by their names."""
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    course = CourseFolder(folder)
    here(
        folder, "collect", zipped(folder.parent / "download.zip", download), "--yes", "--roster", folder / "roster.csv"
    )
    return zipped_pages(course)


def zipped_pages(course: CourseFolder) -> dict[str, str]:
    for student in NUMBERS.values():
        page = course.feedback(student, "2-layers")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(student, encoding="utf-8")
    with zipfile.ZipFile(io.BytesIO(feedback_zip(course, "2-layers", list(NUMBERS.values())))) as archive:
        assert len(archive.namelist()) == len(set(map(str.casefold, archive.namelist()))) == len(NUMBERS)
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize(
    ("adas", "graces"),
    [
        ("2-layers.ipynb", "2-layers.ipynb"),
        ("hoppergrace_102_5002_2-layers.ipynb", "lovelaceada_101_5001_2-layers.ipynb"),
        (
            "Grace Hopper_102_assignsubmission_file_2-layers.ipynb",
            "Ada Lovelace_101_assignsubmission_file_2-layers.ipynb",
        ),
        ("grace.2-layers.ipynb", "007.2-layers.ipynb"),
    ],
    ids=["as released", "swapped as in Canvas", "swapped as in Moodle", "swapped as in ours"],
)
def test_swapped_names_show_nobody_anothers_page(adas: str, graces: str, class_folder: Path) -> None:
    works = notebook(answer="ada"), notebook(answer="grace")
    canvas = dict(zip((f"lovelaceada_101_5001_{adas}", f"hoppergrace_102_5002_{graces}"), works, strict=True))
    for name, owner in pages(class_folder, canvas).items():
        assert canvas_shows(name) in (owner, None)


def test_work_in_a_zip_of_the_students_own_is_shown_by_the_zips_name(class_folder: Path) -> None:
    inner = {"hoppergrace_102_5002_2-layers.ipynb": notebook(answer="ada")}
    packed = zipped(class_folder.parent / "inner.zip", inner).read_bytes()
    works = {"lovelaceada_101_5001_work.zip": packed, "hoppergrace_102_5002_mine.ipynb": notebook(answer="grace")}
    found = pages(class_folder, works)
    assert {name: canvas_shows(name) for name in found} == found


def test_pages_of_honest_names_are_shown_to_their_owners(class_folder: Path) -> None:
    works = {"lovelaceada_101_5001_2-layers.ipynb": notebook(), "hoppergrace_102_5002_mine.v2.ipynb": notebook()}
    found = pages(class_folder, works)
    assert {name: canvas_shows(name) for name in found} == found


@pytest.mark.parametrize("between", ["/", ""], ids=["in folders", "without folders"])
def test_swapped_names_show_nobody_anothers_page_in_moodle(between: str, class_folder: Path) -> None:
    ada, grace = (f"{name}_assignsubmission_file_" for name in ("Ada Lovelace_101", "Grace Hopper_102"))
    moodle = {
        f"{ada}{between}{grace}{between}2-layers.ipynb": notebook(answer="ada"),
        f"{grace}{between}{ada}{between}2-layers.ipynb": notebook(answer="grace"),
    }
    found = pages(class_folder, moodle)
    assert {name: moodle_shows(name) for name in found} == found


def test_two_who_handed_in_one_file_have_a_page_each(class_folder: Path) -> None:
    both = [("Ada Lovelace", ADA, "ada@example.org"), ("Grace Hopper", GRACE, "grace@example.org")]
    metadata = gradescope_metadata(("submission_1", both, "2026-11-05 22:41:07.000000000 Z"))
    export = {"export/submission_metadata.yml": metadata, "export/submission_1/2-layers.ipynb": notebook(answer="ours")}
    assert pages(class_folder, export) == {f"{student}/2-layers.html": student for student in NUMBERS.values()}


def test_a_pipe_in_the_place_of_a_submission_stops_no_zip(class_folder: Path) -> None:
    pages(class_folder, {"lovelaceada_101_5001_2-layers.ipynb": notebook()})
    place = class_folder / "submitted" / ADA / "2-layers" / "2-layers.ipynb"
    place.unlink()
    os.mkfifo(place)
    assert zipped_pages(CourseFolder(class_folder))[f"{ADA}/2-layers.html"] == ADA
