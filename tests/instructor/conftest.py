"""Small classes, graded in the tests' own process, and the contents of nbgrader's gradebook."""

import contextlib
import json
import sqlite3
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import nbformat
import pytest
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from autograder.checks import Check
from autograder.course import Course
from autograder.instructor.class_facts import update_gradebook
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.init import make_course_folder
from autograder.instructor.course.records import GradingRecord, write_record
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.grading.class_run import ClassRun
from autograder.instructor.grading.grade_class import GradeRequest, grade_class
from autograder.judge.verdicts import Diagnosis, Outcome, Verdict
from autograder.notebooks.fill import fill
from autograder.notebooks.graft import read_notebook
from autograder.sandbox import Limits
from sample_class.the_ten import answers
from tests import warm
from tests.conftest import copy_course, own_copy, shared_folder
from tests.instructor.grading.broken import BROKEN, cell

ASSIGNMENT, COURSE = "2-layers", Course.installed()
SMALL_CLASS = {"right": "ada", "transposed": "barbara", "empty": "dennis", "two_mistakes": "john"}
ONCE = {"right": 20, "transposed": 18, "empty": 0, "two_mistakes": 17}
QUICK = Limits(cell_s=3, check_s=2, total_s=20)


def notebook_of(folder: Path, author: str) -> nbformat.NotebookNode:
    """Return the released notebook with the answers of one of the sample class."""
    released = read_notebook(CourseFolder(folder).released(ASSIGNMENT))
    if author == "dennis":  # who has not begun
        return released
    return fill(released, answers("layers")[author]).notebook


def submitted(folder: Path, student: str, name: str = f"{ASSIGNMENT}.ipynb") -> Path:
    """Return the file that a student hands in, in a folder that exists."""
    path = folder / "submitted" / student / ASSIGNMENT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def hand_in(folder: Path, **students: str) -> None:
    """Hand in, for each student, the work of one of the sample class."""
    for student, author in students.items():
        nbformat.write(notebook_of(folder, author), submitted(folder, student))


def hand_in_with(folder: Path, student: str, code: str) -> None:
    """Let a student hand in right work with a line of code after its first answer."""
    notebook = notebook_of(folder, "ada")
    cell(notebook, "layers-Linear").source += f"\n{code}"
    nbformat.write(notebook, submitted(folder, student))


def configure(folder: Path, part: str, **settings: object) -> None:
    """Add settings of a part, such as ``LatePenalty``, to the configuration of a course folder."""
    with (folder / "nbgrader_config.py").open("a") as config:
        config.writelines(f"c.{part}.{name} = {value!r}\n" for name, value in settings.items())


def mark_by_hand(
    folder: Path, student: str, points: float | None, comment: str | None = None, cell: str = "layers-written"
) -> None:
    """Let a person have marked an answer in nbgrader's formgrader, or have taken the mark back."""
    where = (cell, ASSIGNMENT, ASSIGNMENT, student)
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade(*where)
        grade.manual_score, grade.needs_manual_grade = points, points is None
        if comment:
            gradebook.find_comment(*where).manual_comment = comment
        gradebook.db.commit()


def wait_until(condition: Callable[[], object], seconds: float = 120.0, pause_s: float = 0.02) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(pause_s)


def grade(folder: Path, **options: Any) -> ClassRun:
    """Grade a course folder with limits that fit small exercises, in one warm sandbox unless workers are given."""
    request = GradeRequest([ASSIGNMENT], **{"limits": QUICK, "workers": 1} | options)
    with warm.servers():  # also where a fixture of the session grades
        return grade_class(CourseFolder(folder), COURSE, request)


@pytest.fixture(scope="module", autouse=True)
def warm_servers() -> Iterator[None]:
    with warm.servers():
        yield


def verdicts(run: ClassRun) -> dict[str, list[dict[str, Any]]]:
    """Return all that a run decided, by student, without how long it took."""
    return {graded.submission.student: undated(graded.verdicts) for graded in run.graded}


def undated(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in record.items() if key != "duration_s"} for record in records]


def points(run: ClassRun) -> dict[str, int]:
    return {graded.submission.student: graded.points for graded in run.graded}


def record_of(folder: Path, student: str) -> dict[str, Any]:
    """Return the stored record of the grading of a student's work."""
    path = CourseFolder(folder).autograded(student, ASSIGNMENT).with_name("verdicts.json")
    return cast(dict[str, Any], json.loads(path.read_bytes()))


def a_verdict(
    outcome: Outcome = "fail", exercise: str = "Linear", check: str = "one", worth: float = 1, **more: object
) -> dict[str, Any]:
    """Return a verdict as a record has it, with the fields that a test asks for."""
    checked = Check("layers", exercise, check, "It holds", worth, False, lambda names, rng: {})  # type: ignore[arg-type]
    diagnosis = None if outcome == "pass" else Diagnosis("3", "4")
    return {**Verdict(checked, 11, outcome, diagnosis, 0.25).record(), **more}


