"""Each format beside its public description."""

import inspect
import io
import json
import re
import zipfile
from dataclasses import replace

import jsonschema
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.plugins.export import CsvExportPlugin

from autograder.instructor.course.records import CLAIMED, PROVED
from autograder.instructor.course.roster import Student
from autograder.instructor.exporting.formats import (
    canvas_csv,
    gradescope_zip,
    moodle_csv,
    plain_csv,
    results,
    verdicts_json,
)
from autograder.instructor.exporting.spreadsheet import BOM, csv_rows, csv_text, guarded, unguarded
from autograder.instructor.marks import Mark, number
from tests.instructor.reports.classes import make_class

# Marks and students as hypothesis draws them: any script, commas, quotes, line breaks, what looks like formulas.
ODD = ["=1+1", "+41 79", "-", "-x", "@SUM(A1)", "＝1+1", "'=quoted", "''", "\t=x", 'say "hi"', "نور"]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12) | st.sampled_from(ODD)
STUDENTS = st.builds(
    Student,
    id=st.from_regex(r"[0-9a-zé=+@'\-][0-9a-z,\"]{0,6}", fullmatch=True) | st.sampled_from(["007", "0042"]),
    first_name=TEXT,
    last_name=TEXT,
    email=TEXT,
    lms_user_id=st.from_regex(r"[0-9]{0,5}", fullmatch=True),
)
MARKS = st.lists(
    st.builds(
        Mark,
        student=STUDENTS,
        assignment=st.just("2-layers"),
        max_score=st.just(25.0),
        raw_score=st.none() | st.integers(0, 2500).map(lambda cents: cents / 100),
        penalty=st.sampled_from([0.0, 2.5]),
        handed_in=st.booleans(),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda mark: mark.student.id,
)

CLASS = make_class(40, seed=1)
GRADED = [mark for mark in CLASS if mark.score is not None]
HIDDEN = {verdict["title"] for mark in GRADED for verdict in mark.verdicts if verdict["hidden"]}


def closed(**properties: object) -> dict[str, object]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


# gradescope-autograders.readthedocs.io, Autograder Specifications, Output format
TEXT_TYPE, NUMBER_TYPE = {"type": "string"}, {"type": "number"}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
TEST = closed(
    score=NUMBER_TYPE,
    max_score=NUMBER_TYPE,
    status={"enum": ["passed", "failed"]},
    name=TEXT_TYPE,
    number=TEXT_TYPE,
    output=TEXT_TYPE,
    visibility=VISIBILITY,
)
RESULTS = {"required": ["score"]} | closed(
    score=NUMBER_TYPE,
    execution_time=NUMBER_TYPE,
    output=TEXT_TYPE,
    output_format={"enum": ["text", "html", "simple_format", "md", "ansi"]},
    visibility=VISIBILITY,
    stdout_visibility=VISIBILITY,
    extra_data={"type": "object"},
    tests={"type": "array", "items": TEST},
)


PERSON = ("first_name", "last_name", "email", "lms_user_id")


def columns(table: str) -> dict[str, list[str]]:
    head, *rows = csv_rows(table)
    return dict(zip(head, map(list, zip(*rows, strict=True)), strict=True))


@given(st.lists(st.lists(TEXT, min_size=2, max_size=4), max_size=4))
def test_a_table_is_read_back_as_it_was(rows: list[list[str]]) -> None:
    assert csv_rows(csv_text(rows)) == rows


@given(TEXT)
def test_no_cell_is_taken_for_a_formula_and_each_is_given_back(text: str) -> None:
    assert not re.match(r"[=+@＝＋＠\t\r\n]|[-－].", guarded(text), re.DOTALL)
    assert unguarded(guarded(text)) == text


@given(MARKS)
def test_ids_with_leading_zeros_names_and_marks_come_back_from_the_csv(marks: list[Mark]) -> None:
    head, *rows = csv_rows(plain_csv(marks))
    for row, mark in zip(rows, marks, strict=True):
        cells, student = dict(zip(head, row, strict=True)), mark.student
        known = {"student_id": student.id} | {name: getattr(student, name) for name in PERSON}
        assert cells.items() >= (known | {"score": "" if mark.score is None else repr(mark.score)}).items()


def test_its_columns_begin_as_those_of_nbgraders_own_export() -> None:
    source = inspect.getsource(CsvExportPlugin.export)
    names = re.findall(r'"(\w+)"', source.partition("keys = [")[2].partition("]")[0])
    assert csv_rows(plain_csv(CLASS))[0][: len(names)] == names


def test_the_late_penalty_is_in_the_exported_mark() -> None:
    late = next(mark for mark in GRADED if mark.penalty and mark.raw_score and mark.raw_score > mark.penalty)
    for table, column in ((plain_csv, "score"), (canvas_csv, "2-layers"), (moodle_csv, "Grade")):
        value = columns(table([late]))[column][-1]
        assert float(value) == late.raw_score - late.penalty
    assert results(late)["score"] == late.raw_score - late.penalty
    assert replace(late, raw_score=1.0).score == 0


def test_a_time_says_whether_it_is_late_and_whether_it_is_proved_or_claimed() -> None:
    mark = next(mark for mark in GRADED if mark.penalty)
    unknown = replace(mark, submitted_at=None, standing="")
    three = [replace(mark, standing=PROVED), replace(mark, standing=CLAIMED), unknown]
    assert set(columns(plain_csv(CLASS))["late"]) == {"yes", "no"}
    assert columns(plain_csv(three))["time"] == ["proved", "claimed", ""]
    assert [record["time"] for record in json.loads(verdicts_json(three))["marks"]] == ["proved", "claimed", None]
    late, claimed = "Late: 2 points taken off.", "Late, by a claimed time: 2 points taken off."
    assert [results(mark)["output"].splitlines()[-1] for mark in three] == [late, claimed, late]


def test_canvas_finds_its_header_and_the_points_possible() -> None:
    """Canvas reads it so in lib/gradebook_importer.rb: row_has_student_headers?, update_column_count, process_pp."""
    head, worth, *people = csv_rows(canvas_csv(CLASS))
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "2-layers"]
    assert worth == ["    Points Possible", "", "", "", "", "25"]
    assert len(people) == len(CLASS)


