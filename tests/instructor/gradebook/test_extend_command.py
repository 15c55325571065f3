"""More time for some, in nbgrader's own gradebook: shown first, written, followed by every grading, and taken back."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.instructor.course.decisions import read_decisions
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.init import make_course_folder
from tests.conftest import own_copy
from tests.instructor.conftest import (
    ASSIGNMENT,
    follow,
    grade,
    hand_in,
    let_earn,
    let_release,
    open_gradebook,
    submitted,
)
from tests.test_cli import here, refused

ROSTER = """id,first name,last name,e-mail
ada,Ada,Lovelace,ada@example.org
grace,Grace,Hopper,grace@example.org
007,José,"O'Brien-Núñez",jose@example.org
"""
DUE = """assignment,due,time zone
1-approximation,2026-10-23 12:00,Europe/Berlin
2-layers,2026-11-05 12:00,Europe/Berlin
3-dropout,2026-11-19 12:00,Europe/Berlin
"""
RULE = "c.LatePenalty.grace_minutes, c.LatePenalty.percent_per_day, c.LatePenalty.max_percent = 15, 10, 50\n"


def begin_term(root: Path, rule: str) -> None:
    (root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (root / "due_dates.csv").write_text(DUE)
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text().replace(f"# {RULE}", rule))  # a new course's file has it as a comment


@pytest.fixture(scope="session")
def empty_term(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with a class, dates, a rule for late work and three assignments. Read it only."""
    root = tmp_path_factory.mktemp("extensions") / "course"
    make_course_folder(root)
    begin_term(root, RULE)
    follow(root)
    for assignment in ("1-approximation", "2-layers", "3-dropout"):
        let_release(root, assignment, check=20)
    follow(root)
    return root


term = own_copy("empty_term")


def come_late(root: Path, *students: str) -> None:
    """Let students have earned 20 points for 2-layers with work that came 47 hours after it was due."""
    for student in students:
        let_earn(root, student, "2-layers", datetime(2026, 11, 7, 10, tzinfo=UTC), check=20)


def extend(root: Path, *line: str) -> str:
    """Give more time, and return what was printed."""
    status, printed, error = here(root, "extend", *line, "--yes")
    assert status == 0, error
    return printed


def extensions(root: Path) -> dict[tuple[str, str], timedelta]:
    with open_gradebook(root) as gradebook:
        works = [work for assignment in gradebook.assignments for work in assignment.submissions]
        return {(work.student.id, work.assignment.name): work.extension for work in works if work.extension}


def marks(root: Path) -> dict[str, float]:
    """Return each student's points for 2-layers, after penalties."""
    with open_gradebook(root) as gradebook:
        works = gradebook.assignment_submissions("2-layers")
        return {work.student.id: work.score - work.late_submission_penalty for work in works}


def everything(root: Path) -> object:
    return extensions(root), marks(root), read_decisions(root / "decisions.csv")


def test_an_extension_is_shown_first_written_and_taken_back(term: Path) -> None:
    come_late(term, "ada", "grace")
    before = everything(term)
    assert marks(term) == {"ada": 16, "grace": 16}
    status, printed, _ = here(term, "extend", "Ada Lovelace", "2-layers", "+2d", "--dry-run")
    assert status == 0
    assert printed.splitlines() == [
        "2-layers: ada Ada Lovelace due later: +2d",
        "ada Ada Lovelace, 2-layers: until 2026-11-05 12:00 → 2026-11-07 12:00; 16 → 20 points",
        "1 due date and 1 mark change",
        "nothing was written",
    ]
    assert "add --yes to write, or --dry-run to look" in refused(term, "extend", "ada", "2-layers", "+2d")
    assert everything(term) == before
    assert extend(term, "ada", "2-layers", "+2d").endswith("Written. The same command with --undo takes it back.\n")
    extend(term, "grace@example.org", "2-layers", "+24h")
    assert marks(term) == {"ada": 20, "grace": 18}
    assert extensions(term) == {("ada", "2-layers"): timedelta(2), ("grace", "2-layers"): timedelta(1)}
    assert extend(term, "ada", "2-layers", "+2d") == "it is decided so already\n"
    assert extend(term, "ada", "2-layers", "+2d", "--undo").endswith("Taken back.\n")
    assert extend(term, "grace", "2-layers", "--undo").endswith("Taken back.\n")
    assert everything(term) == before
    assert extend(term, "ada", "2-layers", "--undo") == "nothing to undo\n"


def test_an_extension_can_be_for_the_whole_term(term: Path) -> None:
    assert extend(term, "007", "all", "+7d").splitlines()[:-1] == [
        "all: 007 José O'Brien-Núñez due later: +7d",
        "007 José O'Brien-Núñez, 1-approximation: until 2026-10-23 12:00 → 2026-10-30 12:00",
        "007 José O'Brien-Núñez, 2-layers: until 2026-11-05 12:00 → 2026-11-12 12:00",
        "007 José O'Brien-Núñez, 3-dropout: until 2026-11-19 12:00 → 2026-11-26 12:00",
        "3 due dates and 0 marks change",
    ]


def test_a_new_extension_takes_the_place_of_the_last_for_the_same_work(term: Path) -> None:
    come_late(term, "ada")
    extend(term, "ada", "2-layers", "+2d")
    printed = extend(term, "ada", "2-layers", "+1d")
    assert "ada Ada Lovelace, 2-layers: until 2026-11-07 12:00 → 2026-11-06 12:00; 20 → 18 points" in printed
    assert (extensions(term), marks(term)) == ({("ada", "2-layers"): timedelta(1)}, {"ada": 18})


