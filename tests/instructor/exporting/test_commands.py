"""`autograder report`, `export` and `feedback` on the graded sample class."""

import hashlib
import html
import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.records import Attempt, write_attempts
from autograder.instructor.exporting.spreadsheet import csv_rows
from autograder.judge.verdicts import labelled
from tests.axe import on_a_telephone, violations
from tests.conftest import copy_course, own_copy
from tests.instructor.conftest import ASSIGNMENT, configure, let_come, open_gradebook, record_of
from tests.test_cli import files, here, refused

NAMES = {
    "ada": ("Ada", "Lovelace", "ada@example.edu", "101"),
    "barbara": ("芭芭拉", "=Liskov, B.", "barbara@example.edu", "102"),
    "john": ("John", 'von "N"', "john@example.edu", "103"),
}


@pytest.fixture(scope="module")
def term(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graded sample class with a roster; john is late, and 0042 never handed in. Read it only."""
    folder = copy_course(graded, tmp_path_factory.mktemp("term") / "course")
    with open_gradebook(folder) as gradebook:
        for student, (first, last, email, number) in NAMES.items():
            gradebook.update_or_create_student(
                student, first_name=first, last_name=last, email=email, lms_user_id=number
            )
        gradebook.add_student("0042", first_name="Gone", last_name="Away")
        gradebook.find_assignment(ASSIGNMENT).duedate = datetime(2026, 11, 5, 22)
        gradebook.db.commit()
    configure(folder, "LatePenalty", percent_per_day=25)
    let_come(folder, "john", datetime(2026, 11, 6, 1, tzinfo=UTC))
    return folder


term_folder = own_copy("term")


@pytest.fixture(scope="module")
def published(term: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The term with feedback for students and a file in each format. Read it only, or replace what it exported."""
    folder = copy_course(term, tmp_path_factory.mktemp("published") / "course")
    (folder / "due_dates.csv").unlink()  # after the due date, pages show hidden checks
    status, out, _ = here(folder, "feedback", ASSIGNMENT)
    assert status == 0
    assert "to upload: feedback/2-layers.zip" in out.splitlines()
    for format_ in FORMATS:
        status, out, err = here(folder, "export", ASSIGNMENT, "--format", format_)
        count, what = (10, "what is not marked yet counts 0") if format_ in UNMARKED_COUNTS else (8, "left blank")
        assert status == 0
        assert re.search(rf"exports/2-layers\S+: {count} marks\n", out)
        assert f"2 wait for a mark of their written answer; {what}" in err
        assert "ada Ada Lovelace" in err
    return folder


FORMATS, UNMARKED_COUNTS = ("csv", "canvas", "moodle", "gradescope", "json"), ("gradescope", "json")


def exported(folder: Path, name: str) -> list[list[str]]:
    return csv_rows((folder / "exports" / name).read_bytes().decode("utf-8"))


def report_of(folder: Path) -> tuple[dict[str, Any], str]:
    """Return what a report says of the assignment, as JSON and as a page."""
    path = folder / "reports" / "2-layers.json"
    (section,) = json.loads(path.read_text(encoding="utf-8"))["assignments"]
    return section, path.with_suffix(".html").read_text(encoding="utf-8")


def test_an_export_is_replaced_only_by_force(published: Path) -> None:
    before = set((published / "exports").iterdir())
    line = ("export", ASSIGNMENT, "--format", "gradescope")
    assert "--force replaces it and keeps a copy" in refused(published, *line)
    assert here(published, *line, "--force", "-q")[:2] == (0, "")
    assert len(set((published / "exports").iterdir()) - before) == 1


def test_the_canvas_file_takes_columns_from_the_roster_and_the_mark_after_the_penalty(term_folder: Path) -> None:
    (term_folder / "roster.csv").write_text(
        'Student,ID,SIS User ID,SIS Login ID,Section\n"Lovelace, Ada",101,ada,annamull0,CS 1\n', encoding="utf-8"
    )
    assert here(term_folder, "export", ASSIGNMENT, "--format", "canvas")[0] == 0
    rows = {row[2]: row for row in exported(term_folder, "2-layers-canvas.csv")}
    assert rows["ada"][:5] == ["Lovelace, Ada", "101", "ada", "annamull0", "CS 1"]
    assert rows["john"] == ['von "N", John', "103", "john", "john", "", "12.75"]
    assert rows["barbara"][0] == "=Liskov, B., 芭芭拉"
    assert "0042" not in rows  # was in the class before this roster, and has no work


def test_all_assignments_that_have_begun_go_to_canvas_in_one_file_and_not_to_moodle(term_folder: Path) -> None:
    (term_folder / "due_dates.csv").write_text("assignment,due\n3-dropout,2026-11-12 23:59+01:00\n4-optimizer,\n")
    status, _, err = here(term_folder, "export", "--format", "canvas")
    assert status == 0
    assert "give it back its own file, --into FILE" in err
    assert exported(term_folder, "class-canvas.csv")[0][5:] == [ASSIGNMENT, "3-dropout"]
    assert "name one" in refused(term_folder, "export", "--format", "moodle")


def test_standard_output_gets_the_table_and_nothing_else(term: Path) -> None:
    before = files(term)
    status, out, _ = here(term, "export", ASSIGNMENT, "--format", "csv", "-o", "-")
    assert (status, len(csv_rows(out))) == (0, 12)
    assert files(term) == before
    assert "a terminal cannot show a zip" in refused(term, "export", "--format", "gradescope", "-o", "-")


def test_a_copy_of_canvas_file_is_filled_and_kept_and_changed_cells_are_listed(
    term_folder: Path, tmp_path: Path
) -> None:
    given = tmp_path / "gradebook.csv"
    given.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Chapter 2 (5)\n    Points Possible,,,,,25\n"
        '"N, John",103,,,,13\n"L, B",102,,,,EX\n'
    )
    before = given.read_bytes()
    line = ("export", ASSIGNMENT, "--format", "canvas", "--into", given, "--column", "Chapter 2")
    status, out, err = here(term_folder, *line)
    assert (status, given.read_bytes()) == (1, before)
    assert (tmp_path / "gradebook-filled.csv").read_bytes() == before.replace(b"103,,,,13", b"103,,,,12.75")
    assert "gradebook-filled.csv: 1 mark\n" in out
    assert out.endswith("old → new for 1: N, John (103): 13 → 12.75\n")
    assert "kept EX for 1: L, B (102)" in err
    assert "7 with a mark are not in" in err


