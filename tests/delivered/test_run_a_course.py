"""A term from an empty folder to exported marks: the commands of *Run a course*, typed in the order of the page."""

import zipfile
from pathlib import Path

import pytest

from sample_class.expected import WrongMarks, check_marks, check_penalties, expected_marks, expected_percent, rows_of
from sample_class.learning_systems import ASSIGNMENT
from sample_class.students import students
from sample_class.term import REPAIR, blocks, play
from tests.conftest import made_once
from tests.instructor.conftest import open_gradebook

SIZE = 12


# The first test waits for the fixture of all: a release, and then a whole term.
pytestmark = [pytest.mark.deep, pytest.mark.long("a term is played"), pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory, released: Path) -> Path:
    """The folder of a term that was played: downloads, and the course in `my-course`.

    A release is waited for, so that the term need not compute a second time what both keep in one cache.
    """

    def make(folder: Path) -> None:
        lines = play(folder / "term", SIZE)
        (folder / "term" / "summary").write_text("\n".join(lines), encoding="utf-8")

    return made_once("term", tmp_path_factory, make) / "term"


@pytest.fixture(scope="module")
def course(term: Path) -> Path:
    return term / "my-course"


def test_the_guide_is_played_to_its_end(term: Path) -> None:
    """Each command ended well, or this folder would not be there."""
    assert len(blocks()) > 10
    assert f"{SIZE} students" in (term / "summary").read_text(encoding="utf-8")


def test_all_that_was_handed_in_is_in_the_gradebook(course: Path) -> None:
    with open_gradebook(course) as gradebook:
        submitted = {work.student.id: work for work in gradebook.assignment_submissions(ASSIGNMENT)}
        assert {student.id for student in gradebook.students} == {student.id for student in students(SIZE)}
        by_hand = [work for work in submitted.values() if work.written_score]
        late = [work for work in submitted.values() if work.late_submission_penalty]
        waiting = [student for student, work in submitted.items() if work.needs_manual_grade]
    assert "ada" in submitted and "00003" in submitted
    assert len(by_hand) > 2
    assert waiting == []
    assert late


def test_a_check_that_is_repaired_after_marking_leaves_nobody_with_an_unmarked_answer(course: Path) -> None:
    pages = [path.read_text(encoding="utf-8") for path in (course / "feedback").glob(f"*/{ASSIGNMENT}/*.html")]
    assert len(pages) > 5
    assert any(REPAIR[1] in page for page in pages)
    assert not [page for page in pages if "not been marked yet" in page or "not marked yet" in page]


def test_extensions_penalties_and_marks_after_a_dropped_question_are_as_the_term_calculates_them(
    term: Path, course: Path
) -> None:
    percent = expected_percent(course, term / "grading-worksheet.csv", students(SIZE))
    assert check_marks(course, percent) == len(expected_marks(course, percent)) > 5
    extensions, late = check_penalties(course, percent)
    assert (extensions, late > 0) == (12, True)
    with open_gradebook(course) as gradebook:
        submitted = gradebook.assignment_submissions(ASSIGNMENT)
        extended = {work.student.id for work in submitted if work.extension}
        assert extended == {work.student.id for work in submitted} & {student.id for student in students(SIZE)}
    with pytest.raises(WrongMarks, match="points by lateness, and not"):
        check_penalties(course, {})  # as if nothing had come late
    with pytest.raises(WrongMarks, match="Canvas is told"):
        check_marks(course, {})


def test_a_dozen_requests_are_answered(course: Path) -> None:
    answers = (course / "reports" / "requests.md").read_text(encoding="utf-8")
    assert (answers.count("*Answer:*"), answers.count("CLAIMED")) == (12, 0)


def test_marks_arrive_in_the_files_of_canvas_and_moodle_beside_the_right_names(term: Path, course: Path) -> None:
    with open_gradebook(course) as gradebook:
        marks = {
            work.student.id: work.score - work.late_submission_penalty
            for work in gradebook.assignment_submissions(ASSIGNMENT)
            if not work.needs_manual_grade  # the guide's export leaves these blank
        }
    assert marks
    canvas = rows_of(term / "canvas-gradebook-filled.csv")
    filled = {row["SIS User ID"]: row[f"{ASSIGNMENT} (71828)"] for row in canvas if row["SIS User ID"]}
    assert {student: float(mark) for student, mark in filled.items() if mark} == pytest.approx(marks)
    moodle = rows_of(term / "grading-worksheet-filled.csv")
    names = {student.name: student.id for student in students(SIZE)}
    assert {names[row["Full name"]]: float(row["Grade"]) for row in moodle if row["Grade"]} == pytest.approx(marks)


def test_each_student_has_a_page_under_a_name_that_the_learning_system_takes_back(course: Path) -> None:
    with zipfile.ZipFile(course / "feedback" / f"{ASSIGNMENT}.zip") as archive:
        names = archive.namelist()
    assert len(names) == len(list((course / "submitted").glob(f"*/{ASSIGNMENT}/{ASSIGNMENT}.ipynb")))
    assert any("_1000_" in name for name in names)  # Canvas's number of ada
    assert any("assignsubmission_file" in name for name in names)
