"""The page that each student gets, and the zip of a class's pages."""

import io
import os
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest
from bs4 import BeautifulSoup, Tag

from autograder.checks import checks_of
from autograder.instructor.class_facts import read_marks
from autograder.instructor.course.due_dates import LatePenalty
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.records import GradingRecord, write_record
from autograder.instructor.reports.feedback import closing_dates, feedback_page, feedback_zip, write_feedback
from autograder.instructor.requests.form import Request, parse_request
from autograder.judge.verdicts import Diagnosis, Outcome, shown_diagnosis
from autograder.receipts import receipt_of
from autograder.sections import Section
from tests.commands import in_process
from tests.conftest import copy_course
from tests.instructor.collecting import conftest as collecting
from tests.instructor.collecting.made_downloads import gradescope_metadata, notebook, zipped
from tests.instructor.conftest import ASSIGNMENT, mark_by_hand, record_of
from tests.instructor.grading.broken import BROKEN, SCRIPT
from tests.test_cli import here


@pytest.fixture(scope="module")
def sample(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_course(graded, tmp_path_factory.mktemp("feedback") / "course")
    write_feedback(CourseFolder(folder), [ASSIGNMENT])
    return folder


@pytest.fixture(scope="module")
def broken(broken_class: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_course(broken_class, tmp_path_factory.mktemp("feedback") / "course")
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
    words = text(sample, "barbara")
    for verdict in record_of(sample, "barbara")["verdicts"]:
        result = "passed" if verdict["outcome"] == "pass" else "not passed"
        assert f"{verdict['title']} {result}, {verdict['points']} of {verdict['max_points']}" in words


def test_a_visible_check_has_observation_and_section(sample: Path) -> None:
    words = text(sample, "barbara")
    shapes = re.search(
        r"likely mistake Your .{,400} observed shape of weight: \((.+?)\) expected shape of weight: \((.+?)\)", words
    )
    assert shapes[1].split(", ") == shapes[2].split(", ")[::-1]
    assert 'read section "A layer is all units at once" of 2-layers.ipynb' in words


def test_points_by_exercise_come_first_and_passed_checks_are_folded(sample: Path) -> None:
    words, shown = text(sample, "barbara"), page(sample, "barbara")
    verdicts = record_of(sample, "barbara")["verdicts"]
    for exercise in {verdict["exercise"] for verdict in verdicts}:
        of_exercise = [verdict for verdict in verdicts if verdict["exercise"] == exercise]
        points, most = (sum(verdict[which] for verdict in of_exercise) for which in ("points", "max_points"))
        assert f"{exercise} {points} of {most}" in words[: words.index("not passed")]
        heading = shown.find(id=f"exercise-{exercise}")
        folded = " ".join(words_of(details) for details in heading.find_parent("section").select("details"))
        assert all(verdict["title"] in folded for verdict in of_exercise if verdict["outcome"] == "pass")
        assert "not passed" not in folded


@pytest.mark.parametrize("student", ["barbara", "claude", "edsger", "frances", "hedy", "john"])
def test_a_hidden_check_shows_its_title_and_result_alone(sample: Path, student: str) -> None:
    hidden = {check.title for check in checks_of("layers") if check.hidden}
    items = [words_of(item) for item in page(sample, student).select("li")]
    for title in hidden:
        (item_of_check,) = (item for item in items if item.startswith(title))
        assert re.fullmatch(r"(not )?passed, \d of \d, hidden check", item_of_check.removeprefix(title).strip())


DUE = "assignment,due,time zone\n2-layers,2026-11-05 23:59,UTC\n"


def dated(folder: Path, *extensions: str) -> CourseFolder:
    """Write the due date and some extensions."""
    (folder / "due_dates.csv").write_text(DUE)
    lines = [f"{ASSIGNMENT},extended,,{student},,{extension}" for student, extension in map(str.split, extensions)]
    table = folder / "decisions.csv"
    table.write_text("\n".join(["assignment,decision,question,student,points,extension", *lines, ""]))
    return CourseFolder(folder)


LIKELY, READ = "An image may have channels.", Section("From a picture to a row", "2-layers")


def test_a_hidden_check_has_likely_mistake_and_section_only_after_the_last_date(graded_folder: Path) -> None:
    record = record_of(graded_folder, "ada")
    (verdict,) = (verdict for verdict in record["verdicts"] if verdict["check"] == "like_a_list")
    told = {"likely": LIKELY, "read": asdict(READ), "also": []}
    diagnosis = {"observed": "output: 2.718", "expected": "output: 3.142", **told}
    verdict |= {"outcome": "fail", "points": 0, "mistake": "flatten-no-channels", "diagnosis": diagnosis}
    write_record(CourseFolder(graded_folder).autograded("ada", ASSIGNMENT), GradingRecord.from_json(record))
    late = record_of(graded_folder, "frances")
    (stopped,) = (verdict for verdict in late["verdicts"] if verdict["check"] == "rows")
    (verdict,) = (verdict for verdict in late["verdicts"] if verdict["check"] == "like_a_list")
    verdict |= {name: stopped[name] for name in ("outcome", "points", "mistake", "diagnosis")}
    write_record(CourseFolder(graded_folder).autograded("frances", ASSIGNMENT), GradingRecord.from_json(late))
    folder = dated(graded_folder)
    write_feedback(folder, [ASSIGNMENT], "ada", datetime(2026, 11, 5, 23, 58, tzinfo=UTC))
    assert LIKELY not in text(graded_folder, "ada")
    write_feedback(folder, [ASSIGNMENT], now=datetime(2026, 11, 6, tzinfo=UTC))
    words = text(graded_folder, "ada")
    assert f"not passed, 0 of 1, hidden check likely mistake {LIKELY} read {READ}" in words
    assert not [number for number in ("2.718", "3.142") if number in words]
    assert "hidden check observed it did not end in time, or two before it did not" in text(graded_folder, "frances")


@pytest.mark.parametrize("outcome", ["fail", "error", "timeout", "crash", "memory", "missing", "invalid"])
def test_no_word_of_a_process_that_knows_hidden_checks_is_shown(outcome: Outcome, graded: Path) -> None:
    """One answered for the hidden check, as crashed, with its text as the reason."""
    verdict = next(verdict for verdict in record_of(graded, "ada")["verdicts"] if verdict["hidden"])
    diagnosis = Diagnosis("the text of the check", "the text").record()
    for closed in (False, True):
        shown = shown_diagnosis({**verdict, "outcome": outcome, "diagnosis": diagnosis}, closed=closed)
        assert "the text" not in str(shown)


@pytest.mark.parametrize(
    ("extensions", "free_days", "day"),
    [((), 0, 5), (("alan +2d",), 0, 7), (("alan 2026-11-09T23:59", "grace +1d"), 0, 9), ((), 3, 8)],
    ids=["due date", "an extension", "the later of two", "late days that cost nothing"],
)
def test_the_last_date_is_when_nobody_can_hand_in_any_more(
    extensions: Sequence[str], free_days: int, day: int, tmp_path: Path
) -> None:
    dates = closing_dates(dated(tmp_path, *extensions), LatePenalty(free_days=free_days))
    assert dates == {ASSIGNMENT: datetime(2026, 11, day, 23, 59, tzinfo=UTC)}


def test_the_command_says_until_when_hidden_checks_stay_hidden(graded_folder: Path) -> None:
    printed = in_process("feedback", ASSIGNMENT, cwd=graded_folder).stdout
    assert "2-layers: hidden checks by title alone, since due_dates.csv has no date for it" in printed
    dated(graded_folder)
    (graded_folder / "due_dates.csv").write_text(DUE.replace("2026-11-05", "2999-11-05"))
    printed = in_process("feedback", ASSIGNMENT, cwd=graded_folder).stdout
    assert "after Tuesday, 5 November 2999, 23:59 (UTC), this command adds their likely mistakes" in printed


def test_markup_and_links_in_names_and_messages_are_text_and_no_page_names_a_folder_of_ours(broken: Path) -> None:
    (name,) = (student for student in BROKEN if "<" in student)
    shown = page(broken, name)
    assert name in shown.get_text() and SCRIPT in shown.get_text()
    assert not shown.select("script")
    assert not shown.select('[href^="https://elsewhere"]')
    assert not [student for student in BROKEN if "/submitted/" in str(page(broken, student))]


def test_ignored_cells_and_a_missing_file_are_noted(broken: Path) -> None:
    assert "2 code cells outside the exercises did not count" in text(broken, "extra_cells")
    assert "2-layers.ipynb is missing" in text(broken, "missing")


def test_the_page_of_a_file_that_cannot_be_read_says_so_once_and_shows_no_points(broken: Path) -> None:
    words = text(broken, "malformed")
    assert "No mark : the file that you handed in could not be read. Hand in a file that opens in Jupyter." in words
    assert words.count("JSON") == 1
    assert not re.search(r"\d of \d|Written question", words)


def test_total_and_written_answer_wait_for_a_person(sample: Path) -> None:
    assert "20 of 25 points ; the written answer has not been marked yet" in text(sample, "ada")
    assert "not marked yet Each layer multiplies" in text(sample, "ada")
    assert "20 of 25 points ." in text(sample, "grace")
    assert "0 of 5 points" in text(sample, "grace")


def test_mark_and_comment_given_by_hand_appear_and_are_in_the_total(graded_folder: Path) -> None:
    mark_by_hand(graded_folder, "ada", 3.5, "Good: <the factor> is right")
    write_feedback(CourseFolder(graded_folder), [ASSIGNMENT], "ada")
    words = text(graded_folder, "ada")
    assert "23.5 of 25 points ." in words
    assert "3.5 of 5 points" in words
    assert "Comment: Good: <the factor> is right" in words


def test_the_lines_of_a_request_are_read_as_one(sample: Path) -> None:
    lines = page(sample, "ada").select_one("#request pre").text.replace("(its title, or written answer)", "Its title")
    assert parse_request(lines.encode()) == Request("ada", ASSIGNMENT, "Its title", "(why)")


def test_an_answer_that_was_changed_after_it_was_marked_is_not_called_unmarked(sample: Path) -> None:
    (mark,) = read_marks(CourseFolder(sample), [ASSIGNMENT], "ada")
    (name,) = (name for name, cell in mark.cells.items() if cell.waits)
    cell = replace(mark.cells[name], given=3.0)
    html = feedback_page(replace(mark, unmarked=False, cells={name: cell}), LatePenalty(), closed=False)
    words = words_of(BeautifulSoup(html, "html.parser"))
    assert "points ; the written answer has changed since it was marked, and will be looked at again." in words
    assert "3 of 5 points, for the answer before you changed it" in words


def test_an_answer_too_long_for_the_page_says_how_much_is_missing(sample: Path) -> None:
    (mark,) = read_marks(CourseFolder(sample), [ASSIGNMENT], "ada")
    answers = dict.fromkeys(mark.answers, "a" * 4_000 + "b" * 1_234)
    html = feedback_page(replace(mark, answers=answers), LatePenalty(), closed=False)
    assert "aaa … and 1,234 more characters" in words_of(BeautifulSoup(html, "html.parser"))


def test_a_student_without_marks_has_no_page_and_that_is_an_error(graded_folder: Path) -> None:
    with pytest.raises(CourseFolderError, match="nothing of nobody has been graded"):
        write_feedback(CourseFolder(graded_folder), [ASSIGNMENT], "nobody")
    assert not (graded_folder / "feedback" / "nobody").exists()


# The zip: whatever names students choose, a learning system shows a page to nobody but whose it is


empty_course = collecting.empty_course
class_folder = collecting.course

ADA, GRACE = "007", "grace"
ROSTER = """id,first name,last name,e-mail,number
007,Ada,Lovelace,ada@example.org,101
grace,Grace,Hopper,grace@example.org,102
"""
NUMBERS = {"101": ADA, "102": GRACE}


def canvas_shows(name: str) -> str | None:
    """Return Canvas's owner of a file: ``infer_comment_context_from_filename`` in github.com/instructure/canvas-lms."""
    numbers = [part for part in PurePosixPath(name).name.split("_") if part.isdecimal()]
    return NUMBERS.get(numbers[0]) if len(numbers) >= 2 else None


def moodle_shows(name: str) -> str | None:
    """Return Moodle's owner of a file: ``is_valid_filename_for_import`` in its importziplib.php."""
    for part in name.split("/"):
        info = part.split("_", 4)
        if len(info) >= 4 and info[2:4] == ["assignsubmission", "file"] and info[1] in NUMBERS:
            return NUMBERS[info[1]]
    return None


def pages(folder: Path, download: dict[str, bytes]) -> dict[str, str]:
    """Collect a download, and return the owners of the zip's pages, by their names."""
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    here(folder, "collect", zipped(folder.parent / "download.zip", download), "--yes")
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
    owners = pages(class_folder, {adas: notebook(answer="ada"), graces: notebook(answer="grace")})
    for name, owner in owners.items():
        assert shows(name) == owner or (shows(name) is None and not is_always_found)


def test_work_in_a_zip_of_the_students_own_is_shown_by_the_zips_name(class_folder: Path) -> None:
    inner = {f"{GRACES}2-layers.ipynb": notebook(answer="ada")}
    packed = zipped(class_folder.parent / "inner.zip", inner).read_bytes()
    owners = pages(class_folder, {f"{ADAS}work.zip": packed, f"{GRACES}mine.ipynb": notebook(answer="grace")})
    assert {name: canvas_shows(name) for name in owners} == owners


def test_two_owners_of_one_file_have_a_page_each(class_folder: Path) -> None:
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