def test_an_unmarked_answer_leaves_a_blank_unless_it_is_to_count_nothing(term: Path) -> None:
    line = ("export", ASSIGNMENT, "--format", "csv", "-o", "-")
    for more, score, status in (((), "", "waits for a person"), (("--unmarked-as-zero",), "20.0", "graded")):
        head, *rows = csv_rows(here(term, *line, *more)[1])
        (ada,) = (dict(zip(head, row, strict=True)) for row in rows if row[head.index("student_id")] == "ada")
        assert (ada["raw_score"], ada["score"], ada["status"]) == ("20.0", score, status)


@pytest.mark.parametrize(
    ("content", "more", "reason"),
    [
        (None, ("--format", "canvas"), "does not exist"),
        (b"Student,ID,Section,2-layers\n\xff\n", ("--format", "canvas"), "is not UTF-8"),
        (b"Student,ID,Section,3-dropout\n", ("--format", "canvas"), "given.csv: no column is called '2-layers'"),
        (b"a,b\n", ("--format", "csv"), "--into fills a file of Canvas's or Moodle's"),
    ],
)
def test_a_file_that_cannot_be_filled_is_named_with_the_reason(
    content: bytes | None, more: tuple[str, ...], reason: str, term: Path, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "given.csv").write_bytes(content)
    assert reason in refused(term, "export", ASSIGNMENT, "--into", tmp_path / "given.csv", *more)
    assert not (tmp_path / "given-filled.csv").exists()


def test_reminders_of_collecting_are_repeated_by_every_command_with_marks(term_folder: Path) -> None:
    folder = CourseFolder(term_folder)
    work = (term_folder / "submitted" / "ada" / ASSIGNMENT / "2-layers.ipynb").read_bytes()
    met = datetime(2026, 11, 9, tzinfo=UTC)
    write_attempts(
        folder, "ada", ASSIGNMENT, [Attempt(1, hashlib.sha256(work).hexdigest(), None, True, met, "p", "Canvas")], {}
    )
    for line in (("grade", ASSIGNMENT, "--student", "grace"), ("report", ASSIGNMENT), ("export", ASSIGNMENT)):
        err = here(term_folder, *line)[2]
        assert "1 late for 2-layers at an unknown time, so no penalty is counted: ada" in err
    section, _ = report_of(term_folder)
    assert section["late_since_unknown"] == ["ada"]


