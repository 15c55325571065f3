"""Marks put into files that Canvas and Moodle gave out: nothing else in them changes."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.instructor.course.roster import Student
from autograder.instructor.exporting.formats import ExportError
from autograder.instructor.exporting.lms_file import fill
from autograder.instructor.exporting.spreadsheet import BOM
from autograder.instructor.marks import Mark, number
from tests.instructor.exporting.test_formats import MARKS

ADA = Student("0042", "Ada", "Lovelace", "ada@example.edu", "101")
BEN = Student("007", "Ben", "de la Cruz, Jr.", "ben@example.edu")
MARKED = [
    Mark(ADA, "2-layers", 25.0, raw_score=20.0, penalty=2.0, handed_in=True),
    Mark(BEN, "2-layers", 25.0, raw_score=7.25, handed_in=True),
]
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,1-approximation (11),2-layers (12),Final Score\r\n"
    ",,,,,,Manual Posting,\r\n"
    "    Points Possible,,,,,10.00,25.00,(read only)\r\n"
    '"Lovelace, Ada",101,S1,ada,A,9.50,,95.0\r\n'
    '"de la Cruz, Jr., Ben",102,007,ben,"A, and B",,3.00,\r\n'
    '"Student, Test",103,,x,A,,,\r\n'
)
MOODLE = (
    BOM + "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 101,Ada Lovelace,ada@example.edu,Submitted,,25.00,Yes,"Thursday, 5 November 2026, 11:41 PM",-,\n'
    'Participant 9,"Ben ""B""",BEN@example.edu ,Submitted,,25.00,Yes,-,-,"Well, done"\n'
)


def test_canvas_column_is_filled_and_all_else_is_as_it_was() -> None:
    done = fill(CANVAS, MARKED)
    assert done.text == CANVAS.replace("9.50,,95.0", "9.50,18,95.0").replace(",,3.00,", ",,7.25,")
    assert (done.filled, done.not_there, done.without_mark) == (2, [], ["Student, Test (103)"])


def test_moodle_grades_are_filled_and_all_else_is_as_it_was() -> None:
    done = fill(MOODLE, MARKED)
    filled = MOODLE.replace('Submitted,,25.00,Yes,"Thu', 'Submitted,18,25.00,Yes,"Thu')
    assert done.text == filled.replace("Submitted,,25.00,Yes,-", "Submitted,7.25,25.00,Yes,-")
    assert done.filled == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("first", ["", BOM])
def test_marks_of_delimiters_line_ends_and_encoding_stay(delimiter: str, end: str, first: str) -> None:
    table = '"Student","ID","SIS User ID","Section","2-layers (1)"\n"a ""b""","5","0042","","1"\n'
    text = first + table.replace(",", delimiter).replace("\n", end)
    assert fill(text, MARKED).text == text.replace('"1"', '"18"')


