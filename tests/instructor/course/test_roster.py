"""The roster, as people write it and learning systems export it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.instructor.course.directory import Clue, Directory
from autograder.instructor.course.files import TableError, parse_table
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.init import make_course_folder
from autograder.instructor.course.roster import Student, by_section, split_name, students_in, students_of

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,2-layers (77),Final Score
,,,,,Manual Posting,
    Points Possible,,,,,20.00,(read only)
"Lovelace, Ada",101,007,ada,CS 1,,
"Hopper, Grace",102,0042,grace,CS 1,12.5,
"Student, Test",999,,bbbc6740f0b946af,,,
"""
CANVAS_SPLIT_NAMES = """LastName,FirstName,ID,SIS User ID,SIS Login ID,Section,2-layers (77)
,,,,,,Manual Posting
    Points Possible,,,,,,20.00
Lovelace,Ada,101,007,ada,CS 1,
Student,Test,999,,bbbc6740f0b946af,,
"""
CANVAS_IDS = 'Student,ID,SIS User ID,SIS Login ID,Section\n"Lovelace, Ada",101,,,CS 1\n'
MOODLE_GRADES = """First name,Last name,ID number,Institution,Department,Email address,Last downloaded from this course
Ada,Lovelace,007,,,ada@example.org,1793000000
"""
MOODLE_WORKSHEET = """Identifier,Full name,Email address,Status,Grade,Last modified (submission),Feedback comments
Participant 657737,Ada Lovelace,ada@example.org,Submitted for grading,,"Thursday, 5 November 2026, 11:41 PM",
"""
NBGRADER = "id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,ada@example.org,101\n"


def roster(text: str | bytes) -> tuple[Student, ...]:
    return students_in(parse_table(text.encode() if isinstance(text, str) else text, "roster.csv"))


ADA = Student("ada", "Ada", "Lovelace", "ada@example.org")
IN_CANVAS = Student("007", "Ada", "Lovelace", lms_user_id="101", login="ada", section="CS 1", also=("ada",))
GRACE = Student("0042", "Grace", "Hopper", lms_user_id="102", login="grace", section="CS 1", also=("grace",))


@pytest.mark.parametrize(
    ("text", "students"),
    [
        (CANVAS, (IN_CANVAS, GRACE)),
        (CANVAS_SPLIT_NAMES, (IN_CANVAS,)),
        (CANVAS_SPLIT_NAMES.replace("007", ""), (replace(IN_CANVAS, id="ada", also=()),)),
        (CANVAS_IDS, (replace(IN_CANVAS, id="101", login="", also=()),)),
        (MOODLE_GRADES, (replace(ADA, id="007"),)),
        (MOODLE_WORKSHEET, (replace(ADA, id="ada@example.org", lms_user_id="657737"),)),
        (NBGRADER, (replace(ADA, lms_user_id="101"),)),
        (
            'id,name,also\nada,Ada Lovelace,"octo-ada; Countess of Lovelace"\n',
            (replace(ADA, email="", also=("octo-ada", "Countess of Lovelace")),),
        ),
        ('id,name\n"=""0042""",Ada Lovelace\n', (replace(ADA, id="0042", email=""),)),  # as a spreadsheet keeps it
        ("id,first name,last name,section\n007,,,CS 1\n", (Student("007", section="CS 1"),)),
        ("", ()),
        ("id,first name,last name,e-mail,also\n", ()),
    ],
    ids=[
        *("Canvas", "Canvas's split names", "without the school's ids", "Canvas's own ids", "Moodle's grades"),
        *("Moodle's worksheet", "nbgrader", "other names", "a formula", "no names", "empty", "nobody"),
    ],
)
def test_a_table_is_read_as_its_system_exports_it(text: str, students: tuple[Student, ...]) -> None:
    assert roster(text) == students


@pytest.mark.parametrize(
    "content",
    [
        CANVAS.encode("utf-8-sig"),
        CANVAS.encode("utf-16"),
        CANVAS.replace("\n", "\r\n").encode(),
        re.sub(",(?! )", ";", CANVAS).encode(),
        re.sub(",(?! )", "\t", CANVAS).encode(),
        b"sep=,\n" + CANVAS.encode(),
    ],
    ids=["BOM", "UTF-16", "CRLF", "semicolons", "tabs", "Excel's line"],
)
def test_encodings_and_separators_that_occur_are_read(content: bytes) -> None:
    assert roster(content)[0] == IN_CANVAS