def test_a_section_can_have_a_date_of_its_own_which_a_student_who_joins_it_has_too(term: Path) -> None:
    come_late(term, "ada", "grace")
    head, *students = ROSTER.splitlines()
    sections = ["section", "Tuesday", "Friday", "Friday"]
    roster = [f"{line},{section}" for line, section in zip([head, *students], sections, strict=True)]
    (term / "roster.csv").write_text("\n".join(roster), encoding="utf-8")
    extend(term, "Friday", "2-layers", "2026-11-07 12:00")
    printed = extend(term, "grace", "2-layers", "+1d")
    assert "grace Grace Hopper, 2-layers: until 2026-11-07 12:00 → 2026-11-08 12:00" in printed
    assert marks(term) == {"ada": 16, "grace": 20}
    (term / "roster.csv").write_text("\n".join(roster).replace("Tuesday", "Friday"), encoding="utf-8")
    follow(term)
    assert marks(term) == {"ada": 20, "grace": 20}


@pytest.mark.parametrize("undo", [(), ("--undo",)])
def test_killed_after_the_table_was_written_the_same_command_goes_on(undo: tuple[str, ...], term: Path) -> None:
    come_late(term, "ada")
    if undo:
        extend(term, "ada", "2-layers", "+2d")
    shutil.copy(term / "gradebook.db", term / "before.db")
    extend(term, "ada", "2-layers", "+2d", *undo)
    whole = everything(term)
    shutil.copy(term / "before.db", term / "gradebook.db")
    extend(term, "ada", "2-layers", "+2d", *undo)
    assert everything(term) == whole


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("gracy", "all", "+2d"), "nobody in the roster is 'gracy'"),
        (("ada", "poetry", "+2d"), "there is no assignment 'poetry': there are 1-approximation, 2-layers"),
        (("ada", "2-layers", "soon"), "'soon' is not an extension: write a new date such as 2026-11-08 23:59, +48h"),
        (("ada", "2-layers"), "say how much more time: a new date such as 2026-11-08 23:59, +48h or +2d; or --undo"),
        (("ada", "all", "2026-11-08 23:59"), "one date cannot be an extension for all of the term"),
    ],
)
def test_a_wrong_word_is_named_with_the_way_out(line: tuple[str, ...], reason: str, term: Path) -> None:
    assert reason in refused(term, "extend", *line, "--yes")
    assert not (term / "decisions.csv").exists()


def test_a_line_that_is_no_extension_is_refused_and_changes_no_mark(term: Path) -> None:
    come_late(term, "ada")
    before = marks(term)
    (term / "decisions.csv").write_text("assignment,decision,student,extension\n2-layers,extended,ada,x1.5\n")
    for line in (("extend", "ada", "2-layers", "--undo", "--yes"), ("excuse", "ada", "2-layers", "--yes")):
        assert "decisions.csv, line 2: 'x1.5' is not an extension: write a new date such as" in refused(term, *line)
    assert marks(term) == before


def test_a_due_date_that_the_gradebook_alone_has_counts_too(term: Path) -> None:
    come_late(term, "ada")
    due = term / "due_dates.csv"
    due.write_text(due.read_text().replace("2026-11-05 12:00,Europe/Berlin", ",Europe/Berlin"))
    follow(term)
    assert marks(term) == {"ada": 20}  # a date that is deleted is none any more
    with open_gradebook(term) as gradebook:
        gradebook.find_assignment(ASSIGNMENT).duedate = datetime(2026, 11, 5, 11)
        gradebook.db.commit()
    follow(term)
    assert marks(term) == {"ada": 16}
    assert "16 → 20 points" in extend(term, "ada", "2-layers", "+2d")
    assert (extensions(term), marks(term)) == ({("ada", "2-layers"): timedelta(2)}, {"ada": 20})


@pytest.mark.deep
@pytest.mark.long("grades a class")
def test_the_student_knows_the_dates(course_folder: Path) -> None:
    """Ada and Grace hand in a day and a half late, Ada with an extension."""
    begin_term(course_folder, RULE + "c.LatePenalty.free_days = 1\n")
    hand_in(course_folder, ada="ada", grace="ada")
    for student in ("ada", "grace"):
        submitted(course_folder, student, "timestamp.txt").write_text("2026-11-06 23:00:00 UTC")
    extend(course_folder, "ada", ASSIGNMENT, "+2d")
    assert not grade(course_folder).ungraded
    with open_gradebook(course_folder) as gradebook:
        works = gradebook.assignment_submissions(ASSIGNMENT)
        assert {work.student.id: work.late_submission_penalty for work in works} == {"ada": 0, "grace": 2}
    for command in (("feedback", ASSIGNMENT), ("report", ASSIGNMENT), ("export", ASSIGNMENT, "--format", "csv")):
        assert here(course_folder, *command)[0] == 0
    due, came_then = "Due Thursday, 5 November 2026, 12:00 (CET).", "Handed in Saturday, 7 November 2026, 00:00 (CET)"
    folder = CourseFolder(course_folder)
    ada, grace = (folder.feedback(student, ASSIGNMENT).read_text() for student in ("ada", "grace"))
    more = "You were given more time: until Saturday, 7 November 2026, 12:00 (CET)."
    assert f"{due} {more} {came_then}, by a claimed time: in time." in ada
    assert f"{due} {came_then}, by a claimed time: 1 d 12 h late." in grace
    assert "Late days begun: 2. Covered by the free ones of the term: 1." in grace
    assert "Late, by a claimed time: 2 points taken off" in grace
    assert "Each day begun costs 10 % of the points, 50 % at most: 1 here." in grace
