"""`autograder viva` on the sample class: the sheets that it writes, its refusals, and that it changes nothing else."""

import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.grading.workers import local_sandboxes
from autograder.instructor.viva import round as viva_round
from autograder.instructor.viva.edits import edits_of
from autograder.instructor.viva.question import LIMITS, TalkQuestion, scenes_of
from autograder.instructor.viva.round import Talk, talks
from autograder.instructor.viva.sheets import excerpt, sheet, write_sheets
from tests.axe import on_a_telephone, violations
from tests.conftest import copy_course
from tests.instructor.conftest import ASSIGNMENT
from tests.instructor.viva.conftest import COURSE
from tests.test_cli import files, here, refused

ANSWER = "the-answer-itself"


def question(source: str, exercise: str = "rms_through", says: str = "") -> TalkQuestion:
    """Return a question with an answer that stands in nothing else."""
    edit = next(edit for edit in edits_of(source, exercise) if says in edit.says)
    scene = scenes_of("layers")["Linear"][0]
    return TalkQuestion(exercise, source, edit, scene.given, scene.asked[0], "before", ANSWER)


def test_the_students_sheet_never_holds_the_answer() -> None:
    talk = Talk("ada", question(COURSE.source("layers"), "Linear"))
    students, answers = (sheet(ASSIGNMENT, [talk], {}, with_answers=shown) for shown in (False, True))
    assert ANSWER not in students
    assert ANSWER in answers
    for part in ("Linear", "layer(x)", "Without the edit", "What comes out now"):
        assert part in students
        assert part in answers


def test_nothing_in_a_students_code_is_markup() -> None:
    source = "def rms_through(n):\n    x = '<script>alert(1)</script></pre>'  # <b>&\n    return n + 1\n"
    page = BeautifulSoup(sheet(ASSIGNMENT, [Talk("<i>", question(source))], {}, with_answers=True), "html.parser")
    assert not page.select("script, b, i")
    assert "<script>alert(1)</script></pre>" in page.text


def test_the_excerpt_shows_each_edited_line_before_and_after_between_its_neighbours() -> None:
    """Also beside an end of line that Python does not know."""
    source = "def rms_through(n):\n    a = max(\n        n,\n        len('\u2028'),\n    )\n    return a\n"
    assert excerpt(question(source, says="`a = max(")) == [
        (" ", "def rms_through(n):"),
        ("-", "    a = max("),
        ("-", "        n,"),
        ("-", "        len('\u2028'),"),
        ("-", "    )"),
        ("+", "    pass"),
        (" ", "    return a"),
        (" ", ""),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screen_reader_and_a_narrow_screen_can_use_the_pages(scheme: str, browser: Browser, tmp_path: Path) -> None:
    talks = [Talk("ada", question(COURSE.source("layers"), "Linear")), Talk("dennis", None, "no exercise passed")]
    answers = write_sheets(CourseFolder(tmp_path), ASSIGNMENT, talks, {"ada": "ada Ada Lovelace"})
    assert [path.name for path in sorted(answers.parent.iterdir())] == ["ada.html", "answers.html"]
    with on_a_telephone(browser, scheme) as context:
        for path in answers.parent.iterdir():
            shown = context.new_page()
            shown.goto(f"file://{path}")
            assert shown.get_by_text("ada Ada Lovelace").count()
            assert shown.evaluate("document.documentElement.scrollWidth") <= 360
            assert violations(shown) == []


@pytest.fixture(scope="module")
def prepared(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with a round of talks, to which half of the sample class has not come."""
    folder = copy_course(graded, tmp_path_factory.mktemp("viva") / "course")
    for student in ("barbara", "claude", "edsger", "frances", "grace"):
        shutil.rmtree(folder / "submitted" / student)
        shutil.rmtree(folder / "autograded" / student)
    status, out, errors = here(folder, "viva", ASSIGNMENT)
    assert status == 0, errors
    assert out.startswith(f"viva/{ASSIGNMENT}/answers.html: ")
    return folder


def sheets(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in (folder / "viva" / ASSIGNMENT).glob("*.html")}


def test_each_student_with_a_passed_exercise_has_a_sheet_and_the_answers_say_why_others_have_none(
    prepared: Path,
) -> None:
    assert {"ada", "alan", "answers"} <= sheets(prepared).keys()
    page = BeautifulSoup(sheets(prepared)["answers"], "html.parser").text
    assert all(path.name in page for path in (prepared / "submitted").iterdir())
    assert "Not asked: no exercise of dennis in 2-layers passed all its checks." in page
    assert "dennis" not in sheets(prepared)


def test_code_that_waits_each_time_it_is_run_takes_a_limited_time(
    graded_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells that slept when ``viva`` ran them again took ten minutes for one student."""
    monkeypatch.setattr(viva_round, "PATIENCE_S", 0.0)
    with local_sandboxes(1, LIMITS, isolated=False) as sandboxes:
        (talk,) = talks(CourseFolder(graded_folder), ASSIGNMENT, sandboxes, "ada")
    assert (talk.question, talk.trouble) == (None, "to run the code of ada took more than 0 seconds")


@pytest.mark.deep
def test_alone_a_student_gets_the_sheet_of_the_round(graded_folder: Path, prepared: Path) -> None:
    before = files(graded_folder)
    printed = f"viva/{ASSIGNMENT}/ada-answer.html: 1 of 1 can be asked\n"
    assert here(graded_folder, "viva", ASSIGNMENT, "--student", "ada") == (0, printed, "")
    assert sheets(graded_folder).keys() == {"ada", "ada-answer"}
    assert sheets(graded_folder)["ada"] == sheets(prepared)["ada"]
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("7-poetry",), "there is no assignment '7-poetry'"),
        ((ASSIGNMENT, "--student", "nobody"), "nobody in the roster is 'nobody'"),
        (("1-approximation",), "nothing in this class has been graded: run `autograder grade 1-approximation`"),
    ],
    ids=["assignment", "student", "not graded"],
)
def test_an_impossible_talk_is_refused_in_one_line(graded: Path, line: tuple[str, ...], reason: str) -> None:
    assert reason in refused(graded, "viva", *line)
    assert not (graded / "viva").exists()
