"""A name that students choose takes nobody's place: the attacks of tests/attacks/download.md, and honest work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.requests.form import Request
from autograder.instructor.requests.reading import read_requests
from tests.attacks.corpus import HERE, read_attacks
from tests.instructor.collecting.downloads import gradescope_metadata, notebook, zipped
from tests.test_cli import here

HIS, HERS = notebook(answer="his"), notebook(answer="hers")


@dataclass(frozen=True)
class NameAttack:
    """A student's choice of a name, and the download that it leads to."""

    name: str
    roster: str
    files: Callable[[str, bytes, bytes], dict[str, bytes]]
    bob_keeps_his: bool


def attacks() -> list[Any]:
    found = []
    for by in read_attacks(HERE / "download.md"):
        names: dict[str, Any] = {}
        exec(compile(by.source, by.name, "exec"), names)
        for name in names["NAMES"]:
            attack = NameAttack(name, names["ROSTER"], names["files"], names["BOB_KEEPS_HIS"])
            found.append(pytest.param(attack, id=f"{by.name}: {name}"))
    return found


def work(course: Path, student: str) -> bytes:
    """Return what lies in a student's place; nothing where there is nothing."""
    path = course / "submitted" / student / "2-layers" / "2-layers.ipynb"
    return path.read_bytes() if path.exists() else b""


def attempts(course: Path, student: str) -> set[bytes]:
    return {path.read_bytes() for path in (course / "collected" / student).glob("2-layers/*.ipynb")}


def collect(course: Path, roster: str, files: dict[str, bytes], *more: str | Path) -> tuple[int, str, str]:
    (course / "roster.csv").write_text(roster, encoding="utf-8")
    return here(course, "collect", zipped(course.parent / "x.zip", files), "2-layers", "--yes", *more)


@pytest.mark.parametrize("order", [1, -1], ids=["his first", "hers first"])
@pytest.mark.parametrize("attack", attacks())
def test_nobody_takes_anothers_place_by_what_students_choose(attack: NameAttack, order: int, course: Path) -> None:
    files = dict(list(attack.files(attack.name, HIS, HERS).items())[::order])
    status, said, errors = collect(course, attack.roster, files)
    assert HERS not in attempts(course, "bob")
    kept = {HIS} if attack.bob_keeps_his else set()
    assert attempts(course, "bob") == kept
    left = [path for path, content in files.items() if content in {HIS, HERS} - kept - attempts(course, "eve")]
    for path in left:
        assert f"not collected: {path}: " in errors, said
    assert status == (1 if left else 0)


def moodle(name: str, participant: int, file: str = "2-layers.ipynb") -> str:
    return f"{name}_{participant}_assignsubmission_file/{file}"


# A number or an address of nobody's


CLASS = "id,first name,last name,e-mail,lms_user_id\nada,Ada,King,ada@x.org,1000\nbob,Bob,Build,bob@x.org,1001\n"
ADA, GIFT = ("Ada King", "ada", "ada@x.org"), "submission_2/2-layers.ipynb"


@pytest.mark.parametrize(
    ("account", "unknown"),
    [(("Bob Build", "", "friend@mail.example"), "friend@mail.example"), (("Bob Build", "0815", ""), "0815")],
    ids=["address", "number"],
)
def test_a_name_does_not_make_up_for_a_number_or_an_address_that_nobody_has(
    account: tuple[str, str, str], unknown: str, course: Path
) -> None:
    when = "2026-11-01 10:00:00.000000000 Z"
    metadata = gradescope_metadata(("submission_1", [ADA], when), ("submission_2", [account], when))
    files = {"submission_metadata.yml": metadata, "submission_1/2-layers.ipynb": HIS, GIFT: HERS}
    status, said, errors = collect(course, CLASS, files)
    assert (status, work(course, "ada"), work(course, "bob")) == (1, HIS, b"")
    reason = f"nobody in the roster is '{unknown}', and the name 'Bob Build' alone does not make it the work of bob"
    assert f"not collected: {GIFT}: {reason}" in errors
    assert "write that name or address into its column “also”" in errors
    assert "nothing for 2-layers from bob Bob Build" in said
    also = CLASS.replace("\n", ",also\n", 1).replace(",1000\n", ",1000,\n").replace(",1001\n", f",1001,{unknown}\n")
    assert collect(course, also, files)[0] == 0
    assert work(course, "bob") == HERS


def test_in_canvas_a_stranger_of_a_students_name_is_a_stranger(course: Path) -> None:
    files = {"kingada_1000_5001_2-layers.ipynb": HIS, "buildbob_77_5002_2-layers.ipynb": HERS}
    status, _, errors = collect(course, CLASS, files)
    assert (status, work(course, "bob")) == (1, b"")
    assert "nobody in the roster is '77'" in errors


# Honest work


def test_an_address_speaks_only_against_whom_the_roster_has_another_of(course: Path) -> None:
    when = "2026-11-01 10:00:00.000000000 Z"
    metadata = gradescope_metadata(
        ("submission_1", [ADA], when), ("submission_2", [("Bob Build", "", "b@x.org")], when)
    )
    files = {"submission_metadata.yml": metadata, "submission_1/2-layers.ipynb": HIS, GIFT: HERS}
    assert collect(course, CLASS.replace("bob@x.org", ""), files)[0] == 0
    assert work(course, "bob") == HERS