@given(MARKS, st.booleans(), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_filling_changes_one_column_alone(marks: list[Mark], has_mark: bool, quoting: int) -> None:
    out = io.StringIO(newline="")
    table = csv.writer(out, quoting=quoting)
    table.writerow(["Student", "ID", "SIS User ID", "Section", "2-layers", "note"])
    table.writerows([m.student.sortable_name, "", m.student.id, "", "3", m.student.email] for m in marks)
    text = (BOM if has_mark else "") + out.getvalue()
    done = fill(text, marks)
    before, after = (list(csv.reader(io.StringIO(t.removeprefix(BOM), newline=""))) for t in (text, done.text))
    for old, new, mark in zip(before[1:], after[1:], marks, strict=True):
        assert new[4] == ("3" if mark.score is None else number(mark.score))
        assert [*new[:4], *new[5:]] == [*old[:4], *old[5:]]
    assert fill(done.text, marks).text == done.text


def test_a_mark_that_moodle_passes_over_is_named() -> None:
    assert fill(MOODLE, [MARKED[0], replace(MARKED[1], raw_score=26.0)]).above == ['Ben "B" (Participant 9)']


@pytest.mark.parametrize(
    "row",
    [
        "x,101,zzz,q",  # Canvas's number
        "x,8,0042,q",  # the school's id
        "x,8,,ADA@example.edu",  # an address as login
        "x,0042,zzz,q",
        '"Lovelace, Ada",8,,',
    ],
)
def test_student_is_found_by_number_id_address_or_name(row: str) -> None:
    head = "Student,ID,SIS User ID,SIS Login ID,Section,2-layers\n"
    assert fill(f"{head}{row},,\n", MARKED).text.endswith(",18\n")


def test_contradicting_rows_are_left_out() -> None:
    head = "Student,ID,SIS User ID,SIS Login ID,Section,2-layers\n"
    table = f"{head}x,7,zzz,0042,,\ny,8,0042,q,,\nz,101,k,ben@example.edu,,\n"
    done = fill(table, MARKED)
    assert done.text == table
    assert done.not_there == ["0042 Ada Lovelace", "007 Ben de la Cruz, Jr."]


def test_where_the_schools_ids_are_ours_a_namesake_with_another_one_is_left_out() -> None:
    gone = replace(MARKED[0], student=Student("7", "Wei", "Li"))
    head = "Student,ID,SIS User ID,SIS Login ID,Section,2-layers\n"
    done = fill(f'{head}"Li, Wei",9,b2,b2,,\n"de la Cruz, Jr., Ben",8,007,ben,,\n', [gone, MARKED[1]])
    assert (done.filled, done.not_there) == (1, ["7 Wei Li"])
    assert done.text.endswith(",7.25\n")


BOB, EVE = Student("bob", "Bob", "Build"), Student("eve", "Eve", "Evil")
THEIRS = [replace(mark, student=student) for mark, student in zip(MARKED, (BOB, EVE), strict=True)]
CANVAS_HEAD = "Student,ID,SIS User ID,SIS Login ID,Section,2-layers\n"
MOODLE_HEAD = "Identifier,Full name,Email address,Grade\n"
# Files in which Eve is called as Bob is in the roster, or has his id as her login; Bob has another name or login.
CHOSEN_NAMES = {
    "an address as login": f'{CANVAS_HEAD}"Build, Bobby",1001,,bobby@x.org,,\n"Build, Bob",1002,,eve@x.org,,\n',
    "the school's id": f'{CANVAS_HEAD}"Build, Bobby",1001,s1,,,\n"Build, Bob",1002,s2,,,\n',
    "a login": f'{CANVAS_HEAD}"Build, Bobby",1001,,bb,,\n"Build, Bob",1002,,ee,,\n',
    "an address": f"{MOODLE_HEAD}Participant 1,Bobby Build,b@x.org,\nParticipant 2,Bob Build,e@x.org,\n",
    "nothing but another's row": f"{MOODLE_HEAD}Participant 1,Bobby Build,,\nParticipant 2,Bob Build,,\n",
    "his id as her login": f'{CANVAS_HEAD}"Build, Bob",1001,,b@x.org,,\n"Evil, Eve",1002,,bob,,\n',
    "his id as her login, and no name": f'{CANVAS_HEAD}"Build, Bob",1001,,b@x.org,,\nE,1002,,bob,,\n',
}


@pytest.mark.parametrize("text", CHOSEN_NAMES.values(), ids=CHOSEN_NAMES)
def test_a_name_or_login_that_a_student_chose_takes_nobodys_mark(text: str) -> None:
    done = fill(text, THEIRS)
    assert (done.text, done.not_there) == (text, ["bob Bob Build", "eve Eve Evil"])
    remarks = "\n".join(done.remarks(Path("given.csv")))
    assert "roster.csv" in remarks and "Build, Bob" in remarks.replace("Bob Build", "Build, Bob")


def test_a_class_known_by_names_is_filled_once_the_roster_has_addresses_or_where_the_file_has_none() -> None:
    text = (
        f"{MOODLE_HEAD}Participant 1,Bob Build,b@x.org,\nParticipant 2,Eve Evil,e@x.org,\nParticipant 3,Ta,t@x.org,\n"
    )
    known = [replace(mark, student=replace(mark.student, email=f"{mark.student.id[0]}@x.org")) for mark in THEIRS]
    assert [fill(text, marks).filled for marks in (THEIRS, known)] == [0, 2]
    assert len(fill(re.sub(".@x.org", "", text), THEIRS).by_name) == 2


def test_two_of_one_name_are_left_out_rather_than_mixed_up() -> None:
    twins = [replace(mark, student=Student(str(at), "Ada", "Lovelace")) for at, mark in enumerate(MARKED)]
    done = fill('Student,ID,Section,2-layers\n"Lovelace, Ada",7,,\n', twins)
    assert (done.filled, done.not_there) == (0, ["0 Ada Lovelace", "1 Ada Lovelace"])


@pytest.mark.parametrize("cell", ["EX", "N/A", "ex "])
def test_excused_and_not_given_cells_of_canvas_stay(cell: str) -> None:
    excused = CANVAS.replace('"A, and B",,3.00,', f'"A, and B",,{cell},')
    done = fill(excused, MARKED)
    assert done.text == excused.replace("9.50,,95.0", "9.50,18,95.0")
    assert (done.filled, done.kept) == (1, {cell.strip(): ["de la Cruz, Jr., Ben (102)"]})
    assert (done.changed, done.not_there) == ([], [])


def test_a_mark_that_is_there_and_differs_is_listed_old_and_new() -> None:
    assert fill(CANVAS, MARKED).changed == ["de la Cruz, Jr., Ben (102): 3.00 → 7.25"]
    assert fill(CANVAS.replace(",,3.00,", ",,7.250,"), MARKED).changed == []
    assert fill(MOODLE.replace("Submitted,,", 'Submitted,"17,00",', 1), MARKED).changed == [
        "Ada Lovelace (Participant 101): 17,00 → 18"
    ]


def test_an_answer_that_nobody_has_marked_leaves_the_cell_as_it_is() -> None:
    waiting = [MARKED[0], replace(MARKED[1], unmarked=True)]
    assert fill(CANVAS, waiting).text == CANVAS.replace("9.50,,95.0", "9.50,18,95.0")
    assert fill(MOODLE, waiting).text.splitlines()[2] == MOODLE.splitlines()[2]


def test_canvas_with_split_names_is_filled_and_its_students_are_found_by_name() -> None:
    head = "LastName,FirstName,ID,SIS Login ID,Section,2-layers (12)\n    Points Possible,,,,,25\n"
    done = fill(f'{head}Lovelace,Ada,7,,A,\n"de la Cruz, Jr.",Ben,8,,A,3\n', MARKED)
    assert done.text == f'{head}Lovelace,Ada,7,,A,18\n"de la Cruz, Jr.",Ben,8,,A,7.25\n'
    assert done.changed == ["de la Cruz, Jr., Ben (8): 3 → 7.25"]


def test_a_short_row_is_made_long_enough() -> None:
    assert fill("Student,ID,SIS User ID,Section,2-layers\nx,1,007\n", MARKED).text.endswith("\nx,1,007,,7.25\n")


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("", None, "neither Canvas's gradebook"),
        ("a,b\n1,2\n", None, "neither Canvas's gradebook"),
        ("Identificador,Calificación\n", None, "in English"),
        (CANVAS, "3-dropout", "no column is called '3-dropout': name one with --column; there are 1-approximation"),
        (CANVAS.replace("1-approximation (11)", "2-layers (11)"), None, "more than one column is called '2-layers'"),
        (CANVAS.replace("25.00", "20.00"), None, "worth 20 points there and 25 here"),
        (MOODLE.replace(",25.00", ',"100,00"', 1), None, "worth 100 points there and 25 here"),
        ('Student,ID,Section,2-layers\n"x,1,,\n', None, "the quotation mark in line 2 is not closed"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_way_out(text: str, column: str | None, reason: str) -> None:
    with pytest.raises(ExportError, match=re.escape(reason)):
        fill(text, MARKED, column)
