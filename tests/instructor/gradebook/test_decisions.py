"""Changed points, dropped questions, excused students, more time: shown first, written, and taken back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from autograder.instructor.course.decisions import read_decisions
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.exporting.spreadsheet import csv_rows
from tests.conftest import copy_course, own_copy
from tests.instructor.conftest import (
    ASSIGNMENT,
    ONCE,
    configure,
    everything_in_gradebook,
    follow,
    grade,
    let_earn,
    let_release,
    open_gradebook,
    points,
    tree,
)
from tests.test_cli import here, refused

MAP = "Linear.affine_map"
ROSTER = """id,first name,last name,e-mail,section
ada,Ada,Lovelace,ada@example.org,Tuesday
grace,Grace,Hopper,grace@example.org,Friday
007,José,"O'Brien-Núñez",jose@example.org,Friday
"""
DUE = """assignment,due,time zone
1-approximation,2026-10-23 12:00,Europe/Berlin
2-layers,2026-11-05 12:00,Europe/Berlin
3-dropout,2026-11-19 12:00,Europe/Berlin
"""
RULE = "c.LatePenalty.grace_minutes, c.LatePenalty.percent_per_day, c.LatePenalty.max_percent = 15, 10, 50\n"


def totals(folder: Path) -> dict[str, tuple[float, float]]:
    with open_gradebook(folder) as gradebook:
        return {work.student.id: (work.score, work.max_score) for work in gradebook.assignment_submissions(ASSIGNMENT)}


def written(folder: Path) -> dict[str, bytes]:
    """Return graded work and decisions."""
    return {name: content for name, content in tree(folder).items() if name.startswith(("autograded", "decisions"))}


@pytest.mark.parametrize(
    "line",
    [
        ("points", ASSIGNMENT, MAP, "3"),
        ("drop", ASSIGNMENT, MAP),
        ("excuse", "right", ASSIGNMENT),
        ("extend", "right", ASSIGNMENT, "+2d"),
    ],
    ids=lambda line: line[0],
)
def test_decision_is_shown_first_and_can_be_taken_back(line: tuple[str, ...], folder: Path) -> None:
    before, gradebook = written(folder), everything_in_gradebook(folder)
    status, printed, _ = here(folder, *line, "--dry-run")
    assert (status, printed.splitlines()[-1]) == (0, "nothing was written")
    assert "add --yes to write, or --dry-run to look" in refused(folder, *line)
    assert (written(folder), everything_in_gradebook(folder)) == (before, gradebook)
    assert here(folder, *line, "--yes")[1].endswith("Written. The same command with --undo takes it back.\n")
    assert written(folder) != before
    assert here(folder, *line, "--yes")[1] == "nothing to do: this decision is already recorded\n"
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
def test_changed_points_count_at_once_and_at_the_next_grading(folder: Path) -> None:
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


def test_dropped_questions_give_their_points_to_all(folder: Path) -> None:
    for question, expected in (("Linear", [20, 20, 4, 18]), ("written", [25, 23, 5, 22]), (MAP, [20, 19, 1, 18])):
        assert here(folder, "drop", ASSIGNMENT, question, "--yes")[0] == 0
        assert [totals(folder)[student][0] for student in ONCE] == expected
        assert here(folder, "drop", ASSIGNMENT, question, "--yes", "--undo")[0] == 0
    here(folder, "drop", ASSIGNMENT, "Linear", "--yes")
    here(folder, "feedback", ASSIGNMENT)
    page = CourseFolder(folder).feedback("empty", ASSIGNMENT).read_text(encoding="utf-8")
    assert "everybody who handed in has its points" in page


def test_excused_student_is_in_no_list_of_the_report_and_ex_in_canvas(folder: Path) -> None:
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
        (f"points {ASSIGNMENT} {MAP}", "say how many points"),
        (f"points {ASSIGNMENT} poetry 2", "no check is called 'poetry'"),
        (f"drop {ASSIGNMENT} poetry", "no check is called 'poetry'"),
        ("drop 7-poetry Linear", "there is no assignment '7-poetry'"),
        (f"excuse nobody {ASSIGNMENT}", "nobody in the roster is 'nobody'"),
        ("extend gracy all +2d", "nobody in the roster is 'gracy'"),
        ("extend right poetry +2d", "there is no assignment 'poetry': there are 1-approximation, 2-layers"),
        ("extend right 2-layers soon", "'soon' is not an extension: write a new date such as 2026-11-08 23:59, +48h"),
        (
            "extend right 2-layers",
            "say how much more time: a new date such as 2026-11-08 23:59, +48h or +2d; or --undo",
        ),
        ("extend right all 2026-11-08T23:59", "one date cannot be an extension for all of the term"),
    ],
)
def test_impossible_decision_is_refused_in_one_line(line: str, reason: str, graded_small_class: Path) -> None:
    assert reason in refused(graded_small_class, *line.split(), "--yes")
    assert not (graded_small_class / "decisions.csv").exists()


def test_written_question_that_an_assignment_has_not_is_refused(folder: Path) -> None:
    released = CourseFolder(folder).released(ASSIGNMENT)
    notebook = json.loads(released.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    released.write_text(json.dumps(notebook), encoding="utf-8")
    assert f"{ASSIGNMENT} has no written question" in refused(folder, "drop", ASSIGNMENT, "written", "--yes")


# More time


@pytest.fixture(scope="module")
def late_class(new_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of which two earned 20 points for 2-layers, 47 hours after it was due. Read it only."""
    root = copy_course(new_course, tmp_path_factory.mktemp("extensions") / "course")
    (root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (root / "due_dates.csv").write_text(DUE)
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text().replace(f"# {RULE}", RULE))  # a new course's file has it as a comment
    follow(root)
    for assignment in ("1-approximation", "2-layers", "3-dropout"):
        let_release(root, assignment, check=20)
    for student in ("ada", "grace"):
        let_earn(root, student, ASSIGNMENT, datetime(2026, 11, 7, 10, tzinfo=UTC), check=20)
    return root