BOB = "id,name\nbob,Bob Build\n"
# The roster, Bob's first file, and another one of his.
TWICE = {
    "Moodle": (BOB, moodle("Bob Build", 1), moodle("Bob Build", 1, "2-layers (1).ipynb")),
    "Canvas": (BOB, "buildbob_1_5001_2-layers.ipynb", "buildbob_LATE_1_5002_2-layers-1.ipynb"),
    "numbers in a name": (CLASS, "buildbob_1001_5001_2-layers.ipynb", "buildbob_1001_5002_2_layers.ipynb"),
    "folders": (BOB, "Bob Build/2-layers.ipynb", "bob/2-layers.ipynb"),
    "Blackboard": (BOB, *(f"x_bob_attempt_2026-11-05-{hour}-41-07_y.ipynb" for hour in (22, 23))),
    "two accounts of one student": (
        "id,also\nbob,b-uild\n",
        *(f"{account}+2-layers+2026-11-05 22:41:07 UTC/2-layers.ipynb" for account in ("bob", "b-uild")),
    ),
}


@pytest.mark.parametrize(("roster", "first", "second"), TWICE.values(), ids=TWICE)
def test_a_student_who_hands_in_twice_has_two_attempts(roster: str, first: str, second: str, course: Path) -> None:
    assert collect(course, roster, {first: HIS, second: HERS})[0] == 0
    assert attempts(course, "bob") == {HIS, HERS}


def test_numbers_of_another_list_than_the_rosters_speak_against_nobody(course: Path) -> None:
    # Moodle numbers participants anew in each assignment, and the roster may be the worksheet of an earlier one.
    files = {moodle("Ada King", 2000): HIS, moodle("Bob Build", 2001): HERS}
    assert collect(course, CLASS, files)[0] == 0
    assert (work(course, "ada"), work(course, "bob")) == (HIS, HERS)


def test_what_was_found_by_a_name_alone_is_called_so(course: Path) -> None:
    files = {moodle("Ada King", 1000): HIS, moodle("Bob Build", 9): HERS}
    _, said, _ = collect(course, CLASS.replace("1001", ""), files)
    rows = {row.split()[0]: row for row in said.splitlines() if row}
    assert ("name alone" in rows["ada"], "name alone" in rows["bob"]) == (False, True)
    assert "found by name alone, which students may choose in many systems: 1 of 2" in said


# What settles it


TWINS = "id,name,login\n1,Anna Müller,amuller@uni.example\n2,Anna Müller,anna.m@uni.example\n"


def test_a_worksheet_is_advised_where_it_helps_and_was_not_given(course: Path) -> None:
    files = {moodle("Anna Müller", 7): HIS, moodle("Anna Müller", 8): HERS}
    assert "Moodle's grading worksheet tells them apart, --worksheet FILE" in collect(course, TWINS, files)[2]
    (course / "due_dates.csv").write_text("assignment,due,time zone\n2-layers,2026-11-05 23:59,Europe/Berlin\n")
    heads = "Identifier,Full name,Email address,Last modified (submission)\n"
    worksheet = course.parent / "w.csv"
    worksheet.write_text(f"{heads}Participant 7,Anna Müller,amuller@uni.example,-\nParticipant 8,Anna Müller,x@y.z,-\n")
    status, _, errors = collect(course, TWINS, files, "--worksheet", worksheet)
    assert (status, work(course, "1")) == (1, HIS)  # a login is an address, too
    assert "worksheet" not in errors
    assert "autograder collect FILE ASSIGNMENT --student ID" in errors
    mailed = collect(course, TWINS, {"Anna Müller/2-layers.ipynb": HIS})[2]
    assert "worksheet" not in mailed


def test_what_you_have_said_whose_it_is_is_collected(course: Path) -> None:
    files = {moodle("Anna Müller", 7): HIS, moodle("Anna Müller", 8): HERS}
    assert collect(course, TWINS, files)[0] == 1
    for student, content in (("1", HIS), ("2", HERS)):
        (course.parent / "x.ipynb").write_bytes(content)
        line = ("collect", course.parent / "x.ipynb", "2-layers", "--student", student, "--yes")
        assert here(course, *line)[0] == 0
        status, said, errors = collect(course, TWINS, files)
        assert f"collected by hand for {student} Anna Müller" in said
    assert (status, errors) == (0, "")
    assert "NOT COLLECTED" not in said


def test_the_same_bytes_of_two_are_collected_only_when_both_are(course: Path) -> None:
    files = {moodle("Anna Müller", 7): HIS, moodle("Anna Müller", 8): HIS}
    (course.parent / "x.ipynb").write_bytes(HIS)
    for student, status in (("1", 1), ("2", 0)):
        collect(course, TWINS, files)
        here(course, "collect", course.parent / "x.ipynb", "2-layers", "--student", student, "--yes")
        assert collect(course, TWINS, files)[0] == status


def test_a_request_of_one_of_two_accounts_under_one_name_is_nobodys(course: Path) -> None:
    (course / "roster.csv").write_text("id,name\nbob,Bob Build\neve,Eve Evil\n", encoding="utf-8")
    text = Request("bob", "2-layers", "Linear.affine_map", reason="Why?").lines().encode()
    names = [moodle("Bob Build", 1001, "request.txt"), moodle("Bob Build", 1002, "request.txt")]
    asked, left = read_requests(CourseFolder(course), [zipped(course.parent / "x.zip", dict.fromkeys(names, text))])
    assert (asked, [one.file for one in left]) == ([], names)
    assert {one.reason for one in left} == {"its name alone says bob Bob Build, and so does another account's"}
