"""The page that each student gets."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from autograder.checks import checks_of
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.records import Record, write_record
from autograder.instructor.reports.feedback import write_feedback
from autograder.receipts import receipt_of
from tests.commands import autograder
from tests.conftest import copy_course
from tests.instructor.conftest import ASSIGNMENT, open_gradebook, record_of
from tests.instructor.grading.broken import BROKEN, SCRIPT


@pytest.fixture(scope="module")
def sample(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feedback") / "course"
    copy_course(graded, folder)
    write_feedback(CourseFolder(folder), [ASSIGNMENT])
    return folder


@pytest.fixture(scope="module")
def broken(broken_class: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feedback") / "course"
    shutil.copytree(broken_class, folder, symlinks=True)
    write_feedback(CourseFolder(folder), [ASSIGNMENT])
    return folder


def page(folder: Path, student: str) -> BeautifulSoup:
    return BeautifulSoup(CourseFolder(folder).feedback(student, ASSIGNMENT).read_bytes(), "html.parser")


def words_of(part: Tag) -> str:
    """Return a page, or a part of it, as it is read."""
    return " ".join(part.get_text(" ").split())


def text(folder: Path, student: str) -> str:
    return words_of(page(folder, student))


def test_each_student_has_a_page_with_the_receipt_of_the_file_that_was_graded(sample: Path, broken: Path) -> None:
    for folder in (sample, broken):
        students = {path.name for path in (folder / "submitted").iterdir()}
        assert {path.name for path in (folder / "feedback").iterdir()} == students
    assert students == set(BROKEN)
    for folder, student in ((sample, "barbara"), (broken, "tests_changed")):
        file = CourseFolder(folder).submission(student, ASSIGNMENT).file
        assert f"Receipt of the file that was graded: {receipt_of(file.read_bytes())}" in text(folder, student)


def test_every_check_stands_there_by_title_with_its_points(sample: Path) -> None:
    said = text(sample, "barbara")
    for verdict in record_of(sample, "barbara")["verdicts"]:
        result = "passed" if verdict["outcome"] == "pass" else "not passed"
        assert f"{verdict['title']} {result}, {verdict['points']} of {verdict['max_points']}" in said


def test_a_visible_check_says_what_was_seen_and_where_to_read(sample: Path) -> None:
    said = text(sample, "barbara")
    shapes = re.search(
        r"likely mistake Your .{,400} observed shape of weight: \((.+?)\) expected shape of weight: \((.+?)\)", said
    )
    assert shapes
    assert shapes[1].split(", ") == shapes[2].split(", ")[::-1]
    assert 'read section "A layer is all units at once" of 2-layers.ipynb' in said


def test_points_by_exercise_come_first_and_what_passed_is_folded_behind_what_did_not(sample: Path) -> None:
    said, shown = text(sample, "barbara"), page(sample, "barbara")
    verdicts = record_of(sample, "barbara")["verdicts"]
    for exercise in {verdict["exercise"] for verdict in verdicts}:
        mine = [verdict for verdict in verdicts if verdict["exercise"] == exercise]
        points, most = (sum(verdict[which] for verdict in mine) for which in ("points", "max_points"))
        assert f"{exercise} {points} of {most}" in said[: said.index("not passed")]
        heading = shown.find(id=f"exercise-{exercise}")
        assert heading
        folded = " ".join(words_of(one) for one in heading.find_parent("section").select("details"))
        assert all(verdict["title"] in folded for verdict in mine if verdict["outcome"] == "pass")
        assert "not passed" not in folded


@pytest.mark.parametrize("student", ["barbara", "claude", "edsger", "frances", "hedy", "john"])
def test_of_a_hidden_check_nothing_but_title_and_result_is_told(sample: Path, student: str) -> None:
    hidden = {check.title for check in checks_of("layers") if check.hidden}
    items = [words_of(item) for item in page(sample, student).select("li")]
    for title in hidden:
        (said,) = (item for item in items if item.startswith(title))
        assert re.fullmatch(r"(not )?passed, \d of \d, hidden check", said.removeprefix(title).strip())


DUE = "assignment,due,time zone,released\n2-layers,2026-11-05 23:59,UTC,2026-10-22 12:00\n"


def dated(folder: Path, *extensions: str) -> CourseFolder:
    """Say when work is due, and who has more time."""
    (folder / "due_dates.csv").write_text(DUE)
    lines = [f"{ASSIGNMENT},extended,,{student},,{extension}" for student, extension in map(str.split, extensions)]
    table = folder / "decisions.csv"
    table.write_text("\n".join(["assignment,decision,question,student,points,extension", *lines, ""]))
    return CourseFolder(folder)


LIKELY, READ = "A batch without images is no mistake.", 'section "From a picture to a row" of 2-layers.ipynb'


@pytest.fixture
def found_out(graded_folder: Path) -> Path:
    """A graded class in which only a hidden check has found out what is wrong with a Flatten."""
    record = record_of(graded_folder, "ada")
    (verdict,) = (one for one in record["verdicts"] if one["check"] == "any_shape")
    diagnosis = {"observed": "output: 2.718", "expected": "output: 3.142", "likely": LIKELY, "read": READ, "also": []}
    verdict |= {"outcome": "fail", "points": 0, "mistake": "flatten-no-images", "diagnosis": diagnosis}
    write_record(CourseFolder(graded_folder).autograded("ada", ASSIGNMENT), Record.from_json(record))
    return graded_folder


def test_once_nobody_can_hand_in_a_hidden_check_says_what_was_likely_and_where_to_read(found_out: Path) -> None:
    write_feedback(dated(found_out), [ASSIGNMENT], now=datetime(2026, 11, 6, tzinfo=UTC))
    assert f"not passed, 0 of 1, hidden check likely mistake {LIKELY} read {READ}" in text(found_out, "ada")
    assert not [number for number in ("2.718", "3.142") if number in text(found_out, "ada")]
    assert "hidden check observed not tried: two checks of Flatten did not end in time" in text(found_out, "frances")


@pytest.mark.parametrize(
    ("extensions", "config", "still", "over"),
    [
        ((), "", datetime(2026, 11, 5, 23, 58), datetime(2026, 11, 6)),
        (("alan +2d",), "", datetime(2026, 11, 7, 23, 58), datetime(2026, 11, 8)),
        (("alan 2026-11-09", "grace +1d"), "", datetime(2026, 11, 9, 23, 58), datetime(2026, 11, 10)),
        ((), "c.LatePenalty.free_days = 3\n", datetime(2026, 11, 8, 23, 58), datetime(2026, 11, 9)),
    ],
    ids=["due date", "an extension", "the later of two", "late days that cost nothing"],
)
def test_while_anybody_can_hand_in_a_hidden_check_stays_hidden_to_all(
    found_out: Path, extensions: Sequence[str], config: str, still: datetime, over: datetime
) -> None:
    folder = dated(found_out, *extensions)
    with (found_out / "nbgrader_config.py").open("a") as file:
        file.write(config)
    for now, told in ((still, False), (over, True)):
        write_feedback(folder, [ASSIGNMENT], "ada", now.replace(tzinfo=UTC))
        assert (LIKELY in text(found_out, "ada")) is told


def test_the_command_says_until_when_hidden_checks_stay_hidden(graded_folder: Path) -> None:
    said = autograder("feedback", ASSIGNMENT, cwd=graded_folder).stdout
    assert "2-layers: hidden checks by title alone, since due_dates.csv has no date for it" in said
    dated(graded_folder)
    (graded_folder / "due_dates.csv").write_text(DUE.replace("2026-11-05", "2999-11-05"))
    said = autograder("feedback", ASSIGNMENT, cwd=graded_folder).stdout
    assert "after Tuesday, 5 November 2999, 23:59 (UTC), this command adds their likely mistakes" in said


def test_markup_and_links_in_names_and_messages_are_text_and_no_page_names_a_folder_of_ours(broken: Path) -> None:
    (name,) = (student for student in BROKEN if "<" in student)
    shown = page(broken, name)
    assert name in shown.get_text() and SCRIPT in shown.get_text()
    assert len(shown.select("script")) == 1  # the form's own
    assert not shown.select('[href^="https://elsewhere"]')
    assert not [student for student in BROKEN if "/submitted/" in str(page(broken, student))]


def test_what_was_left_out_is_told(broken: Path) -> None:
    assert "2 code cells outside the exercises did not count" in text(broken, "extra_cells")
    assert "2-layers.ipynb is missing" in text(broken, "missing")


def test_total_and_written_answer_wait_for_a_person(sample: Path) -> None:
    assert "20 of 25 points ; the written answer has not been marked yet" in text(sample, "ada")
    assert "not marked yet Each layer multiplies" in text(sample, "ada")
    assert "20 of 25 points ." in text(sample, "grace")
    assert "0 of 5 points" in text(sample, "grace")


def test_mark_and_comment_given_by_hand_appear_and_are_in_the_total(graded_folder: Path) -> None:
    where = ("layers-written", ASSIGNMENT, ASSIGNMENT, "ada")
    with open_gradebook(graded_folder) as gradebook:
        mark, comment = gradebook.find_grade(*where), gradebook.find_comment(*where)
        mark.manual_score, mark.needs_manual_grade = 3.5, False
        comment.manual_comment = "Good: <the factor> is right"
        gradebook.db.commit()
    write_feedback(CourseFolder(graded_folder), [ASSIGNMENT], "ada")
    said = text(graded_folder, "ada")
    assert "23.5 of 25 points ." in said
    assert "3.5 of 5 points" in said
    assert "Comment: Good: <the factor> is right" in said


def test_a_student_without_marks_has_no_page_and_that_is_an_error(graded_folder: Path) -> None:
    with pytest.raises(CourseFolderError, match="nothing of nobody has been graded"):
        write_feedback(CourseFolder(graded_folder), [ASSIGNMENT], "nobody")
    assert not (graded_folder / "feedback" / "nobody").exists()
