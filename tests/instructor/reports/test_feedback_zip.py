"""`feedback.zip`: whatever names students choose, a learning system shows a page to nobody but whose it is."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.reports.feedback import feedback_zip
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
    roster = folder / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    here(folder, "collect", zipped(folder.parent / "download.zip", download), "--yes", "--roster", roster)
    return zipped_pages(CourseFolder(folder))


def zipped_pages(course: CourseFolder) -> dict[str, str]:
    for student in NUMBERS.values():
        page = course.feedback(student, "2-layers")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(student, encoding="utf-8")
    with zipfile.ZipFile(io.BytesIO(feedback_zip(course, "2-layers", list(NUMBERS.values())))) as archive:
        assert len(archive.namelist()) == len(set(map(str.casefold, archive.namelist()))) == len(NUMBERS)
        return {name: archive.read(name).decode() for name in archive.namelist()}


ADAS, GRACES = "lovelaceada_101_5001_", "hoppergrace_102_5002_"  # as Canvas calls a file
ADAS_FILE, GRACES_FILE = "Ada Lovelace_101_assignsubmission_file_", "Grace Hopper_102_assignsubmission_file_"


@pytest.mark.parametrize(
    ("shows", "adas", "graces", "is_always_found"),
    [
        (canvas_shows, f"{ADAS}2-layers.ipynb", f"{GRACES}mine.v2.ipynb", True),
        (canvas_shows, f"{ADAS}{GRACES}2-layers.ipynb", f"{GRACES}{ADAS}2-layers.ipynb", False),
        (canvas_shows, f"{ADAS}{GRACES_FILE}2-layers.ipynb", f"{GRACES}{ADAS_FILE}2-layers.ipynb", False),
        (canvas_shows, f"{ADAS}grace.2-layers.ipynb", f"{GRACES}007.2-layers.ipynb", False),
        (moodle_shows, f"{ADAS_FILE}/{GRACES_FILE}/a.ipynb", f"{GRACES_FILE}/{ADAS_FILE}/a.ipynb", True),
        (moodle_shows, f"{ADAS_FILE}{GRACES_FILE}a.ipynb", f"{GRACES_FILE}{ADAS_FILE}a.ipynb", True),
    ],
    ids=["honest", "as in Canvas", "as in Moodle", "as in ours", "in folders of Moodle", "without folders"],
)
def test_swapped_names_show_nobody_anothers_page(
    shows: Callable[[str], str | None], adas: str, graces: str, is_always_found: bool, class_folder: Path
) -> None:
    found = pages(class_folder, {adas: notebook(answer="ada"), graces: notebook(answer="grace")})
    for name, owner in found.items():
        assert shows(name) == owner or (shows(name) is None and not is_always_found)


def test_work_in_a_zip_of_the_students_own_is_shown_by_the_zips_name(class_folder: Path) -> None:
    inner = {f"{GRACES}2-layers.ipynb": notebook(answer="ada")}
    packed = zipped(class_folder.parent / "inner.zip", inner).read_bytes()
    found = pages(class_folder, {f"{ADAS}work.zip": packed, f"{GRACES}mine.ipynb": notebook(answer="grace")})
    assert {name: canvas_shows(name) for name in found} == found


def test_two_who_handed_in_one_file_have_a_page_each(class_folder: Path) -> None:
    both = [("Ada Lovelace", ADA, "ada@example.org"), ("Grace Hopper", GRACE, "grace@example.org")]
    metadata = gradescope_metadata(("submission_1", both, "2026-11-05 22:41:07.000000000 Z"))
    export = {"export/submission_metadata.yml": metadata, "export/submission_1/2-layers.ipynb": notebook(answer="ours")}
    assert pages(class_folder, export) == {f"{student}/2-layers.html": student for student in NUMBERS.values()}


def test_a_pipe_in_the_place_of_a_submission_stops_no_zip(class_folder: Path) -> None:
    pages(class_folder, {f"{ADAS}2-layers.ipynb": notebook()})
    place = class_folder / "submitted" / ADA / "2-layers" / "2-layers.ipynb"
    place.unlink()
    os.mkfifo(place)
    assert zipped_pages(CourseFolder(class_folder))[f"{ADA}/2-layers.html"] == ADA