def let_release(root: Path, assignment: str, **checks: float) -> None:
    """Let an assignment have been released that has nothing but checks, each worth some points."""
    abouts = [
        {"grade": True, "solution": False, "grade_id": f"room-Part-{name}", "points": checks[name]} for name in checks
    ]
    path = CourseFolder(root).released(assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": [{"metadata": {"nbgrader": about}} for about in abouts]}))
    with open_gradebook(root) as gradebook:
        gradebook.add_assignment(assignment)
        gradebook.add_notebook(assignment, assignment)
        for name, points in checks.items():
            gradebook.add_grade_cell(f"room-Part-{name}", assignment, assignment, max_score=points, cell_type="code")


def let_earn(
    root: Path, student: str, assignment: str, when: datetime | None, *, follows: bool = True, **checks: float
) -> None:
    """Let a student's work have come at a time, with its zone, and been graded: it passed some checks."""
    verdicts = [a_verdict("pass", "Part", name, points) for name, points in checks.items()]
    record = GradingRecord("room", tuple(cast(Any, verdicts)), answers={"room-Part": student}, handed_in=when)
    path = CourseFolder(root).autograded(student, assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    write_record(path, record)
    if follows:
        follow(root)


def let_come(root: Path, student: str, when: datetime) -> None:
    """Let graded work have come at a time, with its zone."""
    record = GradingRecord.from_json(record_of(root, student))
    write_record(CourseFolder(root).autograded(student, ASSIGNMENT), replace(record, handed_in=when))
    follow(root)


def follow(root: Path) -> None:
    """Let the gradebook be what the facts of a course folder say."""
    with CourseGradebook(CourseFolder(root)) as gradebook:
        update_gradebook(CourseFolder(root), COURSE, gradebook)


def gradebook_rows(folder: Path) -> dict[tuple[str, str], float | None]:
    """Return the automatic score of each graded cell in the gradebook, by student and cell."""
    with open_gradebook(folder) as gradebook:
        works = works_in(gradebook)
    return {(student, cell): fields[0] for student, work in works.items() for cell, fields in work["grades"].items()}


def works_in(gradebook: Gradebook, assignment: str = ASSIGNMENT) -> dict[str, Any]:
    """Return all that a gradebook says of each student's work, without its own ids."""
    grade_fields = ("auto_score", "manual_score", "extra_credit", "max_score", "needs_manual_grade")
    return {
        submission.student.id: {
            "dates": (submission.timestamp, submission.extension),
            "points": (submission.score, submission.max_score),
            "penalties": [notebook.late_submission_penalty for notebook in submission.notebooks],
            "grades": {
                grade.name: [getattr(grade, field) for field in grade_fields]
                for notebook in submission.notebooks
                for grade in notebook.grades
            },
            "comments": {
                comment.name: (comment.auto_comment, comment.manual_comment)
                for notebook in submission.notebooks
                for comment in notebook.comments
            },
        }
        for submission in gradebook.assignment_submissions(assignment)
    }


def everything_in_gradebook(folder: Path) -> dict[str, Any]:
    """Return all that a gradebook says of who handed in what, and how many rows each of its tables has."""
    with open_gradebook(folder) as gradebook:
        works = works_in(gradebook)
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {table: database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    return works | {"rows": rows}


def graded_notebooks(folder: Path) -> dict[str, Any]:
    """Return graded notebooks and their records by student, without when they were graded and how long checks took."""
    graded = {}
    for path in sorted((folder / "autograded").glob("*/*/*.ipynb")):
        student = path.parent.parent.name
        record = record_of(folder, student)
        graded[student] = read_notebook(path), record | {"verdicts": undated(record["verdicts"]), "graded": None}
    return graded


def tree(folder: Path) -> dict[str, bytes]:
    """Return all that lies in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextlib.contextmanager
def open_gradebook(folder: Path) -> Iterator[Gradebook]:
    with warnings.catch_warnings(), Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        warnings.simplefilter("ignore", SAWarning)  # of nbgrader's models under SQLAlchemy 2
        yield gradebook


@shared_folder
def new_course(folder: Path) -> None:
    """A course folder as `init` makes it, with an empty gradebook. Read it only."""
    make_course_folder(folder)
    follow(folder)


@shared_folder
def small_class(folder: Path, released: Path) -> None:
    """A course folder with four submissions, none graded. Read it only."""
    copy_course(released, folder)
    hand_in(folder, **SMALL_CLASS)


@shared_folder
def graded_small_class(folder: Path, small_class: Path) -> None:
    """The small class, graded with seed 7. Read it only."""
    copy_course(small_class, folder)
    assert points(grade(folder, seed=7)) == ONCE


folder = own_copy("graded_small_class")
small_folder = own_copy("small_class")


@shared_folder
def broken_class(folder: Path, released: Path) -> None:
    """A course folder with the submissions of ``broken.py``, graded. Read it only."""
    copy_course(released, folder)
    for student, break_it in BROKEN.items():
        break_it(submitted(folder, student), notebook_of(folder, "ada"))
    assert sorted(points(grade(folder, seed=3))) == sorted(BROKEN)
