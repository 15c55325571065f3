"""Feedback: a page for each student, and the pages of an assignment in a zip that a learning system takes back.

Hidden checks appear by title and result while somebody can still hand in on time; everything is escaped.

Canvas takes the zip by "Upload Submissions", Moodle by "Upload multiple feedback files in a zip". Each file is called
as in the download: ``lovelaceada_1234_56789_2-layers.ipynb`` in Canvas (``infer_comment_context_from_filename`` in
github.com/instructure/canvas-lms), in the folder ``Ada Lovelace_657737_assignsubmission_file`` in Moodle
(``mod/assign/feedback/file/importziplib.php`` in github.com/moodle/moodle). Collecting keeps these names; where they
are not known, or one file is the work of several, a page is called ``STUDENT/ASSIGNMENT.html``.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.course import Course, chapters_of
from autograder.instructor.class_facts import nothing_graded, read_marks
from autograder.instructor.course.decisions import last_dates_of
from autograder.instructor.course.due_dates import LatePenalty, duration, in_words, late_penalty
from autograder.instructor.course.files import write_atomically, zipped
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.records import TIME_IN_WORDS, attempts_of
from autograder.instructor.marks import CellMark, Mark, number
from autograder.instructor.requests.form import WRITTEN, Request
from autograder.judge.verdicts import LABELS, VerdictRecord, labelled, shown_diagnosis
from autograder.reports.html import render
from autograder.reports.text import Comments, without_repetition

MAX_TEXT = 4000
NOT_MARKED, CHANGED = "has not been marked yet", "has changed since it was marked, and will be looked at again"


def closing_dates(folder: CourseFolder, rule: LatePenalty) -> dict[str, datetime]:
    """Return the times from which pages name the likely mistake of hidden checks, for assignments with a due date.

    From then on nobody can hand in on time: extensions, grace period and free late days are counted.
    """
    more = timedelta(days=rule.free_days, minutes=rule.grace_minutes)
    return {name: last + more for name, last in last_dates_of(folder, Course.installed()).items()}


def write_feedback(
    folder: CourseFolder, assignments: Sequence[str], student: str | None = None, now: datetime | None = None
) -> list[Path]:
    """Write the pages of graded work on some assignments, for one student or all, and return them.

    The text on hidden checks depends on the time, which has a zone; None is the clock's. Raises CourseFolderError where
    nothing of it has been graded.
    """
    rule = late_penalty(folder.nbgrader_config())
    closing, now = closing_dates(folder, rule), now or datetime.now(UTC)
    written = []
    for mark in read_marks(folder, assignments, student, with_excused=True):
        if mark.record is not None:
            closed = mark.assignment in closing and closing[mark.assignment].astimezone(UTC) < now
            target = folder.feedback(mark.student.id, mark.assignment)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, feedback_page(mark, rule, closed=closed))
            written.append(target)
    if not written:
        raise nothing_graded(assignments, student)
    return written


def write_zips(folder: CourseFolder, pages: Sequence[Path]) -> list[Path]:
    """Write a zip for each assignment of some pages, for a learning system to take, and return them."""
    by_assignment = defaultdict[str, list[str]](list)
    for page in pages:
        by_assignment[page.parent.name].append(page.parent.parent.name)
    written = []
    for assignment, students in by_assignment.items():
        target = folder.root / "feedback" / f"{assignment}.zip"
        write_atomically(target, feedback_zip(folder, assignment, students))
        written.append(target)
    return written


def feedback_page(mark: Mark, rule: LatePenalty, *, closed: bool) -> str:
    """Return the page of graded work as HTML; it tells more of hidden checks once handing in is over for everybody."""
    assert mark.record is not None
    receipt, student = mark.record.receipt, mark.student.id
    judged = () if mark.unreadable else mark.verdicts
    exercises = [
        _exercise(exercise, list(verdicts), closed=closed)
        for exercise, verdicts in groupby(judged, key=lambda verdict: verdict["exercise"])
    ]
    course = Course.installed()
    room = next((chapter.room for chapter in chapters_of(course) if chapter.assignment == mark.assignment), "")
    cells = {} if mark.unreadable else mark.cells
    written = [_written(mark.answers[name], cell) for name, cell in cells.items() if name in mark.answers]
    return render(
        Path(__file__).with_name("feedback.html.j2"),
        student=student,
        assignment=mark.assignment,
        points=None if mark.score is None else number(mark.score),
        max_points=number(mark.max_score),
        lateness=mark.lateness,
        dates=_dates(mark, rule),
        waiting="" if mark.excused else NOT_MARKED if mark.unmarked else CHANGED if mark.needs_manual_grade else "",
        excused=mark.excused,
        receipt=receipt,
        notes=mark.notes,
        exercises=exercises,
        sections=sorted(exercises, key=lambda exercise: not exercise["open"]),
        chapter=course.page(room) if room else "",
        written=written,
        request=Request(student, mark.assignment, f"(its title, or {WRITTEN})", "(why)").lines(),
    )


def _dates(mark: Mark, rule: LatePenalty) -> list[str]:
    """Return sentences on due date, extension and lateness; none without a due date."""
    work, lateness = mark.dates, mark.lateness_in_days
    if work is None or lateness is None:
        return []
    sentences = [f"Due {in_words(work.due)}."]
    if work.own_due.timestamp() != work.due.timestamp():
        sentences.append(f"You were given more time: until {in_words(work.own_due)}.")
    if work.when is not None:
        late = f"{duration(work.seconds_late)} late" if work.seconds_late else "in time"
        sentences.append(f"Handed in {in_words(work.when)}{TIME_IN_WORDS.get(mark.standing, '')}: {late}.")
    if rule.free_days and lateness.days:
        free = lateness.days - lateness.charged
        sentences.append(f"Late days begun: {lateness.days}. Covered by the free ones of the term: {free}.")
    if mark.penalty and rule.percent_per_day:
        most = f", {rule.max_percent:g} % at most" if rule.max_percent < 100 else ""
        sentences.append(
            f"Each day begun costs {rule.percent_per_day:g} % of the points{most}: {lateness.charged} here."
        )
    return sentences


def _exercise(name: str, verdicts: Sequence[VerdictRecord], *, closed: bool) -> dict[str, Any]:
    """Return the values of an exercise on a page: checks that failed, and then those that passed."""
    ordered = sorted(verdicts, key=lambda verdict: verdict["outcome"] == "pass")
    parts = without_repetition([_diagnosis(verdict, closed=closed) for verdict in ordered])
    checks: list[dict[str, Any]] = [{**verdict, "rows": rows} for verdict, rows in zip(ordered, parts, strict=True)]
    return {
        "name": name,
        "points": sum(verdict["points"] for verdict in verdicts),
        "max_points": sum(verdict["max_points"] for verdict in verdicts),
        "open": [check for check in checks if check["outcome"] != "pass"],
        "passed": [check for check in checks if check["outcome"] == "pass"],
    }


def _diagnosis(verdict: VerdictRecord, *, closed: bool) -> Comments:
    """Return the parts of a diagnosis, the likely mistake before the observations."""
    rows = labelled(shown_diagnosis(verdict, closed=closed))
    rows.sort(key=lambda row: row[0] in (LABELS["observed"], LABELS["expected"]))
    return [(label, _beginning(part) if isinstance(part, str) else part) for label, part in rows]


def _beginning(text: str) -> str:
    """Return a text, cut where it is too long, with the number of characters that are missing."""
    missing = len(text) - MAX_TEXT
    return text if missing <= 0 else f"{text[:MAX_TEXT]}\n… and {missing:,} more characters"


def _written(text: str, cell: CellMark) -> dict[str, Any]:
    return {
        "text": _beginning(text),
        "score": "" if cell.points is None else number(cell.points + (cell.extra or 0.0)),
        "changed": cell.waits and cell.points is not None,
        "max_score": number(cell.possible),
        "comment": cell.comment,
    }


def feedback_zip(folder: CourseFolder, assignment: str, students: Sequence[str]) -> bytes:
    """Return the written pages of students as a zip, each called as its notebook in the download but for the ending."""
    names = {student: _name_in_download(folder, student, assignment) for student in students}
    times = Counter(name.casefold() for name in names.values())
    pages = {}
    for student, name in names.items():
        is_known = name and times[name.casefold()] == 1
        page = folder.feedback(student, assignment)
        pages[name if is_known else f"{student}/{assignment}.html"] = page.read_bytes()
    return zipped(pages)


def _name_in_download(folder: CourseFolder, student: str, assignment: str) -> str:
    """Return a page's name by that of the submitted attempt in the download, empty where it was not collected."""
    try:
        digest = folder.submission(student, assignment).read().digest
        paths = [attempt.path for attempt in attempts_of(folder, student, assignment) if attempt.digest == digest]
    except (OSError, CourseFolderError):
        return ""
    parts = [part for part in PurePosixPath("".join(paths[-1:])).parts if part not in ("/", "..")]
    packed = next((at for at, part in enumerate(parts) if part.casefold().endswith(".zip")), len(parts))
    parts = parts[: packed + 1]  # the system knows a student's own zip, and nothing inside it
    return str(PurePosixPath(*parts).with_suffix(".html")) if parts else ""
