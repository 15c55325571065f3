"""Changed points, dropped questions, excused students: shown first, written, and taken back."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.instructor.course.decisions import read_decisions
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.exporting.spreadsheet import csv_rows
from tests.instructor.conftest import (
    ASSIGNMENT,
    ONCE,
    configure,
    everything_in_gradebook,
    grade,
    let_come,
    open_gradebook,
    points,
    tree,
)
from tests.test_cli import here, refused

MAP = "Linear.affine_map"


def totals(folder: Path) -> dict[str, tuple[float, float]]:
    with open_gradebook(folder) as gradebook:
        return {work.student.id: (work.score, work.max_score) for work in gradebook.assignment_submissions(ASSIGNMENT)}


def written(folder: Path) -> dict[str, bytes]:
    """Return graded work and decisions."""
    return {name: content for name, content in tree(folder).items() if name.startswith(("autograded", "decisions"))}


@pytest.mark.parametrize(
    "line",
    [("points", ASSIGNMENT, MAP, "3"), ("drop", ASSIGNMENT, MAP), ("excuse", "right", ASSIGNMENT)],
    ids=["points", "drop", "excuse"],
)
def test_a_decision_is_shown_first_and_can_be_taken_back(line: tuple[str, ...], folder: Path) -> None:
    before, gradebook = written(folder), everything_in_gradebook(folder)
    status, printed, _ = here(folder, *line, "--dry-run")
    assert (status, printed.splitlines()[-1]) == (0, "nothing was written")
    assert "add --yes to write, or --dry-run to look" in refused(folder, *line)
    assert (written(folder), everything_in_gradebook(folder)) == (before, gradebook)
    assert here(folder, *line, "--yes")[1].endswith("Written. The same command with --undo takes it back.\n")
    assert written(folder) != before
    assert here(folder, *line, "--yes")[1] == "it is decided so already\n"
    undo = line[:3] if line[0] == "points" else line
    undone = here(folder, *undo, "--undo", "--yes")[1]
    assert undone.endswith("Taken back.\n")
    assert line[0] != "points" or f"undo: {ASSIGNMENT}: {MAP} counts 1 point in this course\n" in undone
    assert read_decisions(folder / "decisions.csv") == ()
    (folder / "decisions.csv").unlink()
    assert everything_in_gradebook(folder) == gradebook
    assert written(folder) == before


@pytest.mark.deep
@pytest.mark.long("grades a class anew")
def test_other_points_count_at_once_and_at_the_next_grading_and_a_mark_is_still_explained(folder: Path) -> None:
    _, printed, _ = here(folder, "points", ASSIGNMENT, MAP, "3", "--yes")
    assert "2-layers: Linear.affine_map counts 3 points in this course" in printed
    assert "right, 2-layers: 20 → 22 points\n1 mark changes\n" in printed
    assert totals(folder) == {student: (score + 2 * (score == 20), 27) for student, score in ONCE.items()}
    status, printed, _ = here(folder, "explain", "right", ASSIGNMENT, MAP)  # as the judge gave it
    assert (status, "decided since: Linear.affine_map counts 3 points in this course" in printed) == (0, True)
    anew = grade(folder, seed=8)
    assert not any(graded.reused for graded in anew.graded)  # at another seed
    assert points(anew) == ONCE | {"right": 22}
    assert totals(folder)["right"] == (22, 27)


def test_a_dropped_check_exercise_or_written_question_gives_its_points_to_all_and_feedback_says_so(
    folder: Path,
) -> None:
    for question, expected in (("Linear", [20, 20, 4, 17]), ("written", [25, 23, 5, 21]), (MAP, [20, 19, 1, 17])):
        assert here(folder, "drop", ASSIGNMENT, question, "--yes")[0] == 0
        assert [totals(folder)[student][0] for student in ONCE] == expected
        assert here(folder, "feedback", ASSIGNMENT)[0] == 0
        page = CourseFolder(folder).feedback("empty", ASSIGNMENT).read_text(encoding="utf-8")
        assert "everybody who handed in has its points" in page
        assert here(folder, "drop", ASSIGNMENT, question, "--yes", "--undo")[0] == 0
        assert [totals(folder)[student][0] for student in ONCE] == [*ONCE.values()]


def test_no_written_question_is_dropped_where_an_assignment_has_none(folder: Path) -> None:
    released = CourseFolder(folder).released(ASSIGNMENT)
    notebook = json.loads(released.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    released.write_text(json.dumps(notebook), encoding="utf-8")
    assert f"{ASSIGNMENT} has no written question" in refused(folder, "drop", ASSIGNMENT, "written", "--yes")


def test_a_decision_is_shown_by_the_marks_with_the_penalty_taken_off(folder: Path) -> None:
    (folder / "due_dates.csv").write_text(f"assignment,due,time zone\n{ASSIGNMENT},2026-11-05 12:00,UTC\n")
    configure(folder, "LatePenalty", percent_per_day=10)
    let_come(folder, "right", datetime(2026, 11, 5, 13, tzinfo=UTC))
    printed = here(folder, "points", ASSIGNMENT, MAP, "3", "--dry-run")[1]
    assert "right, 2-layers: 18 → 19.8 points\n" in printed


def test_an_excused_student_is_in_no_list_of_the_report_and_ex_in_canvas(folder: Path) -> None:
    (folder / "roster.csv").write_text("id,first name,last name\nempty,Siobhán,O'Brien\n", encoding="utf-8")
    status, printed, _ = here(folder, "excuse", "siobhan obrien", ASSIGNMENT, "--yes")
    assert (status, printed.splitlines()[:2]) == (0, ["2-layers: empty Siobhán O'Brien excused", "0 marks change"])
    assert here(folder, "feedback", ASSIGNMENT)[0] == 0
    page = CourseFolder(folder).feedback("empty", ASSIGNMENT).read_text(encoding="utf-8")
    assert "You are excused from this assignment: it does not count." in page and "not been marked yet" not in page
    assert here(folder, "report", ASSIGNMENT)[0] == 0
    numbers = json.loads((folder / "reports" / "2-layers.json").read_text(encoding="utf-8"))
    (assignment,) = numbers["assignments"]
    assert (assignment["excused"], assignment["missing"], assignment["not_graded"]) == (["empty"], [], [])
    assert "empty" not in {entry["student"] for entry in numbers["needs_help"]}
    assert here(folder, "export", ASSIGNMENT, "--format", "canvas")[0] == 0
    rows = csv_rows((folder / "exports" / "2-layers-canvas.csv").read_bytes().decode("utf-8"))
    assert {row[2]: row[-1] for row in rows[2:]}["empty"] == "EX"
    (folder / "given.csv").write_text("Student,ID,SIS User ID,Section,2-layers (1)\nE,1,empty,,3\n")
    here(folder, "export", ASSIGNMENT, "--format", "canvas", "--into", "given.csv")
    assert (folder / "given-filled.csv").read_text().endswith("E,1,empty,,EX\n")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("points", ASSIGNMENT, MAP), "say how many points"),
        (("points", ASSIGNMENT, "poetry", "2"), "no check is called 'poetry'"),
        (("drop", ASSIGNMENT, "poetry"), "no check is called 'poetry'"),
        (("drop", "7-poetry", "Linear"), "there is no assignment '7-poetry'"),
        (("excuse", "nobody", ASSIGNMENT), "nobody in the roster is 'nobody'"),
    ],
)
def test_an_impossible_decision_is_refused_in_one_line(line: tuple[str, ...], reason: str, folder: Path) -> None:
    assert reason in refused(folder, *line, "--yes")
    assert not (folder / "decisions.csv").exists()
    (folder / "decisions.csv").write_text("assignment,decision\n2-layers,halved\n")
    assert "decisions.csv, line 2: 'halved', '0' is not a decision" in refused(folder, "drop", ASSIGNMENT, MAP, "--yes")
