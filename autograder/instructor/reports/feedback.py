"""A page for each student. Hidden checks appear by title and result until nobody can hand in; everything is escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.instructor.course.attempts import is_proved
from autograder.instructor.course.due_dates import duration, in_words
from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.gradebook.adjusting import DECISIONS
from autograder.instructor.gradebook.dates import last_dates_of
from autograder.instructor.gradebook.late_penalties import DatedWork, LatePenalty, works_of
from autograder.instructor.gradebook.marks import number, penalty_in_words
from autograder.instructor.gradebook.writer import CourseGradebook
from autograder.instructor.reports.feedback_zip import feedback_zip
from autograder.instructor.requests.form import OTHER, WRITTEN, Request
from autograder.notebooks.graft import grade_id_of, is_written, read_notebook, record_of
from autograder.reports.html import render
from autograder.reports.text import Said, told_once
from autograder.verdicts import LABELS, VerdictRecord, labelled, shown_diagnosis

MAX_TEXT = 4000
SCRIPT = Path(__file__).with_name("request_form.js").read_text(encoding="utf-8")
# The page's policy lets this one script run, and no other: what a student wrote stays text in any case.
SCRIPT_HASH = f"sha256-{base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()}"


def closing_dates(folder: CourseFolder, penalty: LatePenalty) -> dict[str, datetime]:
    """Return since when pages may tell of hidden checks what was likely wrong, for assignments with a due date.

    It is when nobody can hand in any more without losing points: extensions, grace period and free late days counted.
    """
    more = timedelta(days=penalty.free_days, minutes=penalty.grace_minutes)
    return {name: last + more for name, last in last_dates_of(folder, Course.installed()).items()}


def write_feedback(
    folder: CourseFolder, assignments: Sequence[str], student: str | None = None, now: datetime | None = None
) -> list[Path]:
    """Write the pages of what has been graded of some assignments, for one student or all, and return them.

    Args:
        folder: the course folder.
        assignments: their ids.
        student: an id; None for everybody.
        now: with a time zone; None for the clock's.

    Raises:
        CourseFolderError: nothing of it has been graded.
    """
    graded = [
        (path.parent.parent.name, assignment, path)
        for assignment in assignments
        for path in sorted((folder.root / "autograded").glob(f"*/{assignment}/*.ipynb"))
        if student in (None, path.parent.parent.name)
    ]
    if not graded:
        who = f"of {student}" if student else "in this class"
        which = f" {assignments[0]}" if len(assignments) == 1 else ""
        raise CourseFolderError(f"nothing {who} has been graded: run `autograder grade{which}`")
    written = []
    with CourseGradebook(folder) as writer, writer.open() as gradebook:
        penalty = LatePenalty(config=writer.config)
        closing, now = closing_dates(folder, penalty), now or datetime.now(UTC)
        for name, assignment, path in graded:
            closed = assignment in closing and closing[assignment].astimezone(UTC) < now
            page = feedback_page(folder, name, assignment, read_notebook(path), gradebook, penalty, closed=closed)
            target = folder.feedback(name, assignment)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, page)
            written.append(target)
    return written


def write_zips(folder: CourseFolder, pages: Sequence[Path]) -> list[Path]:
    """Write a zip for each assignment of some pages, for a learning system to take, and return them."""
    students: dict[str, list[str]] = {}
    for page in pages:
        students.setdefault(page.parent.name, []).append(page.parent.parent.name)
    written = []
    for assignment, mine in students.items():
        target = folder.root / "feedback" / f"{assignment}.zip"
        write_atomically(target, feedback_zip(folder, assignment, mine))
        written.append(target)
    return written


def feedback_page(
    folder: CourseFolder,
    student: str,
    assignment: str,
    notebook: NotebookNode,
    gradebook: Gradebook,
    penalty: LatePenalty,
    *,
    closed: bool,
) -> str:
    """Return one student's page as HTML; it tells more of hidden checks once it is closed."""
    record = record_of(notebook)
    submission = gradebook.find_submission(assignment, student)
    claimed = not is_proved(folder, student, assignment, submission.timestamp)
    exercises = [
        _exercise(exercise, list(verdicts), closed=closed)
        for exercise, verdicts in groupby(record["verdicts"], key=lambda verdict: verdict["exercise"])
    ]
    written = [_written(cell, assignment, student, gradebook) for cell in notebook.cells if is_written(cell)]
    receipt = record.get("receipt", "")  # earlier versions of the grader, and nbgrader's own command, record none
    return render(
        Path(__file__).with_name("feedback.html.j2"),
        student=student,
        assignment=assignment,
        points=number(max(0.0, submission.score - submission.late_submission_penalty)),
        max_points=number(submission.max_score),
        lateness=penalty_in_words(submission.late_submission_penalty, claimed=claimed),
        dates=_dates(works_of(folder, Course.installed(), gradebook, student), assignment, penalty, claimed=claimed),
        waiting=submission.needs_manual_grade,
        receipt=receipt,
        notes=[*record["notes"], *record.get(DECISIONS, ())],
        exercises=exercises,
        written=written,
        asked_about=_asked_about(record["verdicts"], has_written=bool(written)),
        by_mail=Request(student, assignment, "(its title)", receipt, "(why)").lines(),
        script=Markup(SCRIPT),
        script_hash=SCRIPT_HASH,
    )