term = own_copy("late_class")


def extend(root: Path, *line: str) -> str:
    """Give more time, and return what was printed."""
    status, printed, error = here(root, "extend", *line, "--yes")
    assert status == 0, error
    return printed


def extensions(root: Path) -> dict[str, Any]:
    with open_gradebook(root) as gradebook:
        return {work.student.id: work.extension for work in gradebook.assignment_submissions(ASSIGNMENT)}


def marks(root: Path) -> dict[str, float]:
    """Return each student's points for 2-layers, after penalties."""
    with open_gradebook(root) as gradebook:
        works = gradebook.assignment_submissions(ASSIGNMENT)
        return {work.student.id: work.score - work.late_submission_penalty for work in works}


def test_extension_is_shown_first_written_and_taken_back(term: Path) -> None:
    assert marks(term) == {"ada": 16, "grace": 16}
    before = everything_in_gradebook(term)
    assert here(term, "extend", "Ada Lovelace", "2-layers", "+2d", "--dry-run")[1].splitlines() == [
        "2-layers: ada Ada Lovelace due later: +2d",
        "ada Ada Lovelace, 2-layers: until 2026-11-05 12:00 → 2026-11-07 12:00; 16 → 20 points",
        "1 due date and 1 mark change",
        "nothing was written",
    ]
    extend(term, "ada", "2-layers", "+2d")
    extend(term, "grace@example.org", "2-layers", "+2d")
    assert "2026-11-07 12:00 → 2026-11-06 12:00; 20 → 18" in extend(term, "grace", "2-layers", "+24h")
    assert (marks(term), extensions(term)) == ({"ada": 20, "grace": 18}, {"ada": timedelta(2), "grace": timedelta(1)})
    extend(term, "ada", "2-layers", "+2d", "--undo")
    extend(term, "grace", "2-layers", "--undo")
    assert (everything_in_gradebook(term), read_decisions(term / "decisions.csv")) == (before, ())
    assert extend(term, "ada", "2-layers", "--undo") == "nothing to undo\n"


