"""Requests about marks: what students may write, whose they are, what their checks show, and the answers."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import checks_of
from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.requests.answering import GRADED, Group, answer, check_named, draft, letter
from autograder.instructor.requests.form import MAX_BYTES, MAX_REASON, OTHER, WRITTEN, NoRequest, Request, parse_request
from autograder.instructor.requests.reading import Asked, NotAsked, read_requests
from autograder.receipts import receipt_of
from tests.commands import autograder
from tests.conftest import copy_course
from tests.instructor.conftest import ASSIGNMENT

Read = tuple[list[Asked], list[NotAsked]]
ROSTER = """id,first name,last name,lms user id
ada,Ada,Lovelace,1000
barbara,Barbara,Liskov,1001
john,John,McCarthy,1002
"""
TITLE = next(check.title for check in checks_of("layers", "Linear") if check.name == "affine_map")
REASON = "It works on my machine.\n````\n<script>alert(1)</script> \x1b[2J"
ASKED = Request("ada", "2-layers", "Linear.affine_map", "3f9a-0c27-e1b4-88d2", "It is right.\n\ncheck: twice, please")


def test_what_a_request_says_is_read_as_it_was_written() -> None:
    assert parse_request(ASKED.lines().encode()) == ASKED


def test_a_mail_is_read_that_quotes_the_lines_and_says_more_before_them() -> None:
    mail = "Dear all,\r\n> Student: ada\r\n> Assignment:2-layers\r\n> CHECK : Flatten.rows\r\nreason: why\r\nAda\r\n"
    assert parse_request(b"\xef\xbb\xbf" + mail.encode()) == Request("ada", "2-layers", "Flatten.rows", "", "why\nAda")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no line “assignment: …”"),
        (b"assignment: 2-layers\n", "no line “check: …”"),
        (b"reason: all\nassignment: 2-layers\ncheck: a\n", "no line “assignment: …”"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"x" * (MAX_BYTES + 1), "more than 64 KiB"),
    ],
)
def test_what_is_no_request_says_why(content: bytes, why: str) -> None:
    with pytest.raises(NoRequest, match=why):
        parse_request(content)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_junk_is_a_request_or_none_and_no_other_error(junk: bytes) -> None:
    for content in (junk, ASKED.lines().encode() + junk):
        try:
            assert len(parse_request(content).reason) <= MAX_REASON
        except NoRequest as error:
            assert str(error)


def asks(check: str = "Linear.affine_map", student: str = "", assignment: str = ASSIGNMENT, receipt: str = "") -> str:
    return Request(student, assignment, check, receipt, REASON).lines()


def receipt(folder: Path, student: str) -> str:
    return receipt_of(CourseFolder(folder).submission(student, ASSIGNMENT).file.read_bytes())


@pytest.fixture(scope="module")
def folder(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graded sample class with a roster, and what was sent beside it, in `sent`."""
    folder = tmp_path_factory.mktemp("requests") / "course"
    copy_course(graded, folder)
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    sent = {
        "barbara/request.txt": asks(student="barbara", receipt=receipt(folder, "barbara")),
        "john/request.txt": asks(student="ada", receipt="0000-0000-0000-0000"),
        "ada/a.txt": asks(TITLE, receipt=receipt(folder, "barbara")),
        "ada/b.txt": asks(WRITTEN),
        "ada/c.txt": asks(OTHER),
        "ada/d.txt": asks("Linear.nothing"),
        "ada/e.txt": asks(assignment="../../etc"),
        "by-mail.txt": asks(student="John McCarthy"),
        "of nobody.txt": asks(student="nobody"),
        "photo.png": "\x89PNG",
    }
    write(folder.parent / "sent", sent)
    (folder.parent / "sent" / "link.txt").symlink_to(folder / "roster.csv")
    return folder


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def read(folder: Path) -> Read:
    return read_requests(CourseFolder(folder), [folder.parent / "sent"])


@pytest.fixture(scope="module")
def groups(folder: Path, read: Read, course: Course) -> list[Group]:
    return answer(CourseFolder(folder), course, read[0])


@pytest.fixture(scope="module")
def text(groups: list[Group], read: Read) -> str:
    return draft(groups, read[1])


def test_the_folder_says_whose_a_request_is_and_not_what_it_holds(read: Read) -> None:
    owners = {one.file: (one.student.id, one.known, one.other_name) for one in read[0]}
    assert owners["barbara/request.txt"] == ("barbara", "its folder", "")
    assert owners["john/request.txt"] == ("john", "its folder", "ada")
    assert owners["by-mail.txt"] == ("john", "", "John McCarthy")


def test_what_is_no_request_is_left_with_the_reason(read: Read) -> None:
    left = {one.file: one.reason for one in read[1]}
    assert left.keys() == {"of nobody.txt", "photo.png", "link.txt"}
    assert left["of nobody.txt"] == "nobody in the roster is 'nobody'"


def test_a_learning_systems_zip_says_whose_a_request_is(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "canvas.zip", "w") as archive:
        archive.writestr("lovelaceada_1000_7_request-ada.txt", asks(student="john"))
        archive.writestr("mccarthyjohn_LATE_1002_8_x.txt", asks())
    with zipfile.ZipFile(tmp_path / "moodle.zip", "w") as archive:
        archive.writestr("Barbara Liskov_1001_assignsubmission_file_/request.txt", asks())
    found, left = read_requests(CourseFolder(folder), [tmp_path / "canvas.zip", tmp_path / "moodle.zip"])
    assert left == []
    known = [(one.student.id, one.known) for one in found]
    assert known == [("ada", "Canvas"), ("john", "Canvas"), ("barbara", "Moodle")]