def _asked_about(verdicts: Sequence[VerdictRecord], *, has_written: bool) -> list[tuple[str, str]]:
    """Return what a student can ask about, how a request calls it and how the page does: what lost points first."""
    ordered = sorted(verdicts, key=lambda verdict: verdict["points"] == verdict["max_points"])
    checks = [(f"{one['exercise']}.{one['check']}", f"{one['exercise']}: {one['title']}") for one in ordered]
    return [*checks, *([(WRITTEN, WRITTEN.capitalize())] if has_written else []), (OTHER, OTHER.capitalize())]


def _dates(works: Sequence[DatedWork], assignment: str, penalty: LatePenalty, *, claimed: bool) -> list[str]:
    """Return what a page says of due date, extension and lateness, each a sentence; nothing without a due date."""
    work = next((work for work in works if work.assignment == assignment), None)
    if work is None:
        return []
    said = [f"Due {in_words(work.due)}."]
    if work.own_due.timestamp() != work.due.timestamp():
        said.append(f"You were given more time: until {in_words(work.own_due)}.")
    if work.when is not None:
        late = f"{duration(work.seconds_late)} late" if work.seconds_late else "in time"
        said.append(f"Handed in {in_words(work.when)}{', by a claimed time' if claimed else ''}: {late}.")
    lateness = penalty.lateness(works)[assignment]
    if penalty.free_days and lateness.days:
        free = lateness.days - lateness.charged
        said.append(f"Late days begun: {lateness.days}. Covered by the free ones of the term: {free}.")
    return said


def _exercise(name: str, verdicts: Sequence[VerdictRecord], *, closed: bool) -> dict[str, Any]:
    """Return what a page says of an exercise: what did not pass or has something to say, and then what passed."""
    ordered = sorted(verdicts, key=lambda verdict: verdict["outcome"] == "pass")
    said = told_once([_said(verdict, closed=closed) for verdict in ordered])
    checks: list[dict[str, Any]] = [{**verdict, "rows": rows} for verdict, rows in zip(ordered, said, strict=True)]
    return {
        "name": name,
        "points": sum(verdict["points"] for verdict in verdicts),
        "max_points": sum(verdict["max_points"] for verdict in verdicts),
        "open": [check for check in checks if check["outcome"] != "pass" or check["rows"]],
        "passed": [check for check in checks if check["outcome"] == "pass" and not check["rows"]],
    }


def _said(verdict: VerdictRecord, *, closed: bool) -> Said:
    """Return the parts of a diagnosis, the likely mistake before what was seen; a text that is too long is cut."""
    rows = labelled(shown_diagnosis(verdict, closed=closed))
    rows.sort(key=lambda row: row[0] in (LABELS["observed"], LABELS["expected"]))
    return [(label, text if label == LABELS["read"] else text[:MAX_TEXT]) for label, text in rows]


def _written(cell: NotebookNode, assignment: str, student: str, gradebook: Gradebook) -> dict[str, Any]:
    where = (str(grade_id_of(cell)), assignment, assignment, student)
    grade, comment = gradebook.find_grade(*where), gradebook.find_comment(*where)
    return {
        "text": cell.source[:MAX_TEXT],
        "score": None if grade.needs_manual_grade else number(grade.score),
        "max_score": number(grade.max_score),
        "comment": comment.comment,
    }
