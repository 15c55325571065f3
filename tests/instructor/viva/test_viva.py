"""`autograder viva` on the sample class: the sheets that it writes, its refusals, and that it changes nothing else."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.viva.round import works_of
from tests.conftest import copy_course
from tests.instructor.conftest import ASSIGNMENT
from tests.test_cli import files, here, refused


@pytest.fixture(scope="module")
def prepared(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with a round of talks."""
    folder = copy_course(graded, tmp_path_factory.mktemp("viva") / "course")
    status, _, errors = here(folder, "viva", "--class", ASSIGNMENT)
    assert status == 0, errors
    return folder


def sheets(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in (folder / "viva" / ASSIGNMENT).glob("*.html")}


def test_each_student_with_a_passed_exercise_has_two_sheets(prepared: Path) -> None:
    can = [work.student for work in works_of(CourseFolder(prepared), ASSIGNMENT) if not work.trouble]
    assert {"ada", "alan", "grace"} <= set(can)
    assert sheets(prepared).keys() == {"index", *can, *(f"{student}-answer" for student in can)}


def test_the_page_of_the_round_lists_everybody_and_says_why_somebody_is_not_asked(prepared: Path) -> None:
    page = BeautifulSoup(sheets(prepared)["index"], "html.parser").text
    for work in works_of(CourseFolder(prepared), ASSIGNMENT):
        assert work.student in page
    assert "Not asked: no exercise of dennis in 2-layers passed all its checks." in page


@pytest.mark.deep
def test_alone_a_student_gets_the_sheets_of_the_round(graded_folder: Path, prepared: Path) -> None:
    before = files(graded_folder)
    printed = f"viva/{ASSIGNMENT}/ada.html\nviva/{ASSIGNMENT}/ada-answer.html\n"
    assert here(graded_folder, "viva", "ada", ASSIGNMENT) == (0, printed, "")
    assert sheets(graded_folder) == {name: sheets(prepared)[name] for name in ("ada", "ada-answer")}
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("ada",), "name a student and an assignment"),
        ((), "name a student and an assignment"),
        (("ada", ASSIGNMENT, "--class", ASSIGNMENT), "name a student and an assignment"),
        (("ada", "7-poetry"), "there is no assignment '7-poetry'"),
        (("nobody", ASSIGNMENT), "nobody in the roster is 'nobody'"),
        (("ada", "1-approximation"), "nothing in this class has been graded: run `autograder grade 1-approximation`"),
        (("dennis", ASSIGNMENT), "no exercise of dennis in 2-layers passed all its checks"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_an_impossible_talk_is_refused_in_one_line(graded: Path, line: tuple[str, ...], reason: str) -> None:
    assert reason in refused(graded, "viva", *line)
    assert not (graded / "viva").exists()
