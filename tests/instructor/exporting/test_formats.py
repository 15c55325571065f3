"""Each format beside its public description, and read by others than us."""

from __future__ import annotations

import csv
import inspect
import io
import json
import re
import zipfile
from dataclasses import replace

import jsonschema
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.plugins.export import CsvExportPlugin

from autograder.instructor.course.attempts import CLAIMED, PROVED
from autograder.instructor.exporting import ExportError
from autograder.instructor.exporting.canvas import canvas_csv
from autograder.instructor.exporting.formats import plain_csv, verdicts_json
from autograder.instructor.exporting.gradescope import gradescope_zip, results
from autograder.instructor.exporting.moodle import comment, moodle_csv
from autograder.instructor.exporting.tables import BOM, csv_rows, csv_text, guarded, unguarded
from autograder.instructor.marks import Mark, number
from tests.instructor.exporting.strategies import MARKS, TEXT
from tests.instructor.reports.classes import make_class

CLASS = make_class(40, seed=1)
GRADED = [mark for mark in CLASS if mark.score is not None]
HIDDEN = {verdict["title"] for mark in GRADED for verdict in mark.verdicts if verdict["hidden"]}

# gradescope-autograders.readthedocs.io, Autograder Specifications, Output format
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
RESULTS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["score"],
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": {"enum": ["text", "html", "simple_format", "md", "ansi"]},
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "visibility": VISIBILITY,
                },
            },
        },
    },
}


def by_pandas(text: str) -> pandas.DataFrame:
    """Read a table as somebody else's program does who knows that ids are no numbers."""
    return pandas.read_csv(io.BytesIO(text.encode()), encoding="utf-8-sig", dtype=str, keep_default_na=False)


# Tables


@given(st.lists(st.lists(TEXT, min_size=2, max_size=4), max_size=4))
def test_a_table_is_read_back_as_it_was(rows: list[list[str]]) -> None:
    assert csv_rows(csv_text(rows)) == rows


@given(TEXT)
def test_no_cell_is_taken_for_a_formula_and_each_is_given_back(text: str) -> None:
    assert not re.match(r"[=+@\t\r]|-.", guarded(text), re.DOTALL)
    assert unguarded(guarded(text)) == text


@given(st.lists(TEXT, unique=True))
def test_no_two_texts_are_guarded_alike(texts: list[str]) -> None:
    assert len({guarded(text) for text in texts}) == len(texts)


# CSV


@given(MARKS)
def test_ids_with_leading_zeros_names_and_marks_come_back_from_the_csv(marks: list[Mark]) -> None:
    head, *rows = csv_rows(plain_csv(marks))
    found = [dict(zip(head, row, strict=True)) for row in rows]
    for row, mark in zip(found, marks, strict=True):
        student = mark.student
        assert (row["student_id"], row["first_name"], row["last_name"]) == (
            student.id,
            student.first_name,
            student.last_name,
        )
        assert (row["email"], row["lms_user_id"]) == (student.email, student.lms_user_id)
        assert row["score"] == ("" if mark.score is None else repr(mark.score))


def test_pandas_reads_it_with_a_row_for_each_mark() -> None:
    table = by_pandas(plain_csv(CLASS))
    assert table.student_id.tolist() == [mark.student.id for mark in CLASS]
    assert table.student_id.iloc[0] == "0000"
    assert table.last_name.tolist() == [mark.student.last_name for mark in CLASS]
    assert set(table.late) == {"yes", "no"}


def test_its_columns_begin_as_those_of_nbgraders_own_export() -> None:
    source = inspect.getsource(CsvExportPlugin.export)
    theirs = re.findall(r'"(\w+)"', source.partition("keys = [")[2].partition("]")[0])
    assert csv_rows(plain_csv(CLASS))[0][: len(theirs)] == theirs


def test_the_late_penalty_is_in_the_exported_mark() -> None:
    late = next(mark for mark in GRADED if mark.penalty and mark.raw_score and mark.raw_score > mark.penalty)
    assert late.raw_score is not None
    for table, column in ((plain_csv, "score"), (canvas_csv, "2-layers"), (moodle_csv, "Grade")):
        (value,) = by_pandas(table([late]))[column].tolist()[-1:]
        assert float(value) == late.raw_score - late.penalty
    assert results(late)["score"] == late.raw_score - late.penalty
    assert replace(late, raw_score=1.0).score == 0


def test_a_time_says_whether_it_is_proved_or_claimed() -> None:
    late = next(mark for mark in GRADED if mark.penalty)
    unknown = replace(late, submitted_at=None, standing="")
    three = [replace(late, standing=PROVED), replace(late, standing=CLAIMED), unknown]
    assert by_pandas(plain_csv(three)).time.tolist() == ["proved", "claimed", ""]
    assert [one["time"] for one in json.loads(verdicts_json(three))["marks"]] == ["proved", "claimed", None]
    said = [results(mark)["output"].splitlines()[-1] for mark in three]
    assert said == [
        "Late: 2 points taken off.",
        "Late, by a claimed time: 2 points taken off.",
        "Late: 2 points taken off.",
    ]
    assert ["by a claimed time" in comment(mark) for mark in three] == [False, True, False]


