"""A dozen extensions in the term, and what lateness has to cost with them: a calculation of the term's own.

It shares no code with the grader's. It can be plain, as all of its dates but the release lie in one winter.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.instructor.course.roster import Student
from sample_class.downloads import ASSIGNMENT

DOZEN = 12
RELEASED, DUE = datetime(2026, 10, 22, 12), datetime(2026, 11, 6, 23, 59)  # as the guide moves it
CLOCKS_GO_BACK = timedelta(hours=1)  # on 25 October, between the two
GRACE, DAY, PERCENT, MOST_PERCENT = timedelta(minutes=15), timedelta(days=1), 10, 50
LINES = [(ASSIGNMENT, "+1d"), (ASSIGNMENT, "2026-11-08 11:00"), ("*", "+12h"), (ASSIGNMENT, "+48h"), ("*", "x1.1")]


class WrongMarks(Exception):
    """A mark, or what lateness costs of it, is not what the term expects."""


def add_extensions(course: Path, worksheet: Path, everybody: Sequence[Student]) -> None:
    """Add to the guide's table of extensions until it has a dozen, for those first who came last."""
    table = course / "extensions.csv"
    named = {row["student"] for row in rows_of(table)}
    when = times(worksheet, everybody)
    others = [one.id for one in everybody if not named & {one.id, one.full_name}]
    others.sort(key=lambda student: when.get(student, RELEASED), reverse=True)
    with table.open("a", encoding="utf-8") as file:
        for at, student in enumerate(others[: DOZEN - len(named)]):
            assignment, extension = LINES[at % len(LINES)]
            file.write(f"{student},{assignment},{extension},agreed\n")


def expected_percent(course: Path, worksheet: Path, everybody: Sequence[Student]) -> dict[str, int]:
    """Return the percentage of their points that lateness costs those whose time is known."""
    ids = {name: one.id for one in everybody for name in (one.id, one.full_name)}
    own = {ids[row["student"]]: own_due(row["extension"]) for row in rows_of(course / "extensions.csv")}
    found = {}
    for student, when in times(worksheet, everybody).items():
        late = when - own.get(student, DUE) - GRACE
        days = max(0, -(-late // DAY))
        found[student] = min(MOST_PERCENT, days * PERCENT)
    return found


def own_due(extension: str) -> datetime:
    """Return when work is due with an extension, by the clock in Berlin."""
    if extension[0] == "x":
        worked = DUE - RELEASED + CLOCKS_GO_BACK
        gain = worked * (float(extension[1:]) - 1)
        return DUE + timedelta(minutes=-(-round(gain.total_seconds(), 3) // 60))
    if extension[0] == "+":
        return DUE + timedelta(hours=int(extension[1:-1]) * (24 if extension[-1] == "d" else 1))
    return datetime.strptime(extension, "%Y-%m-%d %H:%M")


def check_penalties(course: Path, worksheet: Path, everybody: Sequence[Student]) -> tuple[int, int]:
    """Return how many extensions there are, and how many works lose points as they have to.

    Raises:
        WrongMarks: a work loses more or less.
    """
    percent = expected_percent(course, worksheet, everybody)
    late = 0
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for one in gradebook.assignment_submissions(ASSIGNMENT):
            expected = one.score * percent.get(one.student.id, 0) / 100
            if abs(one.late_submission_penalty - expected) > 1e-9:
                said = f"{one.student.id} loses {one.late_submission_penalty:g} points by lateness"
                raise WrongMarks(f"{said}, and not {expected:g}")
            late += expected > 0
    return len(rows_of(course / "extensions.csv")), late


def times(worksheet: Path, everybody: Sequence[Student]) -> dict[str, datetime]:
    """Return when students handed in, by the clock in Berlin, as Moodle's worksheet says."""
    ids = {f"Participant {one.lms_user_id}": one.id for one in everybody}
    said = {row["Identifier"]: row["Last modified (submission)"] for row in rows_of(worksheet)}
    form = "%A, %d %B %Y, %I:%M %p"
    return {ids[who]: datetime.strptime(when, form) for who, when in said.items() if when != "-"}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
