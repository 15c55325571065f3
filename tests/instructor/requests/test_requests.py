"""Requests about marks: their text, their owners, their checks run again, and the answers."""

import re
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import checks_of
from autograder.course import Course
from autograder.instructor.course.decisions import Decision, write_decisions
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.requests import answering
from autograder.instructor.requests.answering import ReceivedRequest, RequestAnswer, answer, draft, read_requests
from autograder.instructor.requests.form import MAX_BYTES, MAX_REASON, OTHER, WRITTEN, NoRequest, Request, parse_request
from autograder.sandbox import NoSandbox
from tests.commands import in_process, succeeded
from tests.conftest import copy_course
from tests.instructor.collecting import made_downloads
from tests.instructor.conftest import ASSIGNMENT

Read = tuple[list[ReceivedRequest], list[str]]
ROSTER = """id,first name,last name,lms user id
ada,Ada,Lovelace,1000
barbara,Barbara,Liskov,1001
john,John,McCarthy,1002
"""
TITLE = next(check.title for check in checks_of("layers", "Linear") if check.name == "affine_map")
REASON = "It works on my machine.\n````\n<script>alert(1)</script> \x1b[2J"
ASKED = Request("ada", "2-layers", "Linear.affine_map", "It is right.\n\ncheck: twice, please")
MAIL = "Dear all,\r\n> Student: ada\r\n> Assignment:2-layers\r\n> CHECK : Flatten.rows\r\nreason: why\r\nAda\r\n"


def test_a_request_is_read_from_its_lines_and_from_a_mail_that_quotes_them() -> None:
    assert parse_request(ASKED.lines().encode()) == ASKED
    mail = Request("ada", "2-layers", "Flatten.rows", "why\nAda")
    assert parse_request(b"\xef\xbb\xbf" + MAIL.encode()) == mail


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no line “assignment: …”"),
        (b"assignment: 2-layers\n", "no line “check: …”"),
        (b"reason: all\nassignment: 2-layers\ncheck: a\n", "no line “assignment: …”"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"x" * (MAX_BYTES + 1), "more than 64 KiB"),
    ],
)
def test_a_file_that_is_no_request_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(NoRequest, match=why):
        parse_request(content)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_junk_is_a_request_or_none_and_no_other_error(junk: bytes) -> None:
    for content in (junk, ASKED.lines().encode() + junk):
        try:
            assert len(parse_request(content).reason) <= MAX_REASON
        except NoRequest as error:
            assert str(error)


def asks(check: str = "Linear.affine_map", student: str = "", assignment: str = ASSIGNMENT) -> bytes:
    return Request(student, assignment, check, REASON).lines().encode()