# Canvas


def test_canvas_finds_its_header_and_the_points_possible() -> None:
    """As lib/gradebook_importer.rb reads it: row_has_student_headers?, update_column_count, process_pp."""
    head, worth, *people = csv.reader(io.StringIO(canvas_csv(CLASS), newline=""))
    assert "Student" in head[0]
    assert head[1] == "ID"
    assert re.match(r"SIS\s+User\s+ID", head[2])
    assert re.match(r"SIS\s+Login\s+ID", head[3])
    assert "Section" in head[4]
    assert head[5:] == ["2-layers"]
    assert "Points Possible" in worth[0]
    assert worth[5] == "25"
    assert len(people) == len(CLASS)
    assert {len(row) for row in people} == {6}


def test_canvas_gets_a_column_for_each_assignment_and_an_empty_cell_for_no_mark() -> None:
    marks = make_class(40, 1, ("2-layers", "3-dropout"))
    table = by_pandas(canvas_csv(marks))
    for assignment in ("2-layers", "3-dropout"):
        mine = [mark for mark in marks if mark.assignment == assignment]
        assert table[assignment].tolist()[1:] == ["" if m.score is None else number(m.score) for m in mine]
    assert "" in table["2-layers"].tolist()


@given(MARKS)
def test_canvas_ids_and_names_are_read_back(marks: list[Mark]) -> None:
    rows = csv_rows(canvas_csv(marks))[2:]
    assert [(row[0], row[1], row[2]) for row in rows] == [
        (mark.student.sortable_name, mark.student.lms_user_id, mark.student.id) for mark in marks
    ]


# Moodle


def test_moodle_finds_the_columns_that_it_looks_for() -> None:
    """As mod/assign/feedback/offline/importgradeslib.php reads it; the number follows the word Participant."""
    table = by_pandas(moodle_csv(CLASS))
    assert {"Identifier", "Grade", "Last modified (grade)", "Feedback comments"} <= set(table.columns)
    for identifier, mark in zip(table.Identifier, CLASS, strict=True):
        assert identifier.removeprefix("Participant ") == mark.student.lms_user_id
    assert all(
        float(grade) <= float(most) for grade, most in zip(table.Grade, table["Maximum grade"], strict=True) if grade
    )


def test_moodle_takes_one_assignment_at_a_time() -> None:
    with pytest.raises(ExportError, match="name one"):
        moodle_csv(make_class(3, 0, ("2-layers", "3-dropout")))


def test_a_comment_tells_hidden_checks_by_title_and_nothing_that_they_saw() -> None:
    for mark in GRADED:
        said = comment(mark)
        assert "observed" not in said
        assert "<" not in said
        assert f"{number(mark.penalty)} points taken off" in said or not mark.penalty


# Gradescope


def test_results_are_as_gradescope_describes_them() -> None:
    for mark in GRADED:
        jsonschema.validate(json.loads(json.dumps(results(mark))), RESULTS)


def test_a_hidden_check_has_a_name_and_points_and_no_output() -> None:
    outputs = {
        (test["name"].endswith("(hidden)"), bool(test["output"])) for m in GRADED for test in results(m)["tests"]
    }
    assert outputs == {(True, False), (False, False), (False, True)}
    shown = {test["name"] for test in results(GRADED[0])["tests"]}
    assert all(any(title in name for name in shown) for title in HIDDEN)


def test_each_graded_submission_has_a_file_of_its_own_and_the_same_marks_are_the_same_bytes() -> None:
    content = gradescope_zip(CLASS)
    assert content == gradescope_zip(CLASS)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [f"2-layers/{mark.student.id}/results.json" for mark in GRADED]
        for name, mark in zip(archive.namelist(), GRADED, strict=True):
            assert json.loads(archive.read(name))["score"] == mark.score


# JSON


def test_the_json_holds_every_verdict() -> None:
    found = json.loads(verdicts_json(CLASS))["marks"]
    assert [one["student"]["id"] for one in found] == [mark.student.id for mark in CLASS]
    assert [len(one["verdicts"]) for one in found] == [len(mark.verdicts) for mark in CLASS]
    assert [one["score"] for one in found] == [mark.score for mark in CLASS]


@pytest.mark.parametrize("table", [plain_csv, canvas_csv, moodle_csv])
def test_excel_is_told_that_it_is_utf_8(table: object) -> None:
    text = table(CLASS)  # type: ignore[operator]
    assert text.startswith(BOM)
    assert "Παπαδοπούλου" in text
