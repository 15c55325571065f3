"""What everybody's mark has to be at the end of the term: a calculation of the term's own, from what checks said.

It shares no code with the grader's. Before it a check counts more and a question is dropped, for everybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.checks import checks_of
from sample_class.answers import ROOM
from sample_class.downloads import ASSIGNMENT, COLUMN, POINTS
from sample_class.extensions import WrongMarks, rows_of

COUNTS_MORE, ITS_POINTS = "Linear.affine_map", 3
DROPPED = "Linear.initial_values"
AFTER_TERM = f"""autograder points {ASSIGNMENT} {COUNTS_MORE} {ITS_POINTS} --yes
autograder drop {ASSIGNMENT} {DROPPED} --yes
"""
TOTAL = POINTS + ITS_POINTS - next(one.points for one in checks_of(ROOM) if f"{one.exercise}.{one.name}" == COUNTS_MORE)
EXPORTED = "verdicts.json"
EXPORT_ALL = f"autograder export {ASSIGNMENT} --format json -o {EXPORTED}\n"


def expected_marks(course: Path, percent: Mapping[str, int]) -> dict[str, float]:
    """Return the marks of all whose work is marked, by student, less the percentage that lateness costs."""
    exported = json.loads((course / EXPORTED).read_text(encoding="utf-8"))["marks"]
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        by_hand = {
            one.student.id: sum(grade.manual_score or 0 for notebook in one.notebooks for grade in notebook.grades)
            for one in gradebook.assignment_submissions(ASSIGNMENT)
        }
    found = {}
    for mark in exported:
        student = mark["student"]["id"]
        if student in by_hand and not mark["unmarked"]:
            points = by_hand[student]
            for verdict in mark["verdicts"]:
                check = f"{verdict['exercise']}.{verdict['check']}"
                counts = ITS_POINTS if check == COUNTS_MORE else verdict["max_points"]
                points += counts if verdict["outcome"] == "pass" or check == DROPPED else 0
            found[student] = points * (100 - percent.get(student, 0)) / 100
    return found


def check_marks(course: Path, percent: Mapping[str, int]) -> int:
    """Return how many marks Canvas is told, all as they have to be.

    Raises:
        WrongMarks: one is not, or is missing.
    """
    expected = expected_marks(course, percent)
    filled = rows_of(course.parent / "canvas-gradebook-filled.csv")
    told = {row["SIS User ID"]: float(row[COLUMN]) for row in filled if row["SIS User ID"] and row[COLUMN]}
    for student in expected.keys() | told.keys():
        if abs(expected.get(student, -1) - told.get(student, -1)) > 0.005:
            raise WrongMarks(f"{student}: Canvas is told {told.get(student)}, and it has to be {expected.get(student)}")
    return len(told)
