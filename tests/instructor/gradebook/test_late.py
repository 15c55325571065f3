"""Late work through `autograder grade`: the due dates of the course folder, the penalty, and what the student reads."""

from __future__ import annotations

from pathlib import Path

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.reports.feedback import write_feedback
from tests.instructor.conftest import ASSIGNMENT, everything_in_gradebook, grade, hand_in, submitted

RULE = "c.LatePenalty.grace_minutes, c.LatePenalty.percent_per_day = 15, 10\n"


def penalties(folder: Path) -> dict[str, float | None]:
    """Return the penalties that nbgrader's gradebook holds after a run."""
    assert not grade(folder).ungraded
    found = everything_in_gradebook(folder)
    return {student: found[student]["penalties"][0] for student in ("late", "grace", "in_time", "undated")}


def test_late_work_loses_its_share_and_again_when_the_due_date_moves(course_folder: Path) -> None:
    hand_in(course_folder, late="ada", grace="ada", in_time="ada", undated="ada")
    for student, time in (("late", "2026-11-06 12:00"), ("grace", "2026-11-05 23:10"), ("in_time", "2026-11-05 22:00")):
        submitted(course_folder, student, "timestamp.txt").write_text(f"{time}:00 UTC")
    with (course_folder / "nbgrader_config.py").open("a") as config:
        config.write(RULE)
    due = course_folder / "due_dates.csv"
    due.write_text(f"assignment,due,time zone\n{ASSIGNMENT},2026-11-05 23:59,Europe/Berlin\n")
    assert penalties(course_folder) == {"late": 2, "grace": None, "in_time": None, "undated": None}
    (page, *_) = write_feedback(CourseFolder(course_folder), [ASSIGNMENT], "late")
    assert "Late, by a claimed time: 2 points taken off" in page.read_text()
    due.write_text(due.read_text().replace("05 23:59", "07 23:59"))
    assert penalties(course_folder) == {"late": None, "grace": None, "in_time": None, "undated": None}
