"""What lateness costs and everybody's mark at the end of the term: a calculation of the term's own.

It shares no code with the grader's. It can be plain, as all of its dates lie in one winter. Before the
marks are compared, a check counts more and a question is dropped, for everybody.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.checks import checks_of
from autograder.instructor.course.roster import Student
from sample_class.learning_systems import ASSIGNMENT, COLUMN, POINTS
from sample_class.the_ten import ROOM

DOZEN = 12
DUE = datetime(2026, 11, 6, 23, 59)  # as the guide moves it
GRACE, DAY, PERCENT, MOST_PERCENT = timedelta(minutes=15), timedelta(days=1), 10, 50
LINES = [(ASSIGNMENT, "+1d"), (ASSIGNMENT, "2026-11-08 11:00"), ("all", "+12h"), (ASSIGNMENT, "+48h"), ("all", "+36h")]
COUNTS_MORE, ITS_POINTS = "Linear.affine_map", 3
DROPPED = "Linear.initial_values"
AFTER_TERM = f"""autograder points {ASSIGNMENT} {COUNTS_MORE} {ITS_POINTS} --yes
autograder drop {ASSIGNMENT} {DROPPED} --yes
"""
WORTH = {f"{check.exercise}.{check.name}": check.points for check in checks_of(ROOM)}
TOTAL = POINTS + ITS_POINTS - WORTH[COUNTS_MORE]
EXPORTED = "verdicts.json"
EXPORT_ALL = f"autograder export {ASSIGNMENT} --format json -o {EXPORTED}\n"


class WrongMarks(Exception):
    """A mark or a late penalty differs from the term's calculation."""


def more_extensions(course: Path, worksheet: Path, everybody: Sequence[Student]) -> str:
    """Return the commands that fill the guide's extensions up to a dozen, for the latest works first."""
    named, when = extensions(course), times(worksheet, everybody)
    unnamed = [student.id for student in everybody if student.id not in named]
    unnamed.sort(key=lambda student: when.get(student, datetime.min), reverse=True)
    chosen = zip(unnamed[: DOZEN - len(named)], cycle(LINES), strict=False)
    return "".join(f"autograder extend {student} {which} '{time}' --yes\n" for student, (which, time) in chosen)


def extensions(course: Path) -> dict[str, str]:
    """Return the extensions in force, by student."""
    decisions = rows_of(course / "decisions.csv")
    return {row["student"]: row["extension"] for row in decisions if row["decision"] == "extended"}


def expected_percent(course: Path, worksheet: Path, everybody: Sequence[Student]) -> dict[str, int]:
    """Return the percentage of points that lateness costs each student, where a time is known."""
    own_due_dates = {student: own_due(extension) for student, extension in extensions(course).items()}
    percent = {}
    for student, when in times(worksheet, everybody).items():
        late = when - own_due_dates.get(student, DUE) - GRACE
        days = max(0, -(-late // DAY))
        percent[student] = min(MOST_PERCENT, days * PERCENT)
    return percent


def own_due(extension: str) -> datetime:
    """Return when work is due with an extension, by the clock in Berlin."""
    if extension[0] == "+":
        return DUE + timedelta(hours=int(extension[1:-1]) * (24 if extension[-1] == "d" else 1))
    return datetime.strptime(extension, "%Y-%m-%d %H:%M")


def check_penalties(course: Path, percent: Mapping[str, int]) -> tuple[int, int]:
    """Compare late penalties; return the number of extensions and of works that lose points, or raise WrongMarks."""
    late = 0
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            expected = submission.score * percent.get(submission.student.id, 0) / 100
            if abs(submission.late_submission_penalty - expected) > 1e-9:
                lost = f"{submission.student.id} loses {submission.late_submission_penalty:g} points by lateness"
                raise WrongMarks(f"{lost}, and not {expected:g}")
            late += expected > 0
    return len(extensions(course)), late


def times(worksheet: Path, everybody: Sequence[Student]) -> dict[str, datetime]:
    """Return when students handed in, by the clock in Berlin, as Moodle's worksheet says."""
    ids = {f"Participant {student.lms_user_id}": student.id for student in everybody}
    modified = {row["Identifier"]: row["Last modified (submission)"] for row in rows_of(worksheet)}
    form = "%A, %d %B %Y, %I:%M %p"
    return {ids[who]: datetime.strptime(when, form) for who, when in modified.items() if when != "-"}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def expected_marks(course: Path, percent: Mapping[str, int]) -> dict[str, float]:
    """Return the marks of all marked works, by student, less the percentage that lateness costs."""
    exported = json.loads((course / EXPORTED).read_text(encoding="utf-8"))["marks"]
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        by_hand = {
            submission.student.id: sum(
                grade.manual_score or 0 for notebook in submission.notebooks for grade in notebook.grades
            )
            for submission in gradebook.assignment_submissions(ASSIGNMENT)
        }
    marks = {}
    for mark in exported:
        student = mark["student"]["id"]
        if student in by_hand and not mark["unmarked"]:
            points = by_hand[student]
            for verdict in mark["verdicts"]:
                check = f"{verdict['exercise']}.{verdict['check']}"
                counts = ITS_POINTS if check == COUNTS_MORE else verdict["max_points"]
                points += counts if verdict["outcome"] == "pass" or check == DROPPED else 0
            marks[student] = points * (100 - percent.get(student, 0)) / 100
    return marks


def check_marks(course: Path, percent: Mapping[str, int]) -> int:
    """Compare the marks in Canvas's file; return how many there are, or raise WrongMarks."""
    expected = expected_marks(course, percent)
    filled = rows_of(course.parent / "canvas-gradebook-filled.csv")
    exported = {row["SIS User ID"]: float(row[COLUMN]) for row in filled if row["SIS User ID"] and row[COLUMN]}
    for student in expected.keys() | exported.keys():
        if abs(expected.get(student, -1) - exported.get(student, -1)) > 0.005:
            raise WrongMarks(
                f"{student}: Canvas is told {exported.get(student)}, and it has to be {expected.get(student)}"
            )
    return len(exported)
