"""Hostile work gets the points of the honest work in it, and nothing outside the sandbox changes."""

import csv
import html
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from autograder.checks import checks_of
from autograder.instructor.course.folder import CourseFolder
from autograder.reports.html import CONTROLS
from tests.attacks.corpus import ANOTHER_USER, tried
from tests.attacks.hostile_class import HONEST, SECRETS, grade, grade_behind, hand_in_honest, read_seen
from tests.attacks.outcomes import KEPT, THROUGH, gained, is_as_told, marks, outcome, record
from tests.commands import in_process, succeeded
from tests.conftest import copy_course, made_once
from tests.instructor.conftest import ASSIGNMENT, gradebook_rows, record_of, undated, verdicts
from tests.instructor.grading.broken import SCRIPT
from tests.instructor.nbgrader.test_nbgrader import get, nbgrader, page_address, serve_formgrader

ATTACKS = tried()


@pytest.fixture(scope="module", params=["bubblewrap", pytest.param("landlock", marks=pytest.mark.deep)])
def wall(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def class_behind(wall: str, tmp_path_factory: pytest.TempPathFactory, released: Path) -> Path:
    """Return a folder with the course graded behind a wall, and all that was seen around it. Read it only."""
    return made_once(f"hostile_{wall}", tmp_path_factory, lambda folder: grade_behind(wall, folder, released, ATTACKS))


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory, released: Path, wall: str) -> Path:
    return class_behind(wall, tmp_path_factory, released)


@pytest.fixture(scope="module")
def course(everything: Path) -> Path:
    return everything / "course"


@pytest.fixture(scope="module")
def seen(everything: Path) -> dict[str, Any]:
    return read_seen(everything)


@pytest.mark.parametrize("student", ATTACKS)
def test_an_attack_is_stopped_noticed_or_known_and_ends_as_the_guide_says(
    seen: dict[str, Any], wall: str, student: str
) -> None:
    """Stopped: it gets nothing beside the points of its base, and does not lose them where it is right work."""
    assert outcome(ATTACKS[student], seen, wall) != THROUGH, gained(ATTACKS[student], seen)
    assert is_as_told(ATTACKS[student], seen, wall), "make attacks"


@pytest.mark.parametrize(
    "student", [student for student, attack in ATTACKS.items() if attack.answers_itself and attack.forges]
)
def test_an_attack_that_answers_for_the_checks_gets_the_points_of_its_answers(
    seen: dict[str, Any], student: str
) -> None:
    """No wall prevents that, but it takes right answers, which could be handed in; for Flatten the attack has none."""
    earned, base = marks(seen, student), marks(seen, ATTACKS[student].base)
    of_flatten = [check for check in base if check.startswith("Flatten: ")]
    assert [check for check in of_flatten if earned[check] > base[check]] == []


@pytest.mark.deep
@pytest.mark.long("a class is graded, in which all are honest")
def test_an_honest_student_gets_what_a_class_without_attacks_gives(
    seen: dict[str, Any], released: Path, tmp_path: Path
) -> None:
    folder = copy_course(released, tmp_path / "alone")
    hand_in_honest(folder)
    alone = verdicts(grade(folder))
    assert {student: seen["verdicts"][student] for student in HONEST} == alone


def test_gradebook_and_records_hold_the_verdicts_of_each_student_and_of_nobody_else(
    seen: dict[str, Any], course: Path
) -> None:
    rows = gradebook_rows(course)
    for student in (*HONEST, *ATTACKS):
        for check, verdict in zip(checks_of("layers"), seen["verdicts"][student], strict=True):
            assert rows.pop((student, check.id)) == verdict["points"]
        assert undated(record_of(course, student)["verdicts"]) == seen["verdicts"][student]
    assert {cell for _, cell in rows} == {"layers-written"}
    assert {student for student, _ in rows} == {*HONEST, *ATTACKS}
    assert sum(marks(seen, "ada").values()) == 20
    assert 0 < sum(marks(seen, "careless").values()) < 20


# Nothing outside the sandbox changes


def test_in_the_course_folder_only_marks_are_new(seen: dict[str, Any]) -> None:
    before, after = seen["before"]["course"], seen["after"]["course"]
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    graded = {f"autograded/{student}/{ASSIGNMENT}" for student in (*HONEST, *ATTACKS)}
    notebooks = {f"{folder}/{name}" for folder in graded for name in (f"{ASSIGNMENT}.ipynb", "verdicts.json")}
    stamps = {f"{folder}/timestamp.txt" for folder in graded}
    folders = graded | {str(Path(path).parent) for path in graded}
    assert changed - stamps - folders == notebooks | {"gradebook.db", ".autograder.lock"}


def test_nothing_else_changes_nothing_is_left_and_nobody_is_reached(seen: dict[str, Any]) -> None:
    for place in ("home", "interpreter", "project", "planted", "processes", "this process"):
        assert seen["after"][place] == seen["before"][place], place
    assert seen["after"]["planted"] == []
    assert seen["after"]["processes"]["of a submission"] == []
    assert seen["visitors"] == [], "somebody knocked at the grader's sockets"
    assert seen["neighbour"] == "S", "a process beside the grader was killed or stopped"


def test_no_secret_is_in_a_written_file(course: Path) -> None:
    written = [path for path in (course / "autograded").rglob("*") if path.is_file()]
    assert len(written) >= len(ATTACKS)
    for path in (*written, course / "gradebook.db"):
        content = path.read_bytes()
        assert [place for place, secret in SECRETS.items() if secret.encode() in content] == [], path