def test_names_keep_commas_quotes_and_scripts() -> None:
    names = roster('id,first name,last name\n1,"Ada ""the"" Countess","King, Lovelace"\n2,小明,王\n3,Ёлка,Öß\n')
    assert [student.name for student in names] == ['Ada "the" Countess King, Lovelace', "小明 王", "Ёлка Öß"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("first name,last name\nAda,Lovelace\n", "roster.csv has no column for ids: name one “id”"),
        ("id,name\nada,Ada\nADA,Other\n", "lines 2 and 3 have the same id, 'ada'"),
        ("id,name\nada,Ada\n,Other\n", "line 3: no id: give every student one"),
        ("id,name\n../ada,Ada\n", "line 2: '../ada' cannot name a folder"),
        ("id,name\n.,Ada\n", "line 2: '.' cannot name a folder"),
        (f"id,name\n{'a' * 101},Ada\n", "cannot name a folder"),
        ("id,name\n1.23457E+09,Ada\n", "line 2: a spreadsheet has rounded the id"),
        ("id,name\nada,Lovelace, Ada\n", "line 2: 3 cells under 2 columns; put what holds a ',' into double quotes"),
        ('id,name\nada,"Ada\n', "line 2: unexpected end of data"),
        ('First name,Email address\nA,1.2E+09\nB,"1,3E+09"\n', "line 2: a spreadsheet has rounded the id"),
        ("First name,Username\nA,1.2E+09\nB,bob\n", "line 2: a spreadsheet has rounded the id"),
        ("id,name\nada,José\n".encode("latin-1"), "is not a table of text in UTF-8: save it as “CSV UTF-8”"),
        (b"PK\x03\x04\x00\x00\xd8\x00", "is not a table of text"),
    ],
)
def test_an_unreadable_roster_is_refused_in_one_line(text: str | bytes, reason: str) -> None:
    with pytest.raises(TableError, match=r"roster\.csv") as raised:
        roster(text)
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("column", ["Email address", "SIS Login ID"])
@pytest.mark.parametrize("odd", ["-eve@x.org", "eve/x@x.org", ".eve@x.org", "e" * 101 + "@x.org", "1,5E+10"])
def test_an_address_that_cannot_name_a_folder_stops_nobody(odd: str, column: str) -> None:
    column = "Email address" if odd == "1,5E+10" else column  # nothing but an address is no number
    table = f'Name,{column}\nBob,bob@x.org\nEve,"{odd}"\nMal,"%s"\n'
    _, eve, _ = students = roster(table % "m@x.org")
    assert re.fullmatch("sha256-[0-9a-f]{32}", eve.id)
    assert Directory(students).find([Clue("e-mail", odd)]).student == eve
    _, again, mal = roster(table % eve.id)  # whose address is what her folder is called
    assert (again.id, mal.id == eve.id, Directory([again, mal]).find([Clue("id", eve.id)]).student) == (
        eve.id,
        False,
        eve,
    )


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Lovelace", ("Ada", "Lovelace")),
        ("Lovelace, Ada", ("Ada", "Lovelace")),
        ("Ada King Lovelace", ("Ada King", "Lovelace")),
        ("Smith, Jr., Robert", ("Robert", "Smith, Jr.")),
        ("Smith, Robert, PhD", ("Robert, PhD", "Smith")),
        ("王小明", ("", "王小明")),
        ("", ("", "")),
    ],
)
def test_a_full_name_is_taken_apart(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


@given(st.binary(max_size=200))
def test_any_file_is_a_roster_or_an_error_of_one_line(content: bytes) -> None:
    try:
        students = roster(content)
    except TableError as error:
        assert "\n" not in str(error)
    else:
        assert all(student.id and "/" not in student.id and student.id not in (".", "..") for student in students)


def test_a_student_of_several_sections_belongs_to_each_that_there_is() -> None:
    sections = {"1": "A", "2": "A and B", "3": "A, B, and C", "4": "B", "5": "Arts and Crafts", "6": ""}
    students = [Student(name, section=section) for name, section in sections.items()]
    names = by_section(students)
    assert (names["A"], names["B"], names["Arts and Crafts"]) == (["1", "2", "3"], ["2", "3", "4"], ["5"])


def test_a_new_student_without_a_school_id_does_not_rename_the_class(tmp_path: Path) -> None:
    make_course_folder(tmp_path / "course")
    course = CourseFolder(tmp_path / "course")
    table = 'Student,ID,SIS User ID,SIS Login ID,Section\n"Lovelace, Ada",101,007,ada,A\n'
    course.roster.write_text(table)
    (tmp_path / "course" / "submitted" / "007").mkdir(parents=True)
    assert [student.id for student in students_of(course)] == ["007"]
    course.roster.write_text(table + '"New, Nia",103,,nia,A\n')
    with pytest.raises(TableError, match="gives the id ada to Ada Lovelace, who was 007 before"):
        students_of(course)