@pytest.fixture(scope="module")
def folder(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graded sample class with a roster, and a folder of requests beside it, `sent`."""
    folder = copy_course(graded, tmp_path_factory.mktemp("requests") / "course")
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    sent = {
        "barbara/request.txt": asks(student="barbara"),
        "john/request.txt": asks(student="ada"),
        "ada/a.txt": asks(TITLE.upper()),
        "ada/b.txt": asks(WRITTEN),
        "ada/c.txt": asks(OTHER),
        "ada/d.txt": asks("Linear.nothing"),
        "ada/e.txt": asks(assignment="../../etc"),
        "by-mail.txt": asks(student="John McCarthy"),
        "of nobody.txt": asks(student="nobody"),
        "photo.png": b"\x89PNG",
    }
    (made_downloads.folder(folder.parent / "sent", sent) / "link.txt").symlink_to(folder / "roster.csv")
    return folder


@pytest.fixture(scope="module")
def read(folder: Path) -> Read:
    return read_requests(CourseFolder(folder), [folder.parent / "sent"])


@pytest.fixture(scope="module")
def groups(folder: Path, read: Read, course: Course) -> list[list[RequestAnswer]]:
    return answer(CourseFolder(folder), course, read[0])


@pytest.fixture(scope="module")
def text(groups: list[list[RequestAnswer]]) -> str:
    return draft(groups)


def test_the_folder_decides_whose_a_request_is_and_other_files_are_refused(read: Read) -> None:
    requests, refused = read
    owners = {file.file: (file.student.id, file.known) for file in requests}
    assert owners["barbara/request.txt"] == ("barbara", "its folder")
    assert owners["john/request.txt"] == ("john", "its folder"), "although the file says ada"
    assert owners["by-mail.txt"] == ("john", "")
    assert {reason.partition(": ")[0] for reason in refused} == {"of nobody.txt", "photo.png", "link.txt"}
    assert "of nobody.txt: nobody in the roster is 'nobody'" in refused


def test_the_learning_system_decides_whose_a_request_is(folder: Path, tmp_path: Path) -> None:
    canvas = {"lovelaceada_1000_7_request-ada.txt": asks(student="john"), "mccarthyjohn_LATE_1002_8_x.txt": asks()}
    moodle = {"Barbara Liskov_1001_assignsubmission_file_/request.txt": asks()}
    zips = [made_downloads.zipped(tmp_path / f"{at}.zip", sent) for at, sent in enumerate((canvas, moodle))]
    requests, refused = read_requests(CourseFolder(folder), zips)
    assert refused == []
    known = [(request.student.id, request.known) for request in requests]
    assert known == [("ada", "Canvas"), ("john", "Canvas"), ("barbara", "Moodle")]


def test_requests_about_one_check_stand_together_whether_by_name_or_by_title(groups: list[list[RequestAnswer]]) -> None:
    assert [(group[0].about, len(group)) for group in groups[:2]] == [("Linear.affine_map", 4), (OTHER, 2)]
    assert sorted(group[0].about for group in groups[2:]) == [OTHER, WRITTEN]
    outcomes = {answered.asked.student.id: answered.mark.verdict.outcome for answered in groups[0] if answered.mark}
    assert outcomes == {"ada": "pass", "barbara": "error", "john": "fail"}
    assert all(answered.mark and answered.mark.reproduced for answered in groups[0])


def test_without_a_sandbox_nobody_is_answered(
    folder: Path, read: Read, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.instructor.grading.explain.Sandbox.run", Mock(side_effect=NoSandbox("no bwrap")))
    with pytest.raises(NoSandbox, match="no bwrap"):
        answer(CourseFolder(folder), course, read[0])


def test_code_that_waits_stops_the_answers_to_its_own_student_alone(
    folder: Path, read: Read, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "PATIENCE_S", -1.0)
    (group,) = (group for group in answer(CourseFolder(folder), course, read[0][:1]))
    assert "took more than -1 seconds: autograder explain runs it" in group[0].trouble


@pytest.mark.parametrize(
    "part",
    [
        f"## {ASSIGNMENT}, Linear.affine_map: 4 requests",
        f"The check asks: {TITLE}",
        "def affine_map(names: SimpleNamespace, rng: torch.Generator)",
        f"    autograder grade {ASSIGNMENT} --dry-run\n",
        "### barbara Barbara Liskov: the mark stands",
        *("observed: ", "expected: ", "likely mistake: ", "and so the mark stands."),
        "Dear John McCarthy,",
        "Known by its folder. In `john/request.txt`.",
        "CLAIMED: nothing but the file says who asks",
        "no check is called 'Linear.nothing': there are",
        "there is no assignment '../../etc'",
    ],
)
def test_the_draft_has_check_observations_and_result(part: str, text: str) -> None:
    assert part in text.replace("\\", "")


def test_text_of_students_never_leaves_its_fence_or_reaches_a_terminal(text: str) -> None:
    assert "\x1b" not in text
    assert "alert(1)" in text
    outside = re.sub(r"^(`{3,})\w+\n.*?^\1`*\n", "", text, flags=re.MULTILINE | re.DOTALL)
    assert "```" not in outside and "alert(1)" not in outside


def test_a_letter_about_a_hidden_check_gives_its_title_and_result_alone(groups: list[list[RequestAnswer]]) -> None:
    johns = next(answered for answered in groups[0] if answered.asked.student.id == "john")
    check = replace(johns.mark.check, hidden=True)
    mark = replace(johns.mark, check=check, verdict=replace(johns.mark.verdict, check=check))
    letter = draft([[replace(johns, mark=mark)]]).partition("*Answer:*")[2]
    assert "hidden check, of which I can tell you the title and the result" in letter
    assert johns.mark.verdict.diagnosis.observed not in letter
    assert "observed" not in letter and "likely" not in letter


def test_after_another_result_the_letter_promises_a_new_grading(groups: list[list[RequestAnswer]]) -> None:
    adas = next(answered for answered in groups[0] if answered.asked.student.id == "ada")
    recorded = adas.mark.recorded | {"outcome": "fail", "points": 0}
    text = draft([[replace(adas, mark=replace(adas.mark, recorded=recorded))]])
    assert f"where 0 of {adas.mark.check.points} points were recorded. Your work will be graded again." in text
    assert "ANOTHER RESULT TODAY" in text


@pytest.mark.deep
@pytest.mark.long("four checks run in a sandbox of a process of its own")
def test_the_command_writes_one_file_and_keeps_an_edited_one(folder: Path, tmp_path: Path) -> None:
    copied = copy_course(folder, tmp_path / "course")
    made_downloads.folder(tmp_path / "sent", {"ada/request.txt": asks(), "junk.txt": b"hello"})
    done = succeeded(in_process("requests", "../sent", cwd=copied))
    assert "no request: junk.txt: it has no line" in done.stderr
    assert f"{ASSIGNMENT}, Linear.affine_map: 1 request\n" in done.stdout
    page = copied / "reports" / "requests.md"
    assert "### ada Ada Lovelace: the mark stands" in page.read_text(encoding="utf-8")
    again = in_process("requests", "../sent", cwd=copied)
    assert (again.returncode, "exists: --force" in again.stderr) == (2, True)
    write_decisions(copied / "decisions.csv", [Decision(ASSIGNMENT, "dropped", "layers-Linear-affine_map")])
    assert in_process("requests", "../sent", "--force", cwd=copied).returncode == 0
    letter = page.read_text(encoding="utf-8").partition("*Answer:*")[2]
    assert "the mark stands" not in letter
    assert "decided, and counts in your mark: Linear.affine_map: everybody who handed in has its points." in letter
    assert in_process("requests", "../sent/junk.txt", "--force", cwd=copied).returncode == 1