def test_a_graded_notebook_is_hardly_larger_than_the_work(course: Path) -> None:
    for student in ATTACKS:
        handed_in = CourseFolder(course).submissions([ASSIGNMENT], student)[0].file
        size = handed_in.stat().st_size if handed_in.is_file() else 0
        assert CourseFolder(course).autograded(student, ASSIGNMENT).stat().st_size < size + (1 << 20)


# Whatever is handed in, what is made of the class is made, and obeys nobody


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, released: Path) -> Path:
    """A copy of the course that was graded behind the first wall, with feedback, report and exported marks."""

    def pipes(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if (Path(folder) / name).is_fifo()]  # nothing can be copied out of one

    folder = tmp_path_factory.mktemp("published") / "course"
    course = class_behind("bubblewrap", tmp_path_factory, released) / "course"
    shutil.copytree(course, folder, symlinks=True, ignore=pipes)
    for command in ("feedback", "report", "export"):
        succeeded(in_process(command, ASSIGNMENT, cwd=folder))
    return folder


@pytest.fixture(scope="module")
def pages(published: Path) -> dict[str, str]:
    """Our feedback page of each student."""
    folder = CourseFolder(published)
    return {student: folder.feedback(student, ASSIGNMENT).read_text("utf-8") for student in (*HONEST, *ATTACKS)}


MARKUP = ("<script", "<img", "<svg", "<iframe", "<b ")
NAMES = [student for student in ATTACKS if not student.isidentifier()]


@pytest.mark.parametrize("student", ["markup", "markup_in_the_written_answer", "odd_ids", *NAMES])
def test_in_our_feedback_markup_is_text(pages: dict[str, str], student: str) -> None:
    assert not [tag for tag in MARKUP if tag in pages[student]]
    assert student.translate(CONTROLS) in html.unescape(pages[student])


def test_our_feedback_is_a_page_whatever_was_handed_in(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>")
        assert len(page) < 200_000


def test_pages_and_reports_have_no_control_characters(published: Path, pages: dict[str, str]) -> None:
    texts = pages | {"report": (published / "reports" / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")}
    assert [name for name, text in texts.items() if set(map(ord, text)) & (CONTROLS.keys() - {9, 10})] == []


def test_no_cell_of_exported_marks_is_a_formula(published: Path) -> None:
    rows = list(csv.reader(io.StringIO((published / "exports" / f"{ASSIGNMENT}.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) > len(ATTACKS)
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@pytest.fixture(scope="module")
def shown(published: Path, pages: dict[str, str]) -> dict[tuple[str, str], str]:
    """nbgrader's two pages of work with markup; its feedback takes the place of ours."""
    succeeded(nbgrader("generate_feedback", ASSIGNMENT, "--student", "markup*", "--force", cwd=published))
    by_place = {
        ("feedback", student): CourseFolder(published).feedback(student, ASSIGNMENT).read_text(encoding="utf-8")
        for student in ("markup", "markup_in_the_written_answer")
    }
    with serve_formgrader(published) as address:
        for student in ("markup", "markup_in_the_written_answer", *NAMES):
            by_place["formgrader", student] = get(page_address(address, student))
        for table in ("gradebook", "manage_students", f"manage_submissions/{ASSIGNMENT}"):
            by_place["formgrader", table] = get(f"{address}/{table}")
    return by_place


def alarms(page: str) -> list[str]:
    """Return what would run in a browser and calls alert, which nobody but an attack does."""
    parsed = BeautifulSoup(page, "html.parser")
    calls = [script.string for script in parsed.find_all("script") if "alert(" in (script.string or "")]
    for tag in parsed.find_all(True):
        for name, value in tag.attrs.items():
            runs = name.startswith("on") or str(value).strip().startswith("javascript:")
            calls += [f"{tag.name} {name}={value}"] * (runs and "alert(" in str(value))
    return calls


@pytest.mark.deep
@pytest.mark.long("nbgrader's own command, and its formgrader")
def test_in_nbgraders_pages_markup_is_text(shown: dict[tuple[str, str], str]) -> None:
    assert len(shown) > len(NAMES)
    assert {where: alarms(page) for where, page in shown.items() if alarms(page)} == {}
    for page in ("feedback", "formgrader"):
        for student in ("markup", "markup_in_the_written_answer"):
            assert SCRIPT in html.unescape(shown[page, student])


def test_the_guide_knows_every_attack_and_no_other() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    by_wall = {wall: {attack["name"]: attack["ended"][wall] for attack in kept["attacks"]} for wall in kept["walls"]}
    assert record(by_wall) == kept, "make attacks"


# In a container of Gradescope's; here too, since two hostile classes at once would meet each other's processes


@pytest.fixture(scope="module")
def in_container(tmp_path_factory: pytest.TempPathFactory, released: Path) -> dict[str, Any]:
    """Traces of the class in a container where another user is the only wall."""
    return read_seen(
        made_once("hostile_user", tmp_path_factory, lambda folder: grade_behind(ANOTHER_USER, folder, released))
    )


@pytest.mark.deep
@pytest.mark.parametrize("student", ATTACKS)
def test_an_attack_in_a_container_is_stopped_noticed_or_known_and_ends_as_the_guide_says(
    in_container: dict[str, Any], student: str
) -> None:
    assert outcome(ATTACKS[student], in_container, ANOTHER_USER) != THROUGH, gained(ATTACKS[student], in_container)
    assert is_as_told(ATTACKS[student], in_container, ANOTHER_USER), "make attacks"


@pytest.mark.deep
def test_a_process_outside_the_container_is_neither_killed_nor_stopped(in_container: dict[str, Any]) -> None:
    assert in_container["neighbour"] == "S"