def test_extension_can_be_for_the_whole_term(term: Path) -> None:
    assert extend(term, "007", "all", "+7d").splitlines()[:-1] == [
        "all: 007 José O'Brien-Núñez due later: +7d",
        "007 José O'Brien-Núñez, 1-approximation: until 2026-10-23 12:00 → 2026-10-30 12:00",
        "007 José O'Brien-Núñez, 2-layers: until 2026-11-05 12:00 → 2026-11-12 12:00",
        "007 José O'Brien-Núñez, 3-dropout: until 2026-11-19 12:00 → 2026-11-26 12:00",
        "3 due dates and 0 marks change",
    ]


def test_extension_of_a_section_is_also_its_new_students(term: Path) -> None:
    extend(term, "Friday", "2-layers", "2026-11-07 12:00")
    assert marks(term) == {"ada": 16, "grace": 20}
    (term / "roster.csv").write_text(ROSTER.replace("Tuesday", "Friday"), encoding="utf-8")
    follow(term)
    assert marks(term) == {"ada": 20, "grace": 20}


@pytest.mark.parametrize(("student", "mark"), [("ada", 20), ("", 16)], ids=["given", "undone"])
def test_command_killed_after_the_table_was_written_is_finished_by_the_same_command(
    student: str, mark: float, term: Path
) -> None:
    if not student:
        extend(term, "ada", "2-layers", "+2d")
    line = f"2-layers,extended,{student},+2d\n" if student else ""
    (term / "decisions.csv").write_text(f"assignment,decision,student,extension\n{line}")
    extend(term, "ada", "2-layers", "+2d", *([] if student else ["--undo"]))
    assert marks(term) == {"ada": mark, "grace": 16}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("halved,,", "'halved', '0' is not a decision"),
        ("extended,ada,x1.5", "'x1.5' is not an extension: write a new date such as"),
    ],
)
def test_broken_table_is_refused_by_every_command_and_changes_no_mark(line: str, reason: str, term: Path) -> None:
    (term / "decisions.csv").write_text(f"assignment,decision,student,extension\n2-layers,{line}\n")
    for command in (("extend", "ada", "2-layers", "--undo", "--yes"), ("excuse", "ada", "2-layers", "--yes")):
        assert f"decisions.csv, line 2: {reason}" in refused(term, *command)
    assert marks(term) == {"ada": 16, "grace": 16}


def test_due_date_of_the_gradebook_alone_counts_too(term: Path) -> None:
    (term / "due_dates.csv").write_text(DUE.replace("2026-11-05 12:00,Europe/Berlin", ",Europe/Berlin"))
    follow(term)
    assert marks(term) == {"ada": 20, "grace": 20}  # a date that is deleted is none any more
    with open_gradebook(term) as gradebook:
        gradebook.find_assignment(ASSIGNMENT).duedate = datetime(2026, 11, 5, 11)
        gradebook.db.commit()
    follow(term)
    assert marks(term) == {"ada": 16, "grace": 16}
    assert "16 → 20 points" in extend(term, "ada", "2-layers", "+2d")
    assert (extensions(term)["ada"], marks(term)["ada"]) == (timedelta(2), 20)


def test_page_of_a_student_has_the_dates(term: Path) -> None:
    """Ada and Grace handed in two days late, Ada with an extension."""
    configure(term, "LatePenalty", free_days=1)
    configure(term, "CourseDirectory", course_id="default_course")  # as `let_release` has it
    extend(term, "ada", ASSIGNMENT, "+2d")
    assert here(term, "feedback", ASSIGNMENT)[::2] == (0, "")
    ada, grace = (CourseFolder(term).feedback(student, ASSIGNMENT).read_text() for student in ("ada", "grace"))
    due, came_then = "Due Thursday, 5 November 2026, 12:00 (CET).", "Handed in Saturday, 7 November 2026, 11:00 (CET)"
    more = "You were given more time: until Saturday, 7 November 2026, 12:00 (CET)."
    assert f"{due} {more} {came_then}, by a claimed time: in time." in ada
    assert f"{due} {came_then}, by a claimed time: 1 d 23 h late." in grace
    assert "Late days begun: 2. Covered by the free ones of the term: 1." in grace
    assert "<strong>18 of 20 points</strong>" in grace and "Late, by a claimed time: 2 points taken off" in grace
    assert "Each day begun costs 10 % of the points, 50 % at most: 1 here." in grace