def test_canvas_gets_a_column_for_each_assignment_and_an_empty_cell_for_no_mark() -> None:
    marks = make_class(40, 1, ("2-layers", "3-dropout"))
    table = columns(canvas_csv(marks))
    for assignment in ("2-layers", "3-dropout"):
        of_assignment = [mark for mark in marks if mark.assignment == assignment]
        assert table[assignment][1:] == ["" if m.score is None else number(m.score) for m in of_assignment]
    assert "" in table["2-layers"]


def test_moodle_finds_the_columns_that_it_looks_for() -> None:
    """Moodle reads it so in mod/assign/feedback/offline/importgradeslib.php; a number follows Participant."""
    table = columns(moodle_csv(CLASS))
    assert {"Identifier", "Grade", "Last modified (grade)"} <= table.keys()
    assert table["Identifier"] == [f"Participant {mark.student.lms_user_id}" for mark in CLASS]
    assert set(table["Maximum grade"]) == {"25"}  # a grade above it would be passed over


def test_results_are_as_gradescope_describes_them() -> None:
    for mark in GRADED:
        jsonschema.validate(json.loads(json.dumps(results(mark))), RESULTS)


def test_an_answer_counts_0_so_far_only_while_nobody_has_marked_it() -> None:
    waits = replace(GRADED[0], needs_manual_grade=True)
    outputs = [results(replace(waits, unmarked=unmarked))["output"] for unmarked in (True, False)]
    assert ["it counts 0 so far" in output for output in outputs] == [True, False]


def test_a_hidden_check_has_a_name_and_points_and_no_output() -> None:
    tests = [test for mark in GRADED for test in results(mark)["tests"]]
    outputs = {(test["name"].endswith("(hidden)"), bool(test["output"])) for test in tests}
    assert outputs == {(True, False), (False, False), (False, True)}
    shown = {test["name"] for test in results(GRADED[0])["tests"]}
    assert all(any(title in name for name in shown) for title in HIDDEN)


def test_the_time_says_nothing_of_hidden_checks() -> None:
    """While one runs, a student's code knows it, and had set a number in the field."""
    slow = [{**verdict, "duration_s": 9.0} if verdict["hidden"] else verdict for verdict in GRADED[0].verdicts]
    assert slow != GRADED[0].verdicts
    assert results(replace(GRADED[0], verdicts=slow))["execution_time"] == results(GRADED[0])["execution_time"]


def test_each_graded_submission_has_a_file_of_its_own_and_the_same_marks_are_the_same_bytes() -> None:
    content = gradescope_zip(CLASS)
    assert content == gradescope_zip(CLASS)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [f"2-layers/{mark.student.id}/results.json" for mark in GRADED]
        for name, mark in zip(archive.namelist(), GRADED, strict=True):
            assert json.loads(archive.read(name))["score"] == mark.score


def test_the_json_holds_every_verdict() -> None:
    for record, mark in zip(json.loads(verdicts_json(CLASS))["marks"], CLASS, strict=True):
        assert (record["student"]["id"], record["score"]) == (mark.student.id, mark.score)
        assert len(record["verdicts"]) == len(mark.verdicts)


def test_excel_is_told_that_each_table_is_utf_8() -> None:
    for text in (plain_csv(CLASS), canvas_csv(CLASS), moodle_csv(CLASS)):
        assert text.startswith(BOM) and "Παπαδοπούλου" in text
