"""More time for some, in nbgrader's own gradebook: shown first, written, followed by every grading, and taken back."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.instructor.course.decisions import extensions_of, read_decisions
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.init import make_course_folder
from autograder.instructor.course.open_matters import open_matters
from autograder.instructor.course.tables import TableError
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
    tree,
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
HEADER = "student,assignment,extension,reason\n"
RULE = "c.LatePenalty.grace_minutes, c.LatePenalty.percent_per_day, c.LatePenalty.max_percent = 15, 10, 50\n"
SECRET = "an operation of the knee"


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


def write(root: Path, *lines: str) -> None:
    (root / "extensions.csv").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


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
    write(term, f"ada,2-layers,+2d,{SECRET}", "grace,2-layers,+24h,", "007,*,+7d,")
    status, printed, _ = here(term, "extend", "--dry-run")
    assert status == 0
    assert printed.splitlines() == [
        "007 José O'Brien-Núñez, 1-approximation: until 2026-10-23 12:00 → 2026-10-30 12:00",
        "007 José O'Brien-Núñez, 2-layers: until 2026-11-05 12:00 → 2026-11-12 12:00",
        "007 José O'Brien-Núñez, 3-dropout: until 2026-11-19 12:00 → 2026-11-26 12:00",
        "ada Ada Lovelace, 2-layers: until 2026-11-05 12:00 → 2026-11-07 12:00; 16 → 20 points",
        "grace Grace Hopper, 2-layers: until 2026-11-05 12:00 → 2026-11-06 12:00; 16 → 18 points",
        "5 due dates and 2 marks change",
        "nothing was written",
    ]
    assert "add --yes to write, or --dry-run to look" in refused(term, "extend")
    assert everything(term) == before
    assert here(term, "extend", "--yes")[1].endswith("Written. The same command with --undo takes it back.\n")
    assert marks(term) == {"ada": 20, "grace": 18}
    assert extensions(term) == {("ada", "2-layers"): timedelta(2), ("grace", "2-layers"): timedelta(1)}
    assert here(term, "extend", "--yes")[1] == "it is decided so already\n"
    assert SECRET not in (term / "decisions.csv").read_text()
    assert here(term, "extend", "--undo", "--yes")[1].endswith("Taken back.\n")
    assert everything(term) == before
    assert here(term, "extend", "--undo", "--yes")[1] == "nothing to undo\n"


def test_a_line_that_goes_takes_the_extension_with_it(term: Path) -> None:
    come_late(term, "ada")
    write(term, "ada,2-layers,+2d,", "grace,*,+1d,", "007,1-approximation,+1d,")
    here(term, "extend", "--yes")
    write(term, "grace,*,+1d,")
    printed = here(term, "extend", "--yes")[1]
    assert "ada Ada Lovelace, 2-layers: until 2026-11-07 12:00 → 2026-11-05 12:00; 20 → 16 points" in printed
    assert (extensions(term), marks(term)) == ({}, {"ada": 16})


def test_a_section_can_have_a_date_of_its_own_which_a_student_who_joins_it_has_too(term: Path) -> None:
    come_late(term, "ada", "grace")
    head, *students = ROSTER.splitlines()
    sections = ["section", "Tuesday", "Friday", "Friday"]
    roster = [f"{line},{section}" for line, section in zip([head, *students], sections, strict=True)]
    (term / "roster.csv").write_text("\n".join(roster), encoding="utf-8")
    write(term, "Friday,2-layers,2026-11-07 12:00,", "grace,2-layers,+1d,")
    printed = here(term, "extend", "--yes")[1]
    assert "grace Grace Hopper, 2-layers: until 2026-11-05 12:00 → 2026-11-08 12:00; 16 → 20 points" in printed
    assert marks(term) == {"ada": 16, "grace": 20}
    (term / "roster.csv").write_text("\n".join(roster).replace("Tuesday", "Friday"), encoding="utf-8")
    follow(term)
    assert marks(term) == {"ada": 20, "grace": 20}


@pytest.mark.parametrize("undo", [(), ("--undo",)])
def test_killed_after_the_table_was_written_the_same_command_goes_on(undo: tuple[str, ...], term: Path) -> None:
    come_late(term, "ada")
    write(term, "ada,2-layers,+2d,")
    if undo:
        here(term, "extend", "--yes")
    shutil.copy(term / "gradebook.db", term / "before.db")
    here(term, "extend", "--yes", *undo)
    whole = everything(term)
    shutil.copy(term / "before.db", term / "gradebook.db")
    here(term, "extend", "--yes", *undo)
    assert everything(term) == whole


def test_a_changed_table_is_a_reminder_until_it_is_in_force(term: Path) -> None:
    folder = CourseFolder(term)
    assert open_matters(folder, []) == []
    write(term, "ada,2-layers,+2d,", "grace,*,+1d,")
    (line,) = open_matters(folder, [])
    assert line == "extensions.csv differs from what is in force: ada, grace. Then: autograder extend"
    here(term, "extend", "--yes")
    assert open_matters(folder, []) == []
    write(term, "ada,2-layers,+3d,", "grace,*,+1d,")
    assert ": ada." in open_matters(folder, [])[0]
    write(term, "adda,2-layers,+3d,")
    assert "extensions are as they were, since the table cannot be read: " in open_matters(folder, [])[0]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffStudent ;ASSIGNMENT; Extension;Reason\n Ada Lovelace ; 2-Layers ; + 2d ;\nGRACE@example.org;*;+7d;\n",
        "assignment,student,until\n2-layers,lovelace ada,2 days\n\n*,Grace,7d\n",
        "sep=;\nSTUDENT;Assignment;New date\nada;2-layers;48h\nGrace Hopper;*;7 days\n",
    ],
)
def test_a_table_is_read_as_people_write_it(text: str, term: Path) -> None:
    (term / "extensions.csv").write_text(text, encoding="utf-8")
    first, second = extensions_of(CourseFolder(term), ["2-layers", "3-dropout"])
    assert (first.student, first.assignment, first.what) == ("ada", "2-layers", "extended")
    assert (second.student, second.assignment) == ("grace", "*")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("gracy,*,+2d,", "nobody in the roster is 'gracy'. Did you mean grace Grace Hopper?"),
        ("nobody at all,*,+2d,", "nobody in the roster is 'nobody at all'"),
        (",*,+2d,", "it names nobody"),
        ("ada,2-layer,+2d,", "there is no assignment '2-layer': did you mean 2-layers?"),
        ("ada,poetry,+2d,", "there is no assignment 'poetry': there are 1-approximation, 2-layers"),
        ("ada,2-layers,soon,", "'soon' is not an extension: write a new date such as 2026-11-08 23:59, +48h"),
        ("ada,2-layers,x1.5,", "'x1.5' is not an extension: write a new date"),
        ("ada,2-layers,,ill", "it says no extension: write a new date"),
        ("ada,*,2026-11-08 23:59,", "one date cannot be an extension for *, the whole term: write +48h or +2d"),
        ("grace,2-layers,+1d,", "grace has an extension for 2-layers in line 2 already"),
    ],
)
def test_a_wrong_line_is_named_with_the_way_out(line: str, reason: str, term: Path) -> None:
    write(term, "grace,2-layers,+2d,", line)
    with pytest.raises(TableError, match=r"extensions\.csv, line 3: ") as error:
        extensions_of(CourseFolder(term), ["1-approximation", "2-layers"])
    assert reason in str(error.value)


def test_a_factor_that_was_in_force_is_refused_and_changes_no_mark(term: Path) -> None:
    come_late(term, "ada")
    before = marks(term)
    (term / "decisions.csv").write_text(
        "assignment,decision,question,student,points,extension\n2-layers,extended,,ada,,x1.5\n"
    )
    for line in (("extend", "--undo", "--yes"), ("excuse", "ada", "2-layers", "--yes")):
        assert "decisions.csv, line 2: 'x1.5' is not an extension: write a new date such as" in refused(term, *line)
    assert marks(term) == before


def test_a_missing_table_column_or_date_is_reported_in_one_line(term: Path) -> None:
    (term / "extensions.csv").unlink()
    assert "there is no extensions.csv: make one with the columns student, assignment" in refused(term, "extend", "-y")
    (term / "extensions.csv").write_text("who,what\nada,2-layers\n")
    assert "lacks a column: its columns are student, assignment" in refused(term, "extend", "--yes")
    assert not (term / "decisions.csv").exists()
    due = term / "due_dates.csv"
    due.write_text(due.read_text() + "4-optimizer,,Europe/Berlin\n")
    write(term, "ada,4-optimizer,+2d,")
    assert "+2d gives nothing: 4-optimizer has no due date in due_dates.csv" in here(term, "extend", "--yes")[2]
    write(term, "ada,1-approximation,2026-10-22 12:00,")
    assert "gives nothing: 1-approximation is due no earlier" in here(term, "extend", "--yes")[2]


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
    write(term, "ada,2-layers,+2d,")
    assert marks(term) == {"ada": 16}
    assert "16 → 20 points" in here(term, "extend", "--yes")[1]
    assert (extensions(term), marks(term)) == ({("ada", "2-layers"): timedelta(2)}, {"ada": 20})


@pytest.mark.long("grades a class")
def test_collecting_and_the_student_know_the_dates_and_nobody_the_reason(course_folder: Path, tmp_path: Path) -> None:
    """Ada and Grace hand in a day and a half late, Ada with an extension."""
    begin_term(course_folder, RULE + "c.LatePenalty.free_days = 1\n")
    hand_in(course_folder, ada="ada", grace="ada")
    for student in ("ada", "grace"):
        submitted(course_folder, student, "timestamp.txt").write_text("2026-11-06 23:00:00 UTC")
    write(course_folder, f"ada,{ASSIGNMENT},+2d,{SECRET}")
    here(course_folder, "extend", "--yes")
    work = shutil.copy(submitted(course_folder, "ada"), tmp_path / f"{ASSIGNMENT}.ipynb")
    for student, seconds in (("ada", 0), ("grace", 36 * 60 * 60)):
        whose = ("--student", student, "--at", "2026-11-07 00:00")
        _, printed, _ = here(course_folder, "collect", work, ASSIGNMENT, *whose, "--dry-run", "--json")
        assert json.loads(printed)["submissions"][0]["seconds_late"] == seconds
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
    knows = [name for name, content in tree(course_folder).items() if SECRET.encode() in content]
    assert knows == ["extensions.csv"]