def test_requests_about_one_check_stand_together_whether_by_name_or_by_title(groups: list[Group]) -> None:
    first = groups[0]
    assert (first.assignment, first.about, len(first.answered)) == (ASSIGNMENT, "Linear.affine_map", 4)
    outcomes = {one.asked.student.id: one.mark.verdict.outcome for one in first.answered if one.mark}
    assert outcomes == {"ada": "pass", "barbara": "error", "john": "fail"}
    assert all(one.mark and one.mark.reproduced for one in first.answered)
    assert [group.about for group in groups[1:]] == [OTHER, OTHER, WRITTEN]


def test_a_receipt_is_compared_with_that_of_the_graded_notebook(groups: list[Group]) -> None:
    said = {one.asked.file: one.receipt for one in groups[0].answered}
    assert said["barbara/request.txt"] == GRADED
    assert said["ada/a.txt"] == said["john/request.txt"] == "its receipt is of no file known here"
    assert said["by-mail.txt"] == "it gives no receipt"


def test_what_cannot_be_run_says_why_and_stops_nothing(text: str) -> None:
    assert "no check is called 'Linear.nothing': there are" in re.sub(r"\\", "", text)
    assert "there is no assignment '../../etc'" in text


def test_the_draft_says_what_was_seen_what_the_check_asks_and_whether_the_mark_stands(text: str) -> None:
    assert f"## {ASSIGNMENT}, Linear.affine_map: 4 requests" in text
    assert "The check asks: " in text
    assert f"    autograder grade {ASSIGNMENT} --dry-run\n" in text
    assert "### barbara Barbara Liskov: the mark stands" in text
    assert "def affine_map(names: SimpleNamespace, rng: torch.Generator)" in text
    assert "Dear John McCarthy," in text
    assert "observed: " in text and "expected: " in text and "likely mistake: " in text
    assert "and so the mark stands." in text
    assert "Known by its folder, although the file says `ada`" in text
    assert "CLAIMED: nothing but the file says who asks" in text
    assert "## Not understood" in text and "`photo.png`" in text


def test_nothing_that_a_student_wrote_leaves_its_fence_or_reaches_a_terminal(text: str) -> None:
    assert "\x1b" not in text
    outside, fence = [], ""
    for line in text.splitlines():
        run = re.match("`{3,}", line)
        if fence:
            fence = "" if line == fence else fence
        elif run:
            fence = run[0]
        else:
            outside.append(line)
    assert fence == ""
    assert "alert(1)" in text
    assert "alert(1)" not in "\n".join(outside)


def test_a_letter_about_a_hidden_check_tells_title_and_result_alone(groups: list[Group]) -> None:
    one = next(one for one in groups[0].answered if one.asked.student.id == "john")
    assert one.mark and one.mark.verdict.diagnosis
    check = replace(one.mark.check, hidden=True)
    mark = replace(one.mark, check=check, verdict=replace(one.mark.verdict, check=check))
    said = letter(replace(one, mark=mark))
    assert "hidden check, of which I can tell you the title and the result" in said
    assert one.mark.verdict.diagnosis.observed not in said
    assert "observed" not in said and "likely" not in said


def test_where_another_result_comes_out_the_letter_says_that_it_will_be_graded_again(groups: list[Group]) -> None:
    one = next(one for one in groups[0].answered if one.asked.student.id == "ada")
    assert one.mark
    recorded = one.mark.recorded | {"outcome": "fail", "points": 0}
    other = replace(one, mark=replace(one.mark, recorded=recorded))
    points = one.mark.check.points
    assert f"where 0 of {points} points were recorded. Your work will be graded again." in letter(other)
    assert "ANOTHER RESULT TODAY" in draft([Group(ASSIGNMENT, "Linear.affine_map", [other])])


def test_a_check_is_found_by_its_title_or_its_name(groups: list[Group]) -> None:
    check = groups[0].check
    assert check
    assert check_named([check], check.title.upper()) == check_named([check], "Linear.affine_map") == check


@pytest.mark.long("two checks run in a sandbox of a process of its own")
def test_the_command_writes_one_file_and_keeps_an_edited_one(folder: Path, tmp_path: Path) -> None:
    copied = tmp_path / "course"
    shutil.copytree(folder, copied)
    write(tmp_path / "sent", {"ada/request.txt": asks(), "junk.txt": "hello"})
    done = autograder("requests", "../sent", cwd=copied)
    assert done.returncode == 0, done.stderr
    assert "no request: junk.txt: it has no line" in done.stderr
    assert f"{ASSIGNMENT}, Linear.affine_map: 1 request\n" in done.stdout
    page = copied / "reports" / "requests.md"
    assert "### ada Ada Lovelace: the mark stands" in page.read_text(encoding="utf-8")
    again = autograder("requests", "../sent", cwd=copied)
    assert (again.returncode, "exists: --force" in again.stderr) == (2, True)
    nothing = autograder("requests", "../sent/junk.txt", "-o", "other.md", cwd=copied)
    assert nothing.returncode == 1
    assert not (copied / "other.md").exists()