def test_the_report_needs_no_submission_and_replaces_itself(term_folder: Path) -> None:
    for path in sorted((term_folder / "submitted").rglob("*.ipynb")):
        path.write_text("{}", encoding="utf-8")
    assert here(term_folder, "report", ASSIGNMENT, "-q") == (0, "", "")
    status, out, _ = here(term_folder, "report", ASSIGNMENT)
    assert (status, out.splitlines()[0]) == (0, "reports/2-layers.html, and the same as JSON beside it")
    section, page = report_of(term_folder)
    assert (section["handed_in"], section["missing"], section["late"]) == (10, ["0042"], ["john"])
    assert {mistake["name"] for mistake in section["mistakes"]} >= {"linear-transposed-weight", "flatten-batch-too"}
    limits = {limit["exercise"]: limit["outcome"] for limit in section["limits"]}
    assert limits == {"Flatten": "timeout", "Sequential": "crash"}
    assert section["similar"] == []
    assert "von &#34;N&#34;" in page
    assert str(term_folder) not in page


def test_a_report_on_all_assignments_goes_to_standard_output_too(published: Path) -> None:
    status, out, _ = here(published, "report", "--json")
    assert status == 0
    sections = json.loads(out)["assignments"]
    assert [section["assignment"] for section in sections] == CourseFolder(published).assignments()
    assert (published / "reports" / "class.html").exists()


def test_a_path_that_leads_out_of_a_download_leads_out_of_no_zip(term_folder: Path) -> None:
    folder = CourseFolder(term_folder)
    assert here(term_folder, "feedback", ASSIGNMENT, "--student", "barbara")[0] == 0
    assert not (term_folder / "feedback" / "2-layers.zip").exists()
    digest = hashlib.sha256(folder.submission("ada", ASSIGNMENT).file.read_bytes()).hexdigest()
    when = datetime(2026, 11, 5, tzinfo=UTC)
    paths = {digest: "../../mine.ipynb", "another digest": "a later one.ipynb"}
    attempts = [Attempt(at, digest, when, False, when, paths[digest], "folder") for at, digest in enumerate(paths, 1)]
    write_attempts(folder, "ada", ASSIGNMENT, attempts, {})
    assert here(term_folder, "feedback", ASSIGNMENT)[0] == 0
    with zipfile.ZipFile(term_folder / "feedback" / "2-layers.zip") as archive:
        assert archive.read("mine.html").decode() == folder.feedback("ada", ASSIGNMENT).read_text(encoding="utf-8")


def test_pages_and_exports_for_students_keep_hidden_diagnoses_hidden(published: Path) -> None:
    with zipfile.ZipFile(published / "exports" / "2-layers-gradescope.zip") as archive:
        results = {name.split("/")[1]: json.loads(archive.read(name)) for name in archive.namelist()}
    worksheet = (published / "exports" / "2-layers-moodle.csv").read_text(encoding="utf-8")
    lines = [line for exercise in Course.installed().exercises("layers") for line in exercise.solution_lines]
    solutions = {line for line in lines if line.startswith(("self.weight", "return x"))}
    tried = set[str]()
    for student, result in results.items():
        page = CourseFolder(published).feedback(student, ASSIGNMENT).read_text(encoding="utf-8")
        text = "\n".join([html.unescape(page), html.unescape(worksheet), json.dumps(result, ensure_ascii=False)])
        texts: dict[bool, set[str]] = {True: set(), False: set()}
        for verdict in record_of(published, student)["verdicts"]:
            texts[verdict["hidden"]] |= {text for _, text in labelled(verdict["diagnosis"])}
        secrets = texts[True] - texts[False]
        assert [secret for secret in secrets | solutions | {str(published)} if secret in text] == []
        tried |= secrets
    assert tried and len(solutions) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_students_page_is_accessible(scheme: str, published: Path, browser: Browser) -> None:
    with on_a_telephone(browser, scheme) as context:
        page = context.new_page()
        page.goto(f"file://{CourseFolder(published).feedback('barbara', ASSIGNMENT)}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert violations(page) == []  # of language and order of headings, too
        lines = page.locator(".bars td").evaluate_all("(cells) => cells.map((td) => td.getClientRects()[0].height)")
        assert max(lines) < 35  # points stand in one line
        marks = page.locator(".result").evaluate_all(
            "(results) => results.map((result) => getComputedStyle(result, '::before').content[1])"
        )
        assert set(marks) == {"✓", "✗"}
